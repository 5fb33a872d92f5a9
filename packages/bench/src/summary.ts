/** What follows from the results: net ratios, means, start-up. */
import { type Benchmark, hotSet, startUp } from './guests.ts'
import { type Measured, netRatio, type Result } from './measure.ts'
import { geometricMean } from './statistics.ts'

export interface Row extends Result {
  /** The ratio without the time that starting takes. */
  readonly net: number | undefined
  /** How many times slower than the guest it is compared with, on our side, without start-up. */
  readonly against: { readonly name: string; readonly factor: number | undefined } | undefined
}

export interface Means {
  /** Geometric means of the ratios of each group's guests. */
  readonly groups: Readonly<Record<string, number>>
  /** Of all guests. */
  readonly guests: number | undefined
  /** Of the groups' means, so that a group counts the same however many guests it has. */
  readonly overGroups: number | undefined
  /** Of the hot set, and its worst; undefined unless all of it was measured. */
  readonly hot: { readonly mean: number; readonly worst: string; readonly ratio: number } | undefined
}

/** Completes the results with what follows from start-up and from each other. */
export function complete(results: readonly Result[], benchmarks: readonly Benchmark[]): Row[] {
  const find = (name: string): Result | undefined => results.find(result => result.name === name)
  const [ourStart, theirStart] = (find(startUp)?.measured ?? []).map(({ time }) => time.median)
  const ours = (result: Result | undefined): Measured | undefined => result?.measured[0]
  return results.map(result => {
    const [first, second] = result.measured
    const name = benchmarks.find(b => b.name === result.name)?.against
    const starts = { other: ourStart, base: ourStart }
    return {
      ...result,
      net:
        result.name === startUp ? undefined : netRatio(second, first, { other: theirStart, base: ourStart }),
      against: name === undefined ? undefined : { name, factor: netRatio(first, ours(find(name)), starts) },
    }
  })
}

/** Means of the ratios or, with `of`, of another figure. */
export function means(rows: readonly Row[], of: (row: Row) => number | undefined = row => row.ratio): Means {
  const ratios = new Map<string, number[]>()
  const byName = new Map<string, number>()
  for (const row of rows) {
    const ratio = of(row)
    if (ratio === undefined || row.name === startUp) continue
    ratios.set(row.group, [...(ratios.get(row.group) ?? []), ratio])
    byName.set(row.name, ratio)
  }
  const groups = Object.fromEntries([...ratios].map(([name, all]) => [name, geometricMean(all) as number]))
  return {
    groups,
    guests: geometricMean([...byName.values()]),
    overGroups: geometricMean(Object.values(groups)),
    hot: hotMeans(byName),
  }
}

function hotMeans(ratios: ReadonlyMap<string, number>): Means['hot'] {
  const hot = hotSet.flatMap(name => {
    const ratio = ratios.get(name)
    return ratio === undefined ? [] : [{ name, ratio }]
  })
  const mean = geometricMean(hot.map(({ ratio }) => ratio))
  const [worst] = hot.sort((a, b) => a.ratio - b.ratio)
  if (hot.length < hotSet.length || worst === undefined || mean === undefined) return undefined
  return { mean, worst: worst.name, ratio: worst.ratio }
}
