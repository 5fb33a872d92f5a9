import type { Cell, MemEvent, MemoryAccess, PluginApi } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { Toy, toy, toyRam } from '../../src/toy/toy.ts'
import { data, device, PluginRun, roundInsns, ways } from './run.ts'

const line = (e: MemEvent): string =>
  [
    e.isStore ? 'store' : e.signed ? 'load signed' : 'load',
    `${e.size} @${e.address.toString(16)} = ${e.value.toString(16)}`,
    e.device,
    ...(e.isIo ? ['io'] : []),
  ].join(' ')

/** Every access of an instruction. */
const everywhere = (api: PluginApi, see: (event: MemEvent) => void): void =>
  void api.onTranslate(tb => {
    for (const insn of tb.insns) insn.onMemory('both', see)
  })

/** What round k of the program shows: r4 holds what the round before has loaded. */
const round = (k: number, toDevice: boolean): string[] => {
  const [now, before] = [k.toString(16), (k - 1).toString(16)]
  return [
    `store 8 @3000 = ${now} ram`,
    `load 8 @3000 = ${now} ram`,
    `load signed 1 @3000 = ${now} ram`,
    `load 8 @3000 = ${now} ram`,
    `store 8 @3000 = ${before} ram`,
    `load 8 @3000 = ${before} ram`,
    toDevice ? `store 8 @20000 = ${before} latch io` : `store 8 @4000 = ${before} ram`,
  ]
}

describe.each(ways)('accesses: %s', (_, way) => {
  test.each([false, true])('are seen once each, with all about them; device: %s', toDevice => {
    const seen: string[] = []
    const run = new PluginRun(way, { toDevice, rounds: 30 })
    run.install(api => everywhere(api, event => seen.push(line(event)))).run()
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => round(i + 1, toDevice)).flat())
    expect(run.written).toHaveLength(toDevice ? 30 : 0)
  })

  test('can be asked for by direction, counted inline, and cost the guest nothing', () => {
    const seen = { loads: 0, stores: 0 }
    const run = new PluginRun(way, { toDevice: true })
    const bare = new PluginRun(way, { toDevice: true })
    bare.run()
    run.install(api => {
      const { reads, writes, both, mark } = api.scoreboard('reads', 'writes', 'both', 'mark')
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          insn.onMemory('read', event => {
            expect(event.isStore).toBe(false)
            seen.loads++
          })
          insn.onMemory('write', () => seen.stores++)
          insn.inlineAddMemory('read', reads, 1)
          insn.inlineAddMemory('write', writes, 1)
          insn.inlineAddMemory('both', both, 10)
          insn.inlineStoreMemory('write', mark, insn.address)
        }
      })
      api.onExit(() => {
        expect([reads.sum(), writes.sum(), both.sum()]).toEqual([80n, 60n, 1400n])
        expect(mark.get(0)).toBe(0x1014n)
      })
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 20 })
    expect(run.failures).toEqual([])
    expect(seen).toEqual({ loads: 80, stores: 60 })
    expect(run.state()).toBe(bare.state())
  })

  test('that fault show nothing but their discontinuity', () => {
    const seen: string[] = []
    // The second access of copy goes nowhere; the handler goes on behind it.
    const run = new PluginRun(way, { prepare: m => m.cpus[0]?.set64(toyR9, 0x200000n) })
    run.install(api => {
      everywhere(api, event => seen.push(line(event)))
      api.onDiscon(7, event => seen.push(`${event.cause.name} at ${event.from.toString(16)}`))
    })
    run.run(7 * roundInsns)
    const bad = round(1, false).slice(0, 6)
    expect(seen.slice(0, 8)).toEqual([...bad, 'cause2 at 1014', ...round(2, false).slice(0, 1)])
    expect(seen.some(text => text.includes('200000'))).toBe(false)
  })

  test('are valid during the callback, and registers are what was asked for', () => {
    const kept: MemEvent[] = []
    const seen: bigint[] = []
    const run = new PluginRun(way, { rounds: 8 })
    run.install(api =>
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          insn.onMemory('read', event => kept.push(event))
          if (insn.mnemonic === 'load')
            insn.onMemory('read', e => seen.push(api.readRegister(e.cpu, 'r1')), 'read')
          // It has loaded r3 already when the instruction behind it runs.
          if (insn.mnemonic === 'store')
            insn.onMemory(
              'write',
              e => api.writeRegister(e.cpu, 'r10', api.readRegister(e.cpu, 'r10') + 2n),
              'write',
            )
        }
      }),
    )
    run.run()
    expect(seen).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n])
    expect(run.machine.cpus[0]?.get64(toyR10)).toBe(16n)
    expect(new Set(kept).size).toBe(1)
    expect(() => kept[0]?.address).toThrow(expect.objectContaining({ code: 'plugin/stale-handle' }))
  })

  test('into code are seen, and the new code is instrumented', () => {
    const seen: string[] = []
    // 1000: copies 1020 to 1010 in the second round: there `addi` becomes `addi 3, 3, 2`.
    const code = [
      toy('addi', 1, 1, 1), // 1000
      toy('bne', 1, 2, 2), // 1004: not in round r2
      toy('copy', 9, 8), // 1008
      toy('addi', 11, 11, 1), // 100c
      toy('addi', 3, 3, 1), // 1010
      toy('bne', 1, 5, -5), // 1014
      toy('halt'), // 1018
      toy('halt'), // 101c
      toy('addi', 3, 3, 2), // 1020
      toy('bne', 1, 5, -5), // 1024
    ].flat()
    const run = new PluginRun(way, {
      code,
      prepare: m => {
        const cpu = m.cpus[0]
        cpu?.set64(toyR2, 10n)
        cpu?.set64(toyR8, 0x1020n)
        cpu?.set64(toyR9, 0x1010n)
      },
    })
    let insns = 0n
    run.install(api => {
      everywhere(api, event => seen.push(`${event.isStore} ${event.address.toString(16)}`))
      const cells = api.scoreboard('insns')
      api.onTranslate(tb => tb.insns.forEach(insn => insn.inlineAdd(cells.insns, 1)))
      api.onExit(() => {
        insns = cells.insns.sum()
      })
    })
    run.run()
    expect(run.failures).toEqual([])
    expect(seen).toEqual(['false 1020', 'true 1010'])
    expect(run.machine.cpus[0]?.get64(toyR3)).toBe(9n + 2n * 11n)
    expect(insns).toBe(BigInt(run.machine.executed))
  })
})

describe.each(ways)('the pc set after an access: %s', (_, way) => {
  const pc = (offset: number): bigint => toyRam + BigInt(offset)
  /** Sets the pc at accesses of the instruction at an offset; everything that is seen, in order. */
  const seenWith = (run: PluginRun, at: number, access: MemoryAccess, to: number): string[] => {
    const seen: string[] = []
    run.install(api => {
      const { insns, accesses } = api.scoreboard('insns', 'accesses')
      let [executed, accessed] = [0n, 0n]
      api.onExit(() => expect([insns.sum(), accesses.sum()]).toEqual([executed, accessed]))
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          const offset = (insn.address - toyRam).toString(16)
          insn.inlineAdd(insns, 1)
          insn.inlineAddMemory('both', accesses, 1)
          insn.onMemory('both', () => accessed++)
          insn.onExec(() => {
            executed++
            seen.push(offset)
          })
          if (insn.address === pc(at))
            insn.onMemory(
              access,
              e => {
                seen.push(`${line(e)} by ${offset} at ${api.clock()}`)
                api.setPc(e.cpu, pc(to))
              },
              'write-pc',
            )
        }
      })
      api.onEdge(({ to }) => seen.push(`to ${(to - toyRam).toString(16)}`))
    })
    run.install(api => everywhere(api, e => seen.push(`${line(e)}`)), 'later')
    return seen
  }

  test.each([false, true])('a store is done, a load leaves its register alone; device: %s', toDevice => {
    const code = [
      toy('addi', 1, 1, 1), // 0
      toy('store', 1, 9), // 4: goes on at c
      toy('addi', 2, 2, 1), // 8: never
      toy('load', 3, 8, 8), // c
      toy('bne', 1, 5, -4), // 10
      toy('halt'), // 14
    ].flat()
    const run = new PluginRun(way, { code, rounds: 40, toDevice })
    const seen = seenWith(run, 4, 'write', 0xc)
    expect(run.run()).toEqual({ kind: 'exit', status: 40 })
    expect(run.failures).toEqual([])
    const [where, what] = toDevice ? ['20000', 'latch io'] : ['4000', 'ram']
    const round = (k: number): string[] => [
      ...['0', '4', `store 8 @${where} = ${(k + 1).toString(16)} ${what} by 4 at ${4 * k + 1}`],
      ...['c', 'load 8 @3008 = 0 ram', '10', k < 39 ? 'to 0' : 'to 14'],
    ]
    expect(seen).toEqual([...Array.from({ length: 40 }, (_, k) => round(k)).flat(), '14'])
    const cpu = run.machine.cpus[0]
    expect(cpu?.get64(toyR2)).toBe(0n)
    expect(run.written).toHaveLength(toDevice ? 40 : 0)
    // The instruction has begun, so it counts.
    expect(run.machine.executed).toBe(4 * 40 + 1)
  })

  test('what comes after the access does not happen', () => {
    // Of `swap`: neither the store nor the register, from its load on; or the register alone, from its store on.
    for (const access of ['read', 'write', 'both'] as const) {
      const code = [
        toy('addi', 1, 1, 1), // 0
        toy('addi', 4, 4, 1), // 4
        toy('swap', 4, 8), // 8
        toy('halt'), // c
        toy('addi', 6, 6, 1), // 10
        toy('bne', 1, 5, -5), // 14
        toy('halt'), // 18
      ].flat()
      const run = new PluginRun(way, { code, rounds: 30 })
      const seen = seenWith(run, 8, access, 0x10)
      expect(run.run()).toEqual({ kind: 'exit', status: 30 })
      expect(run.failures).toEqual([])
      const cpu = run.machine.cpus[0]
      const stored = run.machine.readPhysical(data, 1)?.[0]
      expect([cpu?.get64(Toy.R(4)), cpu?.get64(Toy.R(6)), stored]).toEqual([
        30n,
        30n,
        access === 'write' ? 30 : 0,
      ])
      // What another plugin sees: the load before the pc is set, and nothing after.
      expect(seen.filter(text => text.startsWith('load 8')).length).toBe(30)
      expect(seen.filter(text => text.startsWith('store')).length).toBe(access === 'write' ? 30 : 0)
    }
  })

  test('registers that the callback writes keep their values; inline operations behind it do not happen', () => {
    const run = new PluginRun(way, { rounds: 30 })
    let behind: Cell | undefined
    run.install(api => {
      const { before, after } = api.scoreboard('before', 'after')
      behind = after
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          if (insn.address !== pc(8)) continue
          insn.inlineAddMemory('read', before, 1)
          insn.onMemory(
            'read',
            ({ cpu, value }) => {
              api.writeRegister(cpu, 'r2', value * 2n)
              api.setPc(cpu, pc(0x1c))
            },
            'write-pc',
          )
          insn.inlineAddMemory('read', after, 1)
        }
      })
      api.onExit(() => expect(before.sum()).toBe(30n))
    })
    expect(run.run(7)).toEqual({ kind: 'exit', status: 30 })
    expect(run.failures).toEqual([])
    expect(run.machine.cpus[0]?.get64(toyR2)).toBe(60n)
    expect(run.machine.cpus[0]?.get64(toyR3)).toBe(0n)
    expect(behind?.sum()).toBe(0n)
  })

  test('needs to be asked for', () => {
    const run = new PluginRun(way)
    run.install(api => everywhere(api, ({ cpu }) => api.setPc(cpu, pc(0))))
    expect(run.run()).toMatchObject({ kind: 'plugin-error', error: { code: 'plugin/register-access' } })
  })
})

const [toyR2, toyR3, toyR8, toyR9, toyR10] = [2, 3, 8, 9, 10].map(Toy.R) as [
  number,
  number,
  number,
  number,
  number,
]
void [data, device]
