/**
 * The rows of RISC-V: what the columns of its tables mean.
 *
 *     ['beq', 'iiiiiii ttttt sssss 000 iiiii 1100011', 'rs1,rs2,target', B]
 *      name    bits, most significant first             args              more
 *
 * Columns read like the tables of "The RISC-V Instruction Set Manual". Letters:
 *
 *     d rd   s rs1   t rs2   r rs3     five bits; three bits (compressed) name the registers 8 … 15
 *     i immediate, scattered as `signed` or `unsigned` says       c CSR number (both decode to `imm`)
 *     m rounding mode   a aq, rl   u 5-bit immediate of csrr?i   p, q fence predecessor, successor (→ `aux`)
 *
 * Operands:
 *
 *     rd rs1 rs2 rs3   integer register          fd fs1 fs2 fs3   float register in the same slot
 *     imm              decimal                   shamt            hexadecimal
 *     upper            `imm >>> 12`, hexadecimal target           `pc + imm`, hexadecimal
 *     csr              name of the CSR           uimm             decimal, from `aux`
 *     rm               rounding mode; with its comma absent when dynamic; rmExact: absent when rne
 *     pred succ        letters out of `iorw`     (aq and rl are suffixes of the name: `lr.w.aq`)
 *
 * In a decoded instruction rs1 is a source whatever the assembly order. `imm`: immediate, shift amount, CSR number,
 * branch or jump offset; lui and auipc: the shifted value. `aux`: rounding mode; uimm of csrr?i; `aq << 1 | rl`; fence:
 * `pred << 4 | succ`.
 */
import type { Insn as KitInsn, More as KitMore, Row as KitRow, Terms } from '@guestscope/target-kit'

export type Xlen = 32 | 64

/** A register operand's place in a decoded instruction. */
export type RegSlot = 'rd' | 'rs1' | 'rs2' | 'rs3'
export type Slot = RegSlot | 'imm' | 'aux'

/** Integer registers, floating-point registers. */
export type File = 'x' | 'f'

/** Columns of our own. */
export interface Own {
  /** Exists in this base only. */
  readonly xlen?: Xlen
  /** `lw rd,imm(sp)`; compressed instructions only. */
  readonly expands?: string
}

/** Where the instruction stands; branch targets are written as absolute addresses. */
export interface Place {
  readonly pc: bigint
  readonly xlen: Xlen
}

/** The words of the kit's tables. */
export interface Riscv extends Terms {
  readonly slot: Slot
  readonly register: RegSlot
  readonly file: File
  /** Title of a row of `extensions.ts`. */
  readonly extension: string
  readonly more: Own
  readonly place: Place
}

export type More = KitMore<Riscv> & Own
export type Row = KitRow<Riscv>
export type Insn = KitInsn<Riscv>

export type RowData = readonly [name: string, bits: string, args: string, more?: More]

/** A compressed instruction says in one more column what it expands to, in the words of the manual. */
export type CompressedData = readonly [name: string, bits: string, args: string, expands: string, more?: More]
