/** What a machine has done so far, in figures that cost nothing while guest code runs. */

import type { GuestCode } from '../code/guest-code.ts'
import { Layout, Space } from '../memory/layout.ts'
import type { Machine } from './machine.ts'

/** Generated code of one tier. */
export interface TierStatistics {
  /** Such as 0: the interpreter, or 1: regions. */
  readonly tier: number
  /** WebAssembly functions made: handlers and helpers in tier 0, regions above. */
  readonly functions: number
  /** Of those, how many are forgotten: their guest code has changed, or all code was thrown away. */
  readonly released: number
  readonly modules: number
  /** Bytes of WebAssembly. */
  readonly bytes: number
  /** Milliseconds that making the WebAssembly took, and that the host's compiler took before it could run. */
  readonly generateMs: number
  readonly compileMs: number
}

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

/** Counts of one tier as they grow. */
export class TierCounters implements TierStatistics {
  readonly tier: number
  functions = 0
  released = 0
  modules = 0
  bytes = 0
  generateMs = 0
  compileMs = 0

  constructor(tier: number) {
    this.tier = tier
  }

  /** A module was made: work began at `start`, the bytes were there at `generated`, it could run just now. */
  add(functions: number, bytes: number, start: number, generated: number): void {
    this.functions += functions
    this.modules++
    this.bytes += bytes
    this.generateMs += generated - start
    this.compileMs += performance.now() - generated
  }
}

/** The figures of now. */
export function machineStatistics(machine: Machine, code: GuestCode): MachineStatistics {
  const { blocks, engine } = machine
  return {
    instructions: machine.executed,
    clock: machine.clock(),
    blocks: {
      translated: blocks.translated,
      instructions: blocks.instructions,
      dropped: code.dropped,
      flushes: code.flushes,
      present: blocks.present,
      poolUsed: blocks.used,
      poolSize: machine.memory.pool.end - machine.memory.pool.start,
    },
    regionBytes: code.regions.bytes,
    evicted: code.regions.evicted,
    tiers: engine.tiers.map(counters => ({ ...counters })),
    tlbFlushes: code.spaces.flushes,
    pagesForgotten: machine.cpus.reduce(
      (sum, cpu) => sum + Number(cpu.get64(Layout.spaces + Space.pagesForgotten)),
      0,
    ),
  }
}
