import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { costRows } from '../src/cost-rows.ts'
import type { CostResult } from '../src/costs.ts'
import type { Emulator } from '../src/emulators.ts'
import { goals } from '../src/goals.ts'
import { type Benchmark, hotSet, startUp } from '../src/guests.ts'
import { historyTable } from '../src/history.ts'
import { type Measured, measure, netRatio, type Result } from '../src/measure.ts'
import { MemoryLog } from '../src/memory.ts'
import { againstTable, costsTable, goalsTable, meansTable, memoryTable, timesTable } from '../src/report.ts'
import { type Outcome, RunError } from '../src/run.ts'
import { geometricMean, median, summarise } from '../src/statistics.ts'
import { complete, means } from '../src/summary.ts'
import { table } from '../src/table.ts'

const measured = (emulator: string, seconds: number, memory?: number[]): Measured => ({
  emulator,
  time: summarise([seconds]),
  firstOutput: undefined,
  memory,
  count: undefined,
})

const result = (name: string, group: string, ours: number, qemu: number, memory?: number[]): Result => ({
  name,
  group,
  measured: [measured('guestscope', ours, memory), measured('QEMU', qemu)],
  error: undefined,
})

const failed: Result = { name: 'd', group: 'z', measured: [], error: 'no CHECK' }

const benchmark = (name: string, more: Partial<Benchmark> = {}): Benchmark => ({
  name,
  group: 'x',
  check: '0',
  about: '',
  ...more,
})

test('medians, spreads and geometric means', () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, spread: 1, times: [3, 1, 2] })
  expect(median([4, 1])).toBe(2.5)
  expect(() => summarise([])).toThrow('a median of nothing')
  expect(geometricMean([0.5, 2])).toBeCloseTo(1)
  expect(geometricMean([])).toBeUndefined()
})

test('emulators run in turn; a wrong run is a result without times', async () => {
  const seen: string[] = []
  const emulators: Emulator[] = ['a', 'b'].map(name => ({ name, command: () => [] }))
  const once = (emulator: Emulator): Promise<Outcome> => {
    seen.push(emulator.name)
    const seconds = seen.length
    const memory = [seconds, 2, 2, 2]
    return Promise.resolve({ seconds, firstOutput: seconds / 2, memory, count: 7 })
  }
  const { measured, error } = await measure(benchmark('g'), emulators, 3, once)
  expect(seen.join('')).toBe('ababab')
  expect(measured[0]).toEqual({
    emulator: 'a',
    time: { median: 3, spread: 4 / 3, times: [1, 3, 5] },
    firstOutput: 1.5,
    memory: [5, 2, 2, 2],
    count: 7,
  })
  expect(measured[1]?.time.median).toBe(4)
  expect(error).toBeUndefined()
  const wrong = await measure(benchmark('g'), emulators, 3, () => Promise.reject(new RunError('no CHECK')))
  expect(wrong).toMatchObject({ measured: [], error: 'no CHECK' })
})

test('start-up counts in the ratio, not in the net ratio nor against another guest', () => {
  const benchmarks = [benchmark('near', { against: 'far' })]
  const results = [
    result(startUp, 'start-up', 1, 0.5),
    result('far', 'x', 3, 4.5),
    result('near', 'x', 5, 4.5),
    failed,
  ]
  const [start, far, near, last] = complete(results, benchmarks)
  expect(start).toMatchObject({ ratio: 0.5, net: undefined })
  expect(far).toMatchObject({ ratio: 1.5, net: 2, against: undefined })
  expect(near?.against).toEqual({ name: 'far', factor: 2 })
  expect(last).toMatchObject({ net: undefined, against: undefined })
  expect(netRatio(measured('a', 1), measured('b', 2), { other: 1, base: 1 }), 'nothing but start-up').toBe(
    undefined,
  )
})

test('the limit is compared with QEMU, whoever is absent', () => {
  const limit = (name: string, seconds: number): Result => ({
    ...result(name, 'x', 9, 1.5),
    measured: [measured('QEMU', seconds === 1 ? 0.5 : 4.5), measured('limit', seconds)],
  })
  const [, row] = complete([limit(startUp, 1), limit('fib', 3)], [])
  expect(row).toMatchObject({ ratio: undefined, net: undefined, limit: 2 })
})

test('means over guests, over groups and over the hot set', () => {
  const results = [result('a', 'x', 1, 4), result('b', 'x', 1, 1), result('c', 'y', 2, 1), failed]
  const some = means(complete(results, []))
  expect(some.groups).toEqual({ x: expect.closeTo(2), y: expect.closeTo(0.5) })
  expect(some.guests).toBeCloseTo(2 ** (1 / 3))
  expect(some.overGroups).toBeCloseTo(1)
  expect(some.hot, 'only with all of the hot set').toBeUndefined()

  const hot = hotSet.map((name, i) => result(name, 'x', 1, i === 4 ? 0.5 : 2))
  const all = means(complete([result(startUp, 'start-up', 9, 1), ...hot, result('cold', 'x', 9, 1)], []))
  expect(all.hot).toEqual({ mean: expect.closeTo(2 ** (11 / 13)), worst: hotSet[4], ratio: 0.5 })
})

const costOf = (mode: string, mean: number, errors: string[] = []): CostResult => {
  const row = costRows.find(row => row.mode === mode)
  if (row === undefined) throw new Error(mode)
  return { row, ours: { mean, byGuest: { crc32: mean } }, qemu: undefined, counts: {}, errors }
}

test('goals are held against what was measured', () => {
  const rows = complete([result('timer', 'timer', 1, 0.994), result('linux', 'cold', 2, 1)], [])
  const costs = [costOf('block-counter', 1.06), costOf('insn-counter', 1.1, ['no count'])]
  const found = goals({ rows, means: means(rows), costs, start: 150.4 })
  expect(found.map(({ what, reached }) => `${what}: ${reached}`)).toEqual([
    'timer interrupts: false',
    'Linux, reset to power-off: true',
    'start to first instruction: true',
    'cost of a counter per block: false',
  ])
})

test('tables', () => {
  const text = table([
    ['name', 'n'],
    ['x', '1.00'],
  ])
  expect(text).toBe('name     n\nx     1.00\n')

  const churning = result('smc', 'churn', 1, 2, [100, 110, 111, 112])
  const rows = complete([result(startUp, 'start-up', 0.5, 0.1), churning, failed], [])
  expect(timesTable(rows, { guestscope: 'guestscope', QEMU: 'QEMU 11' })).toMatchInlineSnapshot(`
    "seconds     group  guestscope    QEMU 11     ratio   net
    empty    start-up       0.500      0.100      0.20
    smc         churn       1.000      2.000      2.00  3.80
    d               z                           failed
    "
  `)
  expect(memoryTable(rows)).toMatchInlineSnapshot(`
    "resident MB, at most  25 %  50 %  75 %  100 %
    smc, guestscope        100   110   111    112
    "
  `)
  expect(againstTable(rows), 'nothing to compare').toBe('')
  expect(meansTable(means(rows), means(rows))).toContain('churn')
  expect(costsTable([costOf('block-counter', 1.06)])).toContain('1.06')
  expect(goalsTable(goals({ rows: [], means: means([]), costs: [], start: 190 }))).toContain('missed')
})

test('the line for the history fits the table in docs/performance.md', () => {
  const rows = complete([result('timer', 'timer', 1, 0.5)], [])
  const [head, rule, line] = historyTable({ rows, means: means(rows), start: 0.19 }, 'abc').split('\n')
  expect(line).toBe('| abc | … | – | – | – | 0.50 | – | – | – | – | 190 ms |')
  const document = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8')
  expect(document).toContain(`${head}\n${rule}\n`)
})

test('resident memory by quarters of the run', () => {
  const log = new MemoryLog(1, 100)
  log.add(0, undefined)
  expect(log.quarters(1)).toBeUndefined()
  for (let i = 0; i < 1000; i++) log.add(i, i === 300 ? 9e6 : 1e6 + i)
  expect(log.quarters(1000)?.map(Math.round), 'a peak is not lost as stretches grow').toEqual([1, 9, 1, 1])
  const short = new MemoryLog()
  short.add(0.1, 5e6)
  expect(short.quarters(4), 'three quarters unknown').toBeUndefined()
})
