/**
 * A profile by samples: where the CPUs are after every so many instructions. The machine runs in pieces of that
 * length, so guest code itself is neither changed nor slowed.
 */
import type { Cpu } from '../cpu.ts'
import type { Machine } from './machine.ts'
import type { RunState } from './run-loop.ts'

/** A piece of guest code that was often executed. */
export interface HotSpot {
  /** Virtual address of its first instruction. */
  readonly address: bigint
  /** Tier of the code that runs there: that of the last sample. */
  readonly tier: number
  /** Translation blocks in it: 1 in tier 0, those of the region above. */
  readonly blocks: number
  readonly samples: number
  /** Of all samples, 0 … 1. */
  readonly share: number
}

/** What a tier had of a run, by samples. */
export interface TierShare {
  readonly tier: number
  /** Of the instructions, 0 … 1. */
  readonly instructions: number
  /** Of the time, 0 … 1: what passed since the sample before counts for the tier that a sample finds. */
  readonly time: number
}

/** A prime, so that no loop of the guest keeps step with it; large, because each sample may cut a block in two. */
const usualInterval = 199_999

export class Profile {
  readonly interval: number
  /** Samples taken. */
  samples = 0
  readonly #machine: Machine
  readonly #spots = new Map<bigint, Omit<HotSpot, 'share'>>()
  /** Samples and milliseconds by tier. */
  readonly #tiers = new Map<number, { samples: number; ms: number }>()
  #last: number | undefined
  /** Instructions to the next sample. */
  #left: number

  constructor(machine: Machine, interval: number = usualInterval) {
    this.#machine = machine
    this.interval = interval
    this.#left = interval
  }

  /** As `Machine.run`. */
  run(instructions: number): RunState {
    const machine = this.#machine
    this.#last ??= performance.now()
    for (let left = instructions; ; ) {
      const piece = Math.min(this.#left, left)
      const [executed, spent] = [machine.executed, machine.spent]
      const state = machine.run(piece)
      const used = machine.spent - spent
      left -= used
      this.#left -= machine.executed - executed
      if (this.#left <= 0) this.#sample()
      if (state !== 'running' || left <= 0 || used < piece) return state
    }
  }

  /** The hottest code, at most so many pieces of it. */
  hottest(count: number): HotSpot[] {
    return [...this.#spots.values()]
      .sort((a, b) => b.samples - a.samples || (a.address < b.address ? -1 : 1))
      .slice(0, count)
      .map(spot => ({ ...spot, share: spot.samples / this.samples }))
  }

  /** In ascending order of tiers. */
  tiers(): TierShare[] {
    const all = [...this.#tiers].sort(([a], [b]) => a - b)
    const ms = all.reduce((sum, [, tier]) => sum + tier.ms, 0)
    return all.map(([tier, own]) => ({
      tier,
      instructions: own.samples / this.samples,
      time: ms > 0 ? own.ms / ms : 0,
    }))
  }

  #sample(): void {
    this.#left = this.interval
    this.samples++
    const cpu = this.#machine.lastCpu
    const { address, tier, blocks } = this.#place(cpu)
    const samples = (this.#spots.get(address)?.samples ?? 0) + 1
    this.#spots.set(address, { address, tier, blocks, samples })
    const now = performance.now()
    const own = this.#tiers.get(tier) ?? { samples: 0, ms: 0 }
    own.samples++
    own.ms += now - (this.#last ?? now)
    this.#tiers.set(tier, own)
    this.#last = now
  }

  #place(cpu: Cpu): Omit<HotSpot, 'samples' | 'share'> {
    const found = this.#machine.blocksAt(cpu)
    const [region] = found.flatMap(tb => [...tb.regions]).sort((a, b) => b.blocks.length - a.blocks.length)
    if (region !== undefined)
      return { address: region.head.pc, tier: region.tier, blocks: region.blocks.length }
    return { address: found[0]?.pc ?? cpu.pc, tier: 0, blocks: 1 }
  }
}
