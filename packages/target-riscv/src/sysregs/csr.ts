/** What a row of the CSR table is. */
import type { Builder, Node } from '@guestscope/codegen'
import { csrNumbers } from '../isa/csr-names.ts'

/**
 * How a CSR behaves. Values are i64 nodes on both bases: xlen bits, zero-extended on RV32. `number` is the CSR's
 * number (i32), for kinds that serve several: a constant where the instruction is known.
 */
export interface CsrKind {
  readonly read: (b: Builder, number: Node) => Node
  /** What csrrs and csrrc change bits of, if it is not what is read (mip: 3.1.9). */
  readonly modify?: (b: Builder, number: Node) => Node
  /** Absent: writes have no effect (a CSR that is read-only by its number is illegal to write in any case). */
  readonly write?: (b: Builder, value: Node, number: Node) => void
  /** A condition besides the privilege mode (i32); `priv`: the current mode, i32. */
  readonly legal?: (b: Builder, priv: Node, number: Node) => Node
  /** Belongs to the floating-point state: needs mstatus.FS, and writes make it dirty. */
  readonly fp?: true
  /** Reads or writes need the exact time. */
  readonly exact?: true
  /** After a write: may an interrupt have become takeable; must the next block be looked up anew? */
  readonly after?: 'interrupts' | 'dispatch'
}

/** A CSR of the emulated hart. */
export interface Csr {
  readonly number: number
  readonly name: string
  readonly kind: CsrKind
}

/** What the CSRs depend on besides the width. */
export interface CsrFeatures {
  /** The value of misa. */
  readonly misa: bigint
  /** There are f registers. */
  readonly float: boolean
  /** Bits of menvcfg and senvcfg that can be written. */
  readonly environment: { readonly machine: bigint; readonly supervisor: bigint }
  /** There is a comparator for S (Sstc). */
  readonly timer: boolean
  /** CSRs of extensions. */
  readonly csrs: readonly Csr[]
}

/** Rows by names; numbers come from the table of names. */
export function rowsFor(names: string, kind: CsrKind): Csr[] {
  return names.split(' ').map(name => {
    const number = csrNumbers.get(name)
    if (number === undefined) throw new Error(`no CSR has the name ${name}`)
    return { number, name, kind }
  })
}

/** `name3 … name31`, for stems with a suffix too. */
export const family = (stem: string, first: number, last: number, end = ''): string =>
  Array.from({ length: last - first + 1 }, (_, i) => `${stem}${first + i}${end}`).join(' ')

/** A slot of the state of which the bits in `mask` can be written; the others are 0. */
export const slot = (offset: number, mask = -1n): CsrKind => ({
  read: b => b.get(offset, 'i64'),
  write: (b, value) => b.set(offset, b.and(value, b.i64(mask))),
})

/** The half of a register that RV32 sees under its plain name. */
export const low32 = 0xffffffffn

/** Always this value; writes have no effect. */
export const fixed = (value: bigint): CsrKind => ({ read: b => b.i64(value) })
