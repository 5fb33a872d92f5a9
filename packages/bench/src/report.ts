/** Results as a table. */
import type { Result } from './measure.ts'
import { geometricMean } from './statistics.ts'

type Cell = string | undefined

/** Aligned columns, all but the first to the right; absent cells are empty. */
export function table(rows: readonly (readonly Cell[])[]): string {
  const columns = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map(row => (row[i] ?? '').length)),
  )
  return rows
    .map(row => {
      const cells = widths.map((width, i) =>
        i === 0 ? (row[i] ?? '').padEnd(width) : (row[i] ?? '').padStart(width),
      )
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}

const seconds = (value: number | undefined): Cell => value?.toFixed(3)
const factor = (value: number | undefined): Cell => value?.toFixed(2)
const percent = (value: number | undefined): Cell =>
  value === undefined ? undefined : `±${Math.round(50 * value)}%`

/** One line per guest: name, the two times with their spreads, the ratio. */
export function timesTable(results: readonly Result[], heads: readonly string[], ratio: string): string {
  const head = ['seconds', ...heads.flatMap(name => [name, '']), ratio]
  const rows = results.map(({ name, times, ratio: value }) => [
    name,
    ...heads.flatMap((_, i) => [
      seconds(times[i]?.median),
      times[i] && times[i].times.length > 1 ? percent(times[i].spread) : undefined,
    ]),
    factor(value),
  ])
  return table([head, ...rows])
}

export interface Means {
  /** Geometric means of the ratios of each group's guests. */
  readonly groups: Readonly<Record<string, number>>
  /** Of all guests. */
  readonly guests: number | undefined
  /** Of the groups' means, so that a group counts the same however many guests it has. */
  readonly overGroups: number | undefined
}

export function means(results: readonly Result[]): Means {
  const ratios = new Map<string, number[]>()
  for (const { group, ratio } of results)
    if (ratio !== undefined) ratios.set(group, [...(ratios.get(group) ?? []), ratio])
  const groups = Object.fromEntries([...ratios].map(([name, all]) => [name, geometricMean(all) as number]))
  return {
    groups,
    guests: geometricMean([...ratios.values()].flat()),
    overGroups: geometricMean(Object.values(groups)),
  }
}

export function meansTable({ groups, guests, overGroups }: Means): string {
  return table([
    ['geometric mean', 'ratio'],
    ...Object.entries(groups).map(([name, value]) => [name, factor(value)]),
    ['all guests', factor(guests)],
    ['all groups', factor(overGroups)],
  ])
}
