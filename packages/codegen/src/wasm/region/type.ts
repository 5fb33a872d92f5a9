/** What a region is made of, and how the world calls it and is called by it. */
import type { Callee, Node, Type } from '../../ir/types.ts'
import type { FlatMemory } from '../lower/guest-place.ts'

/** One block of a region. */
export interface RegionBlock {
  readonly pc: bigint
  /** Statements; the last one is a terminator. */
  readonly body: readonly Node[]
  /** Nodes are numbered below this. */
  readonly count: number
  /** Types of the block's variables. */
  readonly vars: readonly Type[]
  /** Number of instructions, paid at entry. */
  readonly length: number
  /** Distance of each instruction from `pc`. */
  readonly offsets: readonly number[]
  /** Address of the record of the first instruction. */
  readonly records: number
  /** Instructions, by number, whose slow accesses are made in the region, in exact time; a `pause` follows each. */
  readonly devices?: ReadonlySet<number> | undefined
  /** Blocks of the region to which the jump at the end probably returns, by pc: they are tried before the jump cache. */
  readonly returnsTo?: readonly bigint[]
}

/** A region: the first block is the entry. */
export interface Region {
  readonly blocks: readonly RegionBlock[]
  /**
   * Type of a state slot that may live in a local, or undefined if it must stay in memory. A v128 lies at a multiple of 16;
   * its parts are read and written as slots of their own, at their places within it.
   */
  promote(offset: number): Type | undefined
  /**
   * Type of a slot of plugins, which they see and may change whenever they are called: it may live in a local between
   * the calls.
   */
  shared?(offset: number): Type | undefined
  /** Memory that loads reach without the soft TLB: `size` bytes from guest address `base`, at a linear address. */
  readonly flat?: FlatMemory | undefined
}

/**
 * The host's function for a `hook`: (number of the vCPU). Each is an import of its own: through one import with the number
 * as an argument a call takes three times as long.
 */
export const hookCallee = (id: number): Callee => ({ name: `hook ${id}`, params: [], result: undefined })

/** Numbers of the hooks in a region. */
export function hooksOf({ blocks }: Region): Set<number> {
  const found = new Set<number>()
  const walk = (body: readonly Node[]): void => {
    for (const n of body) {
      if (n.op === 'hook') found.add(Number(n.imm) >> 2)
      if (n.body) walk(n.body)
      if (n.orelse) walk(n.orelse)
    }
  }
  for (const b of blocks) walk(b.body)
  return found
}

/** How a region is called: (cpu) → exit code. */
export const regionType: { readonly params: readonly ['i32']; readonly result: 'i32' } = {
  params: ['i32'],
  result: 'i32',
}
