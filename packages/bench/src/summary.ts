/** What follows from the results: net ratios, means, start-up. */
import { names } from './emulators.ts'
import { type Benchmark, hotSet, startUp } from './guests.ts'
import { type Measured, netRatio, type Result } from './measure.ts'
import { geometricMean } from './statistics.ts'

export interface Row extends Result {
  /** Time of QEMU over ours: over 1 is faster than QEMU. */
  readonly ratio: number | undefined
  /** The same without the time that starting takes. */
  readonly net: number | undefined
  /** Time of QEMU over that of the guest compiled straight to WebAssembly, both without start-up. */
  readonly limit: number | undefined
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
  const find = (guest: string, emulator: string): Measured | undefined =>
    results.find(({ name }) => name === guest)?.measured.find(way => way.emulator === emulator)
  const start = (emulator: string): number | undefined => find(startUp, emulator)?.time.median
  /** Time of one emulator over that of another, without start-up. */
  const net = (guest: string, other: string, base: string, baseGuest = guest): number | undefined =>
    guest === startUp
      ? undefined
      : netRatio(find(guest, other), find(baseGuest, base), { other: start(other), base: start(base) })
  return results.map(result => {
    const { name } = result
    const [ours, theirs] = [find(name, names.ours), find(name, names.qemu)]
    const against = benchmarks.find(b => b.name === name)?.against
    return {
      ...result,
      ratio: ours && theirs && theirs.time.median / ours.time.median,
      net: net(name, names.qemu, names.ours),
      limit: net(name, names.qemu, names.limit),
      against:
        against === undefined
          ? undefined
          : { name: against, factor: net(name, names.ours, names.ours, against) },
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
