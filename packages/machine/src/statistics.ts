/** A run in figures. */
import type { HotSpot, Machine, MachineStatistics, Profile, TierShare } from '@guestscope/core'
import type { SymbolTable } from './symbols.ts'

/** A run in figures. */
export interface RunStatistics extends MachineStatistics {
  /** Milliseconds from there (`RunTimes`) to the guest's first instruction. */
  readonly startMs: number
  /** Milliseconds from the first instruction to the end. */
  readonly runMs: number
  /** Millions of instructions per second. */
  readonly mips: number
  /** Samples that were taken, one every so many instructions. */
  readonly samples: number
  readonly sampleInterval: number
  /** What each tier had of the instructions and of the time, by the samples. */
  readonly shares: readonly TierShare[]
  /** Code that was often executed, the hottest first; as many pieces as asked for. */
  readonly hot: readonly NamedHotSpot[]
}

/** Addresses as text, for JSON. */
export interface NamedHotSpot extends Omit<HotSpot, 'address'> {
  readonly address: string
  /** `main+0x10`; absent: none is known. */
  readonly symbol?: string
}

/** When a run began and ended: milliseconds since the start of the process, or of whatever counts. */
export interface RunTimes {
  readonly begin: number
  readonly end: number
}

/** The figures of a run of which a profile has taken samples; `pieces`: most pieces of hot code. */
export function runStatistics(
  machine: Machine,
  { begin, end }: RunTimes,
  profile: Profile,
  pieces: number,
  symbols: () => SymbolTable,
): RunStatistics {
  const figures = machine.statistics()
  const runMs = end - begin
  const mips = figures.instructions / 1000 / Math.max(runMs, 0.001)
  const hot = profile.hottest(pieces).map(({ address, ...spot }) => {
    const symbol = symbols().nameOf(address)
    return { address: `0x${address.toString(16)}`, ...(symbol !== undefined && { symbol }), ...spot }
  })
  const { samples, interval } = profile
  return {
    startMs: begin,
    runMs,
    mips,
    ...figures,
    samples,
    sampleInterval: interval,
    shares: profile.tiers(),
    hot,
  }
}
