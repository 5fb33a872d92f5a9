/** Measures: the same guest in several ways, run in turn, so that a busy machine disturbs all alike. */
import type { Emulator } from './emulators.ts'
import type { Benchmark } from './guests.ts'
import { type Outcome, run } from './run.ts'
import { median, type Summary, summarise } from './statistics.ts'

/** One way of running the guest. */
export interface Measured {
  readonly emulator: string
  readonly time: Summary
  /** Median seconds until the first output. */
  readonly firstOutput: number | undefined
  /** The most resident memory in each quarter, MB, over all runs. */
  readonly memory: readonly number[] | undefined
  readonly count: number | undefined
}

export interface Result {
  readonly name: string
  readonly group: string
  /** In the order of the emulators; none if a run went wrong. */
  readonly measured: readonly Measured[]
  readonly error: string | undefined
}

export async function measure(
  guest: Benchmark,
  emulators: readonly Emulator[],
  runs: number,
  once: typeof run = run,
): Promise<Result> {
  const { name, group } = guest
  const outcomes: Outcome[][] = emulators.map(() => [])
  try {
    for (let i = 0; i < runs; i++)
      for (const [k, emulator] of emulators.entries()) outcomes[k]?.push(await once(emulator, guest))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { name, group, measured: [], error: message }
  }
  const measured = outcomes.map((all, i) => summary(emulators[i]?.name ?? '', all))
  return { name, group, measured, error: undefined }
}

function summary(emulator: string, outcomes: readonly Outcome[]): Measured {
  const first = outcomes.flatMap(({ firstOutput }) => (firstOutput === undefined ? [] : [firstOutput]))
  const memories = outcomes.flatMap(({ memory }) => (memory === undefined ? [] : [memory]))
  const quarters = [0, 1, 2, 3].map(i => Math.max(...memories.map(memory => memory[i] ?? 0)))
  return {
    emulator,
    time: summarise(outcomes.map(({ seconds }) => seconds)),
    firstOutput: first.length > 0 ? median(first) : undefined,
    memory: memories.length > 0 ? quarters : undefined,
    count: outcomes[0]?.count,
  }
}

/**
 * Time of the `other` way over the time of the `base` way, both without the time that starting takes (`start`): what
 * running the guest costs. undefined if something is missing, or start-up is all there is.
 */
export function netRatio(
  other: Measured | undefined,
  base: Measured | undefined,
  start: { readonly other: number | undefined; readonly base: number | undefined },
): number | undefined {
  if (!other || !base || start.other === undefined || start.base === undefined) return undefined
  const [above, below] = [other.time.median - start.other, base.time.median - start.base]
  return above > 0 && below > 0 ? above / below : undefined
}
