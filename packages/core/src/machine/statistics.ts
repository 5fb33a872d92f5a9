/** What a machine has done so far, in figures that cost nothing while guest code runs. */

import type { GuestCode } from '../code/guest-code.ts'
import type { Cpu } from '../cpu.ts'
import type { TierStatistics } from '../engine/tiers.ts'
import { Layout, Space } from '../memory/layout.ts'

/** Translation blocks. */
export interface BlockStatistics {
  /** Decoded since the start, and the instructions in them. */
  readonly translated: number
  readonly instructions: number
  /** Dropped one by one: their guest code has changed, or can no longer be executed. */
  readonly dropped: number
  /** How often all were thrown away: the pool was full, or plugins asked for it. */
  readonly flushes: number
  /** At hand now. */
  readonly present: number
  /** Bytes of the pool in use, and all there are. */
  readonly poolUsed: number
  readonly poolSize: number
}

/** All of it. */
export interface MachineStatistics {
  /** Instructions that the CPUs have executed since the last reset. */
  readonly instructions: number
  /** The same with the time that all CPUs slept. */
  readonly clock: number
  readonly blocks: BlockStatistics
  /** Bytes of WebAssembly in regions at hand, and how often a module was given up to make room. */
  readonly regionBytes: number
  readonly evicted: number
  /** In ascending order. */
  readonly tiers: readonly TierStatistics[]
  /** How often a CPU's soft TLBs were emptied because its address translation had changed. */
  readonly tlbFlushes: number
  /** How often a CPU had to forget the translation of a single page. */
  readonly pagesForgotten: number
}

export interface StatisticsParts {
  readonly code: GuestCode
  readonly tiers: readonly TierStatistics[]
  readonly cpus: readonly Cpu[]
  readonly executed: number
  readonly clock: number
  readonly poolSize: number
}

/** The figures of now. */
export function machineStatistics({ code, tiers, cpus, ...run }: StatisticsParts): MachineStatistics {
  const { blocks } = code
  return {
    instructions: run.executed,
    clock: run.clock,
    blocks: {
      translated: blocks.translated,
      instructions: blocks.instructions,
      dropped: code.dropped,
      flushes: code.flushes,
      present: blocks.present,
      poolUsed: blocks.used,
      poolSize: run.poolSize,
    },
    regionBytes: code.regions.bytes,
    evicted: code.regions.evicted,
    tiers: tiers.map(counters => ({ ...counters })),
    tlbFlushes: code.spaces.flushes,
    pagesForgotten: cpus.reduce(
      (sum, cpu) => sum + Number(cpu.get64(Layout.spaces + Space.pagesForgotten)),
      0,
    ),
  }
}
