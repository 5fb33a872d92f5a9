/** Random programs: every tier, every budget and every hook comes to the same. */
import { none, same, sameLines } from '../assert.ts'
import type { Check, ContractOptions } from './options.ts'
import { type Ran, type RunWay, runProgram } from './runs.ts'

export function runCases(options: ContractOptions): Check[] {
  const first = options.seed ?? 1
  const seeds = Array.from({ length: options.rounds ?? 4 }, (_, i) => first + i)

  const references = new Map<number, Ran>()
  const reference = (seed: number): Ran => {
    const found = references.get(seed) ?? runProgram(options, seed, { tier: 0 })
    references.set(seed, found)
    return found
  }
  /** All programs, this way, against tier 0. */
  const against = (way: RunWay, more?: (ran: Ran, seed: number) => void) => (): void => {
    for (const seed of seeds) {
      const expected = reference(seed)
      const ran = runProgram(options, seed, way)
      sameLines(`seed ${seed}, events`, ran.events, expected.events)
      sameLines(`seed ${seed}`, ran.lines, expected.lines)
      more?.(ran, seed)
    }
  }
  const traces = new Map<number, readonly string[]>()
  const hooked = (ran: Ran, seed: number): void => {
    same(
      `seed ${seed}, inline count and calls`,
      [ran.counted, ran.calls],
      [BigInt(ran.trace.length), ran.trace.length],
    )
    if (ran.trace.length > ran.executed) throw new Error(`seed ${seed}: more callbacks than instructions`)
    const before = traces.get(seed)
    if (!before) return void traces.set(seed, ran.trace)
    sameLines(`seed ${seed}, callbacks`, ran.trace, before)
  }

  return [
    [
      'random programs do something',
      () => {
        const idle = seeds.filter(seed => {
          const { executed, events } = reference(seed)
          return executed < 500 || events.length > executed / 3
        })
        none(
          'programs that stop at once or do nothing but trap',
          idle.map(seed => `seed ${seed}`),
        )
      },
    ],
    ['random programs: the oracle agrees with tier 0', against({ tier: 'oracle' })],
    [
      'random programs: tier 1 agrees with tier 0',
      () => {
        let regions = 0
        against({ tier: 1 }, ran => {
          regions += ran.regions
        })()
        if (!regions) throw new Error('no region has been made')
      },
    ],
    ['a budget of one instruction comes to the same: tier 0', against({ tier: 0, steps: [1] })],
    ['budgets of a few instructions come to the same: tier 1', against({ tier: 1, steps: [1, 7, 2, 61, 3] })],
    ['translations can be thrown away at any time', against({ tier: 1, steps: [40], flush: true })],
    [
      'hooks see every instruction once and change nothing: tier 0',
      against({ tier: 0, hooks: true }, hooked),
    ],
    [
      'hooks see every instruction once and change nothing: tier 1',
      against({ tier: 1, hooks: true }, hooked),
    ],
    [
      'hooks see every instruction once and change nothing: oracle',
      against({ tier: 'oracle', hooks: true }, hooked),
    ],
  ]
}
