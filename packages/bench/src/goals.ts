/** The goals for speed that figures of a run can be held against. */
import type { CostResult } from './costs.ts'
import type { Means, Row } from './summary.ts'

export interface Goal {
  readonly what: string
  readonly least?: number
  readonly most?: number
  readonly unit?: 'ms'
  readonly value: number
  readonly reached: boolean
}

interface Figures {
  readonly rows: readonly Row[]
  readonly means: Means
  readonly costs: readonly CostResult[]
  /** Milliseconds from the start of the process to the first guest instruction. */
  readonly start: number | undefined
}

type Wanted = Omit<Goal, 'value' | 'reached'> & { readonly of: (figures: Figures) => number | undefined }

const ratio =
  (name: string) =>
  ({ rows }: Figures): number | undefined =>
    rows.find(row => row.name === name)?.ratio
const against =
  (name: string) =>
  ({ rows }: Figures): number | undefined =>
    rows.find(row => row.name === name)?.against?.factor

const wanted: readonly Wanted[] = [
  { what: 'hot set, geometric mean', least: 1.4, of: ({ means }) => means.hot?.mean },
  { what: 'hot set, worst', least: 0.8, of: ({ means }) => means.hot?.ratio },
  { what: 'ecall M to M', least: 8, of: ratio('ecall-mm') },
  { what: 'ecall U to M', least: 8, of: ratio('ecall-um') },
  { what: 'ecall U to S', least: 8, of: ratio('ecall-us') },
  { what: 'timer interrupts', least: 1, of: ratio('timer') },
  { what: '50,000 functions', least: 0.5, of: ratio('cold-functions') },
  { what: 'Linux, reset to power-off', least: 0.5, of: ratio('linux') },
  { what: 'data on the page of code', most: 1.5, of: against('data-beside') },
  { what: 'data right behind code', most: 1.5, of: against('data-touching') },
  { what: 'misaligned stores', most: 3, of: against('store-misaligned') },
  { what: 'misaligned stores, soft TLB', most: 3, of: against('store-misaligned-tlb') },
  { what: 'stores across pages', most: 6, of: against('store-crossing') },
  { what: 'stores across pages, soft TLB', most: 6, of: against('store-crossing-tlb') },
  { what: 'loads across pages, soft TLB', most: 6, of: against('load-crossing-tlb') },
  { what: 'start to first instruction', most: 150, unit: 'ms', of: ({ start }) => start },
]

/** The goals for which there are figures. */
export function goals(figures: Figures): Goal[] {
  const costs = figures.costs.flatMap(({ row: { about, most }, ours, errors }): Wanted[] =>
    most === undefined || errors.length > 0 ? [] : [{ what: `cost of ${about}`, most, of: () => ours.mean }],
  )
  return [...wanted, ...costs].flatMap(({ of, ...goal }) => {
    const value = of(figures)
    if (value === undefined) return []
    const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = goal
    // As it is printed: what shows as the goal has reached it.
    const shown = goal.unit === 'ms' ? Math.round(value) : Math.round(value * 100) / 100
    return [{ ...goal, value, reached: shown >= least && shown <= most }]
  })
}
