/** Many hooks at one place: what they cost is charged, and no compilation drowns in them. */

import type { PluginApi } from '@guestscope/core'
import { freeHooks } from '@guestscope/core/hooks'
import { describe, expect, test } from 'vitest'
import { PluginRun, roundInsns, ways } from './run.ts'

/** So many counters before each instruction, at each access and at each edge. */
const crowd =
  (count: number) =>
  (api: PluginApi): void => {
    const { insns, accesses } = api.scoreboard('insns', 'accesses')
    const edges = Array.from({ length: count }, () => api.countEdges())
    api.onTranslate(tb => {
      for (const insn of tb.insns)
        for (let i = 0; i < count; i++) {
          insn.inlineAdd(insns, 1)
          insn.inlineAddMemory('both', accesses, 1)
        }
    })
    api.onExit(() => {
      const each = [insns.sum(), accesses.sum(), ...edges.map(edge => edge.sum())].map(String)
      api.output([...new Set(each)].join(' '))
    })
  }

describe.each(ways)('hooks: %s', (_, way) => {
  test(`beyond ${freeHooks} at one place they count towards limits, and are not compiled`, () => {
    const count = 1000
    const run = new PluginRun(way, { rounds: 20 }).install(crowd(count))
    run.run()
    const { executed, spent } = run.machine
    expect(executed).toBe(20 * roundInsns + 1)
    const [insns, accesses, edges] = (run.output[0] ?? '').split(' ').map(Number) as [number, number, number]
    expect(insns).toBe(executed * count)
    // Each of these kinds has so many hooks at a place.
    const places = (insns + accesses) / count + edges
    expect(spent - executed).toBe(places * (count - freeHooks))
    expect(
      run.machine
        .statistics()
        .tiers.slice(1)
        .map(({ modules }) => modules),
    ).toEqual([0, 0])
  })

  test('up to there they cost nothing besides, in regions of a bounded size', () => {
    const run = new PluginRun(way, { rounds: 200 }).install(crowd(freeHooks))
    run.run()
    const { executed, spent } = run.machine
    expect(executed).toBe(200 * roundInsns + 1)
    expect(spent).toBe(executed)
    expect(run.output[0]?.split(' ')[0]).toBe(String(executed * freeHooks))
  })

  test('ten thousand at an instruction: the slice ends soon', () => {
    const run = new PluginRun(way, { rounds: 1000 }).install(api => {
      const { insns } = api.scoreboard('insns')
      api.onTranslate(tb => {
        for (const insn of tb.insns) for (let i = 0; i < 10_000; i++) insn.inlineAdd(insns, 1)
      })
    })
    run.machine.run(20_000)
    expect(run.machine.executed).toBeLessThan(150)
    expect(run.machine.spent).toBeGreaterThan(20_000)
  })
})
