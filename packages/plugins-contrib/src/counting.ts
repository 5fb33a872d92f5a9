import { type Cell, type Instrumentable, type PluginApi, PluginError } from '@guestscope/plugin-api'

/** Adds to a cell at each execution: inline, or from a callback, which costs more and counts the same. */
export function count(at: Instrumentable, cell: Cell, amount: number, inline: boolean): void {
  if (inline) at.inlineAdd(cell, amount)
  else at.onExec(cpu => cell.add(cpu, BigInt(amount)))
}

/** A count of one thing over all vCPUs. */
export interface Tally {
  /** Adds one at each execution. */
  count(at: Instrumentable): void
  total(): bigint
}

/**
 * Makes tallies, as many as are wanted: each has a cell and is counted inline, or by callbacks when all cells are in use
 * or `inline` is off.
 */
export function tallies(api: PluginApi, inline: boolean): () => Tally {
  let cellsLeft = inline
  return () => {
    if (cellsLeft) {
      try {
        const { tally } = api.scoreboard('tally')
        return { count: at => at.inlineAdd(tally, 1), total: () => tally.sum() }
      } catch (error) {
        if (!(error instanceof PluginError) || error.code !== 'plugin/cells-exhausted') throw error
        cellsLeft = false
      }
    }
    let total = 0
    return {
      count: at =>
        at.onExec(() => {
          total++
        }),
      total: () => BigInt(total),
    }
  }
}

/** For sorting: the larger first. */
export function descending(a: bigint | number, b: bigint | number): number {
  return a > b ? -1 : a < b ? 1 : 0
}
