/** What is made of the times of several runs. */

/** Times in seconds. */
export interface Summary {
  readonly median: number
  /** Longest minus shortest, as a part of the median: how far the figure can be trusted. */
  readonly spread: number
  readonly times: readonly number[]
}

export function summarise(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new Error('no times')
  const median = (lower + upper) / 2
  const range = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return { median, spread: median > 0 ? range / median : 0, times }
}

/** The mean of ratios: half as fast and twice as fast make 1. */
export function geometricMean(ratios: readonly number[]): number | undefined {
  if (ratios.length === 0) return undefined
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
}
