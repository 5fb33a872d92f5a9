/** State of the exotic guest: sixteen registers, eight vectors, a TLB that software fills, a branch that is on its way. */
import { Head } from '@guestscope/codegen'

const first = (Head.size + 15) & ~15
const after = (offset: number, slots: number, bytes = 8): number => offset + slots * bytes

const v = first
const r = after(v, 8, 16)
const sink = after(r, 16)
const taken = after(sink, 1)
const target = after(taken, 1)
const branch = after(target, 1)
const epc = after(branch, 1)
const cause = after(epc, 1)
const bad = after(cause, 1)
const vector = after(bad, 1)
const line = after(vector, 1)
const tlb = after(line, 1)

/** Entries of the TLB; an address has its place by its page number. */
export const tlbEntries = 8
const end = after(tlb, 2 * tlbEntries)

/** Offsets. Vectors have 16 bytes each, all else 8. */
export const X: {
  /** Vector n: v + 16 n; register n: r + 8 n, the first is 0. */
  readonly v: number
  readonly r: number
  readonly sink: number
  /** Of the branch before the instruction: is it taken (i32), where to, and where is it. */
  readonly taken: number
  readonly target: number
  readonly branch: number
  readonly epc: number
  readonly cause: number
  readonly bad: number
  readonly vector: number
  readonly line: number
  /** Page number + 1, physical page. */
  readonly tlb: number
  readonly size: number
} = { v, r, sink, taken, target, branch, epc, cause, bad, vector, line, tlb, size: (end + 15) & ~15 }

/** Translation flags, of which the high ones only show that there is room for them. */
export const Flag = { slot: 0x100000 } as const

/** Causes. */
export const Cause = { trap: 1, refill: 2, bus: 3, reserved: 6, interrupt: 9 } as const
