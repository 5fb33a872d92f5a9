import {
  type Condition,
  type Counter,
  Discon,
  type EdgeEvent,
  type PluginApi,
  type TraceField,
} from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { Toy, toy, toyRam } from '../../src/toy/toy.ts'
import { PluginRun, ways } from './run.ts'

/** Each instruction of the program with what `see` does before it. */
const everyInsn = (api: PluginApi, see: (address: bigint, cpu: number) => void): void =>
  void api.onTranslate(tb => {
    for (const insn of tb.insns) {
      const { address } = insn
      insn.onExec(cpu => see(address, cpu))
    }
  })

/** Addresses of all instructions that run, in order: 1000 … 1018, the handler, 101c, again. */
const path = (rounds: number): bigint[] =>
  [
    ...Array.from({ length: rounds }, () => [0, 4, 8, 0xc, 0x10, 0x14, 0x18, 0x24, 0x28, 0x1c]).flat(),
    0x20,
  ].map(offset => toyRam + BigInt(offset))

describe.each(ways)('instructions: %s', (_, way) => {
  test('callbacks, inline counters and trace records agree, with several vCPUs', () => {
    const run = new PluginRun(way, { cpus: 3, rounds: 700 })
    // The first that comes to an end stops all; so they do not end.
    for (const cpu of run.machine.cpus) cpu.set64(Toy.R(5), 0n)
    const called = [0n, 0n, 0n]
    const traced = [0n, 0n, 0n]
    let blocks = 0n
    run.install(api => {
      const cells = api.scoreboard('insns', 'blocks')
      const buffer = api.traceBuffer({
        fields: ['cpu'],
        records: 16,
        onBatch: batch => {
          expect(batch.count).toBeLessThanOrEqual(16)
          for (let i = 0; i < batch.count; i++) expect(batch.number(i, 'cpu')).toBe(batch.cpu)
          traced[batch.cpu] = (traced[batch.cpu] ?? 0n) + BigInt(batch.count)
        },
      })
      api.onTranslate(tb => {
        tb.onExec(() => blocks++)
        tb.inlineAdd(cells.blocks, 1)
        for (const insn of tb.insns) {
          insn.inlineAdd(cells.insns, 1)
          insn.onExec(cpu => {
            called[cpu] = (called[cpu] ?? 0n) + 1n
          })
          insn.trace(buffer)
        }
      })
      api.onExit(() => {
        expect(cells.insns.sum()).toBe(BigInt(run.machine.executed))
        expect(cells.blocks.sum()).toBe(blocks)
        for (const cpu of run.machine.cpus) expect(cells.insns.get(cpu.index)).toBe(BigInt(cpu.executed))
      })
    })
    for (const slice of [1, 7, 2000, 5000, 30, 4000]) run.machine.run(slice)
    expect(run.host.finish({ kind: 'exit', status: 0 })).toEqual({ kind: 'exit', status: 0 })
    expect(called).toEqual(run.machine.cpus.map(cpu => BigInt(cpu.executed)))
    expect(traced).toEqual(called)
  })

  test('the trace has every field of every instruction, access and edge, in order', () => {
    const lines: string[] = []
    const run = new PluginRun(way, { rounds: 3 })
    const fields = ['pc', 'address', 'value', 'physical', 'clock', 'size', 'kind', 'cpu'] as const
    run.install(api => {
      const buffer = api.traceBuffer({
        fields,
        records: 20,
        onBatch(batch) {
          for (let i = 0; i < batch.count; i++) {
            const get = (field: TraceField): string => batch.get(i, field).toString(16)
            const kind = batch.number(i, 'kind')
            lines.push(
              `${get('clock')} ${get('pc')} ${kind}: ${get('address')} ${get('value')} ${get('size')} ${get('physical')} ${get('cpu')}`,
            )
            expect(batch.words[i * batch.stride + batch.offset.kind]).toBe(kind)
            expect(batch.longs[(i * batch.stride + batch.offset.pc) / 2]).toBe(batch.get(i, 'pc'))
          }
        },
      })
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          insn.trace(buffer)
          insn.traceMemory('both', buffer)
        }
      })
      api.traceEdges(buffer)
    })
    run.run(13)
    const first = [
      '0 1000 0: 0 0 4 1000 0',
      '1 1004 0: 0 0 4 1004 0',
      '1 1004 2: 3000 1 8 1004 0',
      '2 1008 0: 0 0 4 1008 0',
      '2 1008 1: 3000 1 8 1008 0',
      '3 100c 0: 0 0 4 100c 0',
      '3 100c 1: 3000 1 1 100c 0',
      '4 1010 0: 0 0 4 1010 0',
      '4 1010 1: 3000 1 8 1010 0',
      '4 1010 2: 3000 0 8 1010 0',
      '5 1014 0: 0 0 4 1014 0',
      '5 1014 1: 3000 0 8 1014 0',
      '5 1014 2: 4000 0 8 1014 0',
      '6 1018 0: 0 0 4 1018 0',
      '7 1024 0: 0 0 4 1024 0',
      '8 1028 0: 0 0 4 1028 0',
      '8 1028 11: 101c 0 4 1028 0', // indirect jump
      '9 101c 0: 0 0 4 101c 0',
      '9 101c 8: 1000 0 4 101c 0', // taken
      'a 1000 0: 0 0 4 1000 0',
    ]
    expect(lines.slice(0, first.length)).toEqual(first)
    expect(lines).toHaveLength(3 * 19 + 1)
    expect(lines.at(-2)).toBe('1d 101c 9: 1020 0 4 101c 0') // not taken
  })

  test.each<[Condition, number[]]>([
    ['never', []],
    ['always', [0, 1, 2, 3, 4, 5]],
    ['==', [2]],
    ['!=', [0, 1, 3, 4, 5]],
    ['<', [0, 1]],
    ['<=', [0, 1, 2]],
    ['>', [3, 4, 5]],
    ['>=', [2, 3, 4, 5]],
  ])('the condition %s decides about the callback', (condition, expected) => {
    const [small, large]: bigint[][] = [[], []]
    const run = new PluginRun(way, { rounds: 6 })
    run.install(api => {
      const { n, m } = api.scoreboard('n', 'm')
      m.set(0, 2n ** 64n - 3n)
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          if (insn.address !== toyRam) continue
          insn.onExecIf(n, condition, 2, () => small?.push(n.get(0)))
          insn.inlineAdd(n, 1)
          // Unsigned: these are the greatest numbers there are, until they wrap.
          insn.onExecIf(m, condition, -1n, () => large?.push(m.get(0)))
          insn.inlineAdd(m, 1)
        }
      })
    })
    run.run()
    expect(small).toEqual(expected.map(BigInt))
    const values = [2n ** 64n - 3n, 2n ** 64n - 2n, 2n ** 64n - 1n, 0n, 1n, 2n]
    const max = 2n ** 64n - 1n
    const holds: Record<Condition, (v: bigint) => boolean> = {
      never: () => false,
      always: () => true,
      '==': v => v === max,
      '!=': v => v !== max,
      '<': v => v < max,
      '<=': v => v <= max,
      '>': v => v > max,
      '>=': v => v >= max,
    }
    expect(large).toEqual(values.filter(holds[condition]))
  })

  test('a conditional callback that resets its cell comes every so many executions', () => {
    let calls = 0
    const run = new PluginRun(way, { rounds: 100 })
    run.install(api => {
      const { n } = api.scoreboard('n')
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          insn.inlineAdd(n, 1)
          insn.onExecIf(n, '>=', 10, cpu => {
            calls++
            n.set(cpu, 0n)
          })
        }
      })
    })
    run.run()
    expect(calls).toBe(Math.floor(run.machine.executed / 10))
  })

  test('edges: callback, counter and kinds', () => {
    const seen: string[] = []
    const kept: EdgeEvent[] = []
    let all: Counter | undefined
    let taken: Counter | undefined
    const run = new PluginRun(way, { rounds: 40 })
    run.install(api => {
      all = api.countEdges()
      taken = api.countEdges(['taken', 'not-taken'])
      api.onEdge(edge => {
        kept.push(edge)
        seen.push(`${edge.kind} ${edge.from.toString(16)} ${edge.to.toString(16)}`)
      })
    })
    run.run(77)
    const loop = ['indirect-jump 1028 101c', 'taken 101c 1000']
    const expected = Array.from({ length: 40 }, () => loop).flat()
    expected[79] = 'not-taken 101c 1020'
    expect(seen).toEqual(expected)
    expect([all?.sum(), all?.get(0), taken?.sum()]).toEqual([80n, 80n, 40n])
    expect(() => kept[0]?.from).toThrow(expect.objectContaining({ code: 'plugin/stale-handle' }))
  })

  test('discontinuities are counted by type, without a call', () => {
    const counters: Counter[] = []
    let heard = 0
    const run = new PluginRun(way, { rounds: 50 })
    run.install(api => {
      for (const type of [Discon.Interrupt, Discon.Exception, Discon.HostCall, Discon.All])
        counters.push(api.countDiscons(type))
      api.onDiscon(Discon.Exception, () => heard++)
    })
    run.machine.run(100)
    run.machine.cpus[0]?.set64(Toy.line, 1n)
    run.run(77)
    expect(counters.map(counter => counter.sum())).toEqual([1n, 50n, 0n, 51n])
    expect(heard).toBe(50)
    counters[3]?.dispose()
    expect(counters[3]?.get(0)).toBe(51n)
  })

  test('registers are written before the instruction, and only where it was asked for', () => {
    const seen: bigint[] = []
    const run = new PluginRun(way, { rounds: 30 })
    run.install(api => {
      api.onTranslate(tb => {
        for (const insn of tb.insns) {
          // mem[3000] := r1 + 1000, then r2 := mem[3000].
          if (insn.address === toyRam + 4n)
            insn.onExec(cpu => api.writeRegister(cpu, 'r1', api.readRegister(cpu, 'r1') + 1000n), 'write')
          if (insn.address === toyRam + 8n)
            insn.onExec(cpu => api.writeRegister(cpu, 'r1', api.readRegister(cpu, 'r1') - 1000n), 'write')
          if (insn.address === toyRam + 0xcn)
            insn.onExec(cpu => seen.push(api.readRegister(cpu, 'r2')), 'read')
        }
      })
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 30 })
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => BigInt(1001 + i)))
  })

  test('the pc can be set: the instruction does not run', () => {
    const seen: bigint[] = []
    const later: bigint[] = []
    const run = new PluginRun(way, { rounds: 30 })
    run.install(api => {
      api.onTranslate(tb => {
        for (const insn of tb.insns)
          if (insn.address === toyRam + 0x18n) insn.onExec(cpu => api.setPc(cpu, toyRam + 0x1cn), 'write-pc')
      })
      everyInsn(api, address => seen.push(address))
    })
    run.install(api => everyInsn(api, address => later.push(address)), 'later')
    expect(run.run()).toEqual({ kind: 'exit', status: 30 })
    // Without trap and handler; what comes after the callback on the trap does not come.
    const expected = path(30).filter(pc => ![0x18n, 0x24n, 0x28n].includes(pc - toyRam))
    expect(seen).toEqual(expected)
    expect(later).toEqual(expected)
    expect(run.machine.executed).toBe(expected.length)
    expect(run.machine.cpus[0]?.get64(Toy.R(6))).toBe(0n)
  })

  test('the pc can be set in a discontinuity', () => {
    const run = new PluginRun(way, { rounds: 30 })
    run.install(api => api.onDiscon(Discon.All, ({ cpu, from }) => api.setPc(cpu, from + 4n)))
    expect(run.run(33)).toEqual({ kind: 'exit', status: 30 })
    expect(run.machine.cpus[0]?.get64(Toy.R(6))).toBe(0n)
  })

  test('a callback without access may not touch registers', () => {
    const attempts: ((api: PluginApi) => void)[] = [
      api => api.readRegister(0, 'r1'),
      api => api.writeRegister(0, 'r1', 1n),
      api => api.setPc(0, 0n),
    ]
    for (const [i, attempt] of attempts.entries()) {
      const run = new PluginRun(way, { rounds: 30 })
      run.install(api =>
        api.onTranslate(tb => tb.onExec(() => attempt(api), (['none', 'read', 'write'] as const)[i])),
      )
      const reason = run.run()
      expect(reason).toMatchObject({ kind: 'plugin-error', callback: 'onExec' })
      expect(reason).toMatchObject({ error: { code: 'plugin/register-access' } })
    }
  })

  test('the clock in callbacks with access is that of the instruction', () => {
    const clocks: number[] = []
    const run = new PluginRun(way, { rounds: 30 })
    run.install(api =>
      api.onTranslate(tb => tb.insns.forEach(insn => insn.onExec(() => clocks.push(api.clock()), 'read'))),
    )
    run.run()
    expect(clocks).toEqual(Array.from({ length: run.machine.executed }, (_, i) => i))
  })
})

test('toy is what the comments say', () => {
  expect(toy('trap', 0, 0, 7)).toEqual([4, 0, 0, 7])
})
