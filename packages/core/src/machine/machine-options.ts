/** What the user chooses about a machine, and what follows from it. */
import type { Board, BoardOptions, CpuWiring } from '../board/board.ts'
import { defaultTuning, type RegionTuning } from '../code/regions.ts'
import { ConfigError } from '../events/errors.ts'
import type { Target } from '../target.ts'

/**
 * Highest tier that runs: 0 the interpreter, 1 regions by the quick compiler too, 2 those by the optimising compiler; or
 * the oracle alone, for tests.
 */
export type Tier = 0 | 1 | 2 | 'oracle'

export interface MachineOptions extends BoardOptions {
  readonly target: Target
  readonly board: Board
  /** Default 1: V8 optimises hot regions by itself (docs/performance.md). Makes no difference to the guest. */
  readonly tier?: Tier
  /** Executions of a block before it heads a region. */
  readonly hotThreshold?: number
  /** Hot blocks that are compiled together. */
  readonly batch?: number
  /** Other settings of the tiers, for tests. */
  readonly tuning?: Partial<RegionTuning>
  /** Bytes for decoded blocks; default 64 MiB. When they are used up, all translations are thrown away. */
  readonly poolBytes?: number
  /** Hears what the user should know of the guest, one line of text each, each only once. */
  readonly notice?: (text: string) => void
  /**
   * Guest time: so many instructions take a second, 1 … 10^12, or as many as the board's CPUs have clock cycles. Default
   * 10^9.
   */
  readonly rate?: number | 'board'
}

/** Instructions per second of guest time; undefined: the usual. Throws a `ConfigError` (`config/rate`). */
export function rateOf({ rate, board }: MachineOptions, { clockHz }: CpuWiring): number | undefined {
  const perSecond = rate === 'board' ? clockHz : rate
  if (rate === 'board' && clockHz === undefined)
    throw new ConfigError(
      'config/rate',
      `The board ${board.name} says no clock of its CPUs.`,
      'Give the instructions per second as a number.',
    )
  if (perSecond !== undefined && !(perSecond >= 1 && perSecond <= 1e12))
    throw new ConfigError(
      'config/rate',
      `There cannot be ${perSecond} instructions per second.`,
      'Give 1 … 10^12.',
    )
  return perSecond
}

/** The settings of the tiers. */
export const tuningOf = ({ tier, batch, tuning }: MachineOptions): RegionTuning => ({
  ...defaultTuning,
  ...(batch !== undefined && { batch }),
  ...tuning,
  ...(tier !== 2 && { hotSamples: Number.POSITIVE_INFINITY }),
})
