/** Guest code → translation blocks, and blocks → regions. */

import type { Region, RegionBlock } from '@guestscope/codegen'
import { pageMask, pageShift, pageSize } from '@guestscope/codegen'
import { codeWeight, overloaded } from '../hooks/hook-cost.ts'
import type { Instrumentation } from '../hooks/instrument.ts'
import { sharedSlot } from '../memory/layout.ts'
import type { GuestMemory } from '../memory/memory.ts'
import type { DecodedInsn, Target } from '../target.ts'
import { type BlockIrHost, blockIr } from './block-ir.ts'
import { BlockReader, FetchFault } from './code-reader.ts'
import { linkReturns, type RegionPart, regionPart } from './region-parts.ts'
import type { DecodedBlock, Tb, TbCache } from './tb.ts'

/** Most instructions of a block. */
const maxBlock = 64

/** Most blocks and instructions of a region; many hooks count as more instructions. */
export interface RegionLimits {
  readonly blocks: number
  readonly insns: number
}
/** Of T1; and of T2, whose compiler is thorough. */
export const regionLimits: RegionLimits & { readonly wide: RegionLimits } = {
  blocks: 48,
  insns: 600,
  wide: { blocks: 64, insns: 900 },
}

/** A region to compile, and the blocks it is made of. */
export interface FoundRegion {
  readonly region: Region
  readonly blocks: readonly Tb[]
}

export interface TranslatorOptions {
  readonly target: Target
  readonly memory: GuestMemory
  readonly cache: TbCache
  readonly instrumentation: Instrumentation
  /** Has the instruction at a record reached a device? */
  readonly reachesDevice: (record: number) => boolean
}

export class Translator {
  readonly #target: Target
  readonly #memory: GuestMemory
  readonly #cache: TbCache
  readonly #instrumentation: Instrumentation
  /** Callbacks that regions reach by number. */
  readonly calls: ((cpu: number) => void)[] = []
  readonly #irHost: BlockIrHost

  constructor({ target, memory, cache, instrumentation, reachesDevice }: TranslatorOptions) {
    this.#target = target
    this.#memory = memory
    this.#cache = cache
    this.#instrumentation = instrumentation
    this.#irHost = {
      target,
      numberOf: run => this.calls.push(run) - 1,
      physical: linear => memory.physical(linear),
      reachesDevice,
    }
  }

  /**
   * Decodes the block at `pc`, whose first byte lies at linear address `code`. `nextPage` gives the linear address
   * of a virtual page or throws a `FetchFault`; it is asked only if the first instruction crosses into it. With
   * `check`, which may throw too, every 16 bits are asked for and the block is one instruction.
   */
  block(
    pc: bigint,
    flags: number,
    code: number,
    nextPage: (address: bigint) => number,
    check?: (address: bigint) => void,
  ): DecodedBlock {
    const target = this.#target
    const reader = new BlockReader({ target, memory: this.#memory, pc, code, nextPage, check })
    const insns: DecodedInsn[] = []
    const offsets: number[] = []
    let state = flags
    while (insns.length < (check ? 1 : maxBlock) && reader.inPage < pageSize) {
      let insn: DecodedInsn
      try {
        insn = target.decode(reader, state)
        state = insn.nextState ?? state
      } catch (error) {
        if (error instanceof FetchFault && insns.length) break
        throw error
      }
      insns.push(insn)
      offsets.push(reader.at)
      reader.at += insn.size
      if (insn.endsBlock || reader.second >= 0) break
    }
    const bytesOf = (i: number): Uint8Array =>
      reader.bytes(offsets[i] as number, (insns[i] as DecodedInsn).size)
    const hooks = this.#instrumentation.translates
      ? this.#instrumentation.translate({
          pc,
          insns: insns.map((insn, i) => {
            const offset = offsets[i] as number
            const physical = this.#memory.physical(code + offset)
            return { pc: pc + BigInt(offset), physical, insn, bytes: bytesOf(i) }
          }),
        })
      : undefined
    const last = insns.length - 1
    return {
      pc,
      flags,
      endState: state,
      code,
      secondPage: reader.second < 0 ? -1 : reader.second >>> pageShift,
      insns,
      offsets,
      size: reader.at,
      fine: check !== undefined,
      hooks,
      end: hooks && target.describe(insns[last] as DecodedInsn, bytesOf(last)),
    }
  }

  /** The IR of a block, hooks included. */
  ir(tb: Tb): RegionBlock {
    return blockIr(this.#irHost, tb)
  }

  /** May a region contain the block? */
  compiles(tb: Tb): boolean {
    return !tb.fine && !(tb.hooks && overloaded(tb.hooks))
  }

  /**
   * Gathers the region that begins at a block: blocks that follow by direct jumps and calls, and the places that
   * calls return to; all have been executed before, and lie in the same page unless the mapping is fixed.
   */
  region(head: Tb, limits: RegionLimits): FoundRegion {
    const fixed = this.#target.fixedMapping(head.flags)
    const found: RegionPart[] = []
    const seen = new Set<Tb>([head])
    const queue: Tb[] = [head]
    let insns = 0
    const follow = (pc: bigint): void => {
      const samePage = (pc | pageMask) === (head.pc | pageMask)
      if (!samePage && !fixed) return
      const code = samePage
        ? (head.code & -pageSize) + Number(pc & pageMask)
        : head.code + Number(pc - head.pc)
      const next = this.#cache.find(pc, head.flags, samePage ? code >>> 0 : code)
      // The second page of an instruction that crosses is asked for at each entry: it may lead elsewhere by now.
      if (next && (fixed || next.secondPage < 0) && !seen.has(next) && this.compiles(next)) {
        seen.add(next)
        queue.push(next)
      }
    }
    for (let tb = queue.shift(); tb; tb = queue.shift()) {
      const weight = codeWeight(tb.length, tb.hooks)
      if (found.length >= limits.blocks || insns + weight > limits.insns) break
      const part = regionPart(tb, this.ir(tb), tb.describeEnd(this.#target, this.#memory).flow)
      found.push(part)
      insns += weight
      for (const pc of part.successors) follow(pc)
      if (part.returnSite !== undefined) follow(part.returnSite)
    }
    const parts = linkReturns(found)
    return {
      region: {
        blocks: parts.map(p => p.block),
        promote: offset => this.#target.state.promote(offset),
        shared: sharedSlot,
        flat: this.#target.flatData?.(head.flags) ? this.#memory.flat : undefined,
      },
      blocks: parts.map(p => p.tb),
    }
  }
}
