/** What the chapters of semantics share. */
import { type Builder, Head, type Node, type Operands } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import type { Xlen } from '../isa/row.ts'
import { Flags, Mstatus, S } from '../state.ts'

export type Emit = Semantics['emit']

/** The base that semantics are made for. */
export interface Base {
  readonly xlen: Xlen
  /** Type of an integer register. */
  readonly X: 'i32' | 'i64'
}

export const baseOf = (xlen: Xlen): Base => ({ xlen, X: xlen === 32 ? 'i32' : 'i64' })

/** Exception causes as in mcause (privileged specification, table "mcause values after trap"). */
export const Exc = {
  fetchMisaligned: 0,
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  ecallU: 8,
  ecallS: 9,
  ecallM: 11,
  fetchPage: 12,
  loadPage: 13,
  storePage: 15,
} as const

/** Illegal-instruction exception; mtval gets the instruction's bits. */
export function illegal(b: Builder, o: Operands): void {
  b.raise(b.i32(Exc.illegal), o.word())
}

/** Illegal-instruction exception if the condition (i32) holds. */
export function illegalIf(b: Builder, o: Operands, cond: Node): void {
  b.if(cond, () => illegal(b, o))
}

/** First thing in every instruction that touches f registers or fcsr: illegal while mstatus.FS is off. */
export function requireFp(b: Builder, o: Operands, flags: number | undefined): void {
  const context = flags === undefined ? b.get(Head.flags, 'i32') : b.i32(flags)
  illegalIf(b, o, b.eqz(b.and(context, b.i32(Flags.fsMask))))
}

/**
 * Last thing in every instruction that may change an f register, fflags or frm: mstatus.FS becomes dirty (3.1.6.6).
 * Costs nothing in blocks that were translated while it was dirty.
 */
export function dirtyFp(b: Builder, flags: number | undefined): void {
  if (flags !== undefined && (flags & Flags.fsMask) === Flags.fsDirty << Flags.fsShift) return
  b.set(S.mstatus, b.or(b.get(S.mstatus, 'i64'), b.i64(Mstatus.FS)))
  b.set(Head.flags, b.or(b.get(Head.flags, 'i32'), b.i32(Flags.fsDirty << Flags.fsShift)))
}

/** The privilege mode, a constant where it is known. */
export function privilege(b: Builder, flags: number | undefined): Node {
  return flags === undefined ? b.get(S.priv, 'i32') : b.i32(flags & Flags.privMask)
}
