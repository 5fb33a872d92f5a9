import { Discon, type MemEvent, type PluginApi } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../src/random.ts'
import { toy } from '../../src/toy/toy.ts'
import { PluginRun, ways } from './run.ts'

type Access = 'none' | 'deferred'
/** Gets what a callback tells. */
type See = (line: string) => void

const access = (e: MemEvent): string =>
  [e.cpu, e.isStore, e.signed, e.size, e.address, e.addressLow, e.addressHigh, e.value, e.valueLow].join()

/** Asks for callbacks of all kinds, some with one closure for all places and some with one each, and for some that cannot wait. */
function watch(api: PluginApi, see: See, when: Access): void {
  const { n } = api.scoreboard('n')
  const everyBlock = (cpu: number): void => see(`${cpu} block`)
  const everyAccess = (event: MemEvent): void => see(access(event))
  api.onEdge(({ cpu, kind, from, to }) => see(`${cpu} ${kind} ${from} ${to}`), undefined, when)
  api.onDiscon(Discon.All, ({ cpu, from, to }) => see(`${cpu} trap ${from} ${to}`))
  api.onCpuIdle(cpu => see(`${cpu} idle`))
  api.onExit(() => see('exit'))
  api.onTranslate(tb => {
    tb.onExec(everyBlock, when)
    for (const insn of tb.insns) {
      const { address } = insn
      insn.inlineAdd(n, 1)
      insn.onExec(cpu => see(`${cpu} insn ${address}`), when)
      insn.onExecIf(n, '<', 300, cpu => see(`${cpu} early ${address}`), when)
      insn.onMemory('both', everyAccess, when)
      insn.onMemory('write', ({ cpu, value }) => see(`${cpu} ${address} writes ${value}`), when)
      // Everything before it has been told.
      if (insn.mnemonic === 'swap') insn.onExec(cpu => see(`${cpu} swap`))
    }
  })
}

/** A plugin that is called at once, and its twin that is called later. */
function twins(run: PluginRun, see: (which: Access, api: PluginApi) => See): PluginApi[] {
  const apis: PluginApi[] = []
  for (const which of ['none', 'deferred'] as const)
    run.install(api => {
      apis.push(api)
      watch(api, see(which, api), which)
    }, which)
  return apis
}

describe.each(ways)('deferred callbacks: %s', (_, way) => {
  test.each([1, 2, 3])('see what others see, in the same order (%i vCPUs)', cpus => {
    const seen = { none: [] as string[], deferred: [] as string[] }
    const run = new PluginRun(way, { cpus, rounds: 400, toDevice: cpus === 2 })
    const bare = new PluginRun(way, { cpus, rounds: 400, toDevice: cpus === 2 })
    twins(run, which => line => seen[which].push(line))
    bare.run(700)
    run.run(700)
    expect(run.failures).toEqual([])
    expect(seen.none.length).toBeGreaterThan(10_000)
    expect(seen.deferred).toEqual(seen.none)
    expect(run.state()).toBe(bare.state())
  })

  test.each(process.env.GUESTSCOPE_LONG ? [1, 2, 3, 4, 5, 6] : [1, 2])(
    'end with their plugin, wherever it is (seed %i)',
    seed => {
      const random = seeded(seed)
      const below = (n: number): number => Math.floor(random() * n)
      const options = { cpus: 1 + (seed % 2), rounds: 120 }
      const seen = { none: [] as string[], deferred: [] as string[] }
      const inside = { none: [] as string[], deferred: [] as string[] }
      const run = new PluginRun(way, options)
      const outside = twins(run, which => line => seen[which].push(line))
      // These go from inside a callback, at the same line.
      const at = below(4000)
      twins(run, (which, api) => line => {
        if (inside[which].push(line) === at) void api.uninstall()
      })
      const end = below(12)
      let last: string = run.machine.run(1 + below(500))
      for (let i = 0; last === 'running'; i++) {
        if (i === end) for (const api of outside) void api.uninstall()
        last = run.machine.run(1 + below(500))
      }
      const bare = new PluginRun(way, options)
      bare.run()
      run.run()
      expect(run.failures).toEqual([])
      expect(seen.deferred).toEqual(seen.none)
      expect(inside.deferred).toEqual(inside.none)
      expect(run.state()).toBe(bare.state())
    },
  )

  test('an error names the callback, ends the plugin, and nothing more of it comes', () => {
    const run = new PluginRun(way, { pluginErrors: 'stop-plugin' })
    let calls = 0
    const late: string[] = []
    run.install(api => {
      api.onTranslate(tb => {
        tb.onExec(() => {
          if (++calls === 20) throw new Error('enough')
        }, 'deferred')
      })
      api.onExit(() => late.push('exit'))
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 20 })
    expect(run.failures).toEqual(['test onExec'])
    expect([calls, late]).toEqual([20, []])
  })

  test('registers are refused, events stale afterwards', () => {
    const codes: unknown[] = []
    const kept: MemEvent[] = []
    const run = new PluginRun(way)
    run.install(api => {
      api.onTranslate(tb => {
        for (const insn of tb.insns)
          insn.onMemory(
            'write',
            event => {
              kept.push(event)
              expect(event.physical).toBe(event.address)
              expect(event.isIo).toBe(false)
              try {
                api.readRegister(event.cpu, 'r1')
              } catch (error) {
                codes.push((error as { code: string }).code)
              }
            },
            'deferred',
          )
      })
    })
    run.run()
    expect(new Set(codes)).toEqual(new Set(['plugin/register-access']))
    expect(codes).toHaveLength(60)
    expect(() => kept[0]?.address).toThrow(expect.objectContaining({ code: 'plugin/stale-handle' }))
  })

  test('a buffer that is filled again and again loses nothing; a reset hands over what there is', () => {
    const rounds = 9000
    const run = new PluginRun(way, {
      code: [toy('addi', 1, 1, 1), toy('bne', 1, 5, -1), toy('halt')].flat(),
      rounds,
    })
    let before = 0
    let after = 0
    run.install(api => {
      const count = (add: () => void): void =>
        void api.onTranslate(tb => {
          for (const insn of tb.insns) insn.onExec(add, 'deferred')
        })
      count(() => {
        if (++before === rounds) void api.reset(() => count(() => after++))
      })
    })
    run.run()
    // What is between the call and the safe point is not seen by anybody.
    expect(before).toBe(rounds)
    expect(after).toBeGreaterThan(0)
    expect(before + after).toBeLessThanOrEqual(2 * rounds + 1)
  })
})

test('what is no access is refused, named', () => {
  const run = new PluginRun({ tier: 1 })
  const wrong = expect.objectContaining({ code: 'plugin/argument' })
  run.install(api => {
    expect(() => api.onEdge(() => {}, undefined, 'read' as 'none')).toThrow(wrong)
    api.onTranslate(tb => {
      expect(() => tb.onExec(() => {}, 'later' as 'none')).toThrow(wrong)
      expect(() => tb.insns[0]?.onMemory('both', () => {}, 'later' as 'none')).toThrow(wrong)
    })
  })
  run.run(100)
  expect(run.failures).toEqual([])
})
