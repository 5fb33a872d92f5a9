/** Measures: the same guest in two ways, run in turn, so that a busy machine disturbs both alike. */
import { type Emulator, timeRun } from './emulators.ts'
import type { Benchmark } from './guests.ts'
import { type Summary, summarise } from './statistics.ts'

export interface Result {
  readonly name: string
  readonly group: string
  /** Summaries in the order of the emulators; none if a run went wrong. */
  readonly times: readonly Summary[]
  /** Time of the second over the time of the first. */
  readonly ratio: number | undefined
  readonly error: string | undefined
}

export async function measure(
  guest: Benchmark,
  emulators: readonly Emulator[],
  runs: number,
): Promise<Result> {
  const { name, group } = guest
  const times: number[][] = emulators.map(() => [])
  try {
    for (let run = 0; run < runs; run++)
      for (const [i, emulator] of emulators.entries()) times[i]?.push(await timeRun(emulator, guest))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { name, group, times: [], ratio: undefined, error: message }
  }
  const summaries = times.map(summarise)
  const [first, second] = summaries
  return {
    name,
    group,
    times: summaries,
    ratio: first && second && second.median / first.median,
    error: undefined,
  }
}
