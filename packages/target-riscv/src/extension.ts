/** What the table of extensions says of each. */
import type { IrFunction } from '@guestscope/codegen'
import type { HostImport, InsnKind, Semantics } from '@guestscope/core'
import type { Row, Xlen } from './isa/row.ts'
import type { Csr } from './sysregs/csr.ts'
import type { Sysregs } from './sysregs/index.ts'

export interface Extension {
  /**
   * As the manuals call it; its instructions are the group of this name. In lower case it is the name in ISA strings, in
   * the device tree, for assemblers (`-march`), for QEMU and for `--cpu`.
   */
  readonly title: string
  /** What it brings, for lists. */
  readonly about: string
  /** In the harts `rv32` and `rv64`: always there, or on or off unless a property of `--cpu` says otherwise. */
  readonly usual: 'always' | 'on' | 'off'
  /** Exists in this base only; undefined: in both. */
  readonly xlen?: Xlen
  /** Names of extensions without which it cannot be; turning it on turns them on. */
  readonly needs?: readonly string[]
  readonly rows?: readonly Row[]
  readonly semantics?: (xlen: Xlen, sysregs: Sysregs) => readonly Semantics[]
  /** Programs mostly do without it: see `Semantics.late`. */
  readonly late?: true
  /** IR functions that its semantics and CSRs call. */
  readonly functions?: readonly IrFunction[]
  /** Host functions that those call. */
  readonly host?: readonly HostImport[]
  readonly csrs?: (xlen: Xlen) => readonly Csr[]
  /** Bits of menvcfg and of senvcfg that it defines. */
  readonly environment?: { readonly machine: bigint; readonly supervisor: bigint }
  /** What its instructions are for, where neither a jump nor an access to memory says it; default `integer`. */
  readonly kind?: InsnKind
  /** Properties of a hart in the device tree. */
  readonly tree?: Readonly<Record<string, number>>
  /** It has no name of its own in ISA strings and for `--cpu`: privilege modes, and what is there when all it needs is on. */
  readonly unnamed?: true
  /** GNU binutils 2.40 do not know it. */
  readonly unassembled?: true
}

/** The name in lower case. */
export const nameOf = ({ title }: Extension): string => title.toLowerCase()
