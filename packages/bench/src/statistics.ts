/** What is made of the times of several runs. */

/** Times in seconds. */
export interface Summary {
  readonly median: number
  /** Longest minus shortest, as a part of the median: how far the figure can be trusted. */
  readonly spread: number
  readonly times: readonly number[]
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new Error('a median of nothing')
  return (lower + upper) / 2
}

export function summarise(times: readonly number[]): Summary {
  const middle = median(times)
  const range = Math.max(...times) - Math.min(...times)
  return { median: middle, spread: middle > 0 ? range / middle : 0, times }
}

/** The mean of ratios: half as fast and twice as fast make 1. */
export function geometricMean(ratios: readonly number[]): number | undefined {
  if (ratios.length === 0) return undefined
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}
