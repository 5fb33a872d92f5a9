/**
 * What an instruction row is, and what a decoded instruction is.
 *
 * A row is one line of data, in columns that read like the tables of "The RISC-V Instruction Set Manual":
 *
 *     ['beq', 'iiiiiii ttttt sssss 000 iiiii 1100011', 'rs1,rs2,target', B]
 *      name    bits, most significant first             args              more
 *
 * `bits`: 0 and 1 are fixed, spaces are for the reader, a letter is a bit of a field, `-` is ignored by the
 * hardware (the assembler writes 0):
 *
 *     d rd   s rs1   t rs2   r rs3     five bits; three bits (compressed) name the registers 8 … 15
 *     i immediate, scattered as `simm` or `zimm` says       c CSR number (both decode to `imm`)
 *     m rounding mode   a aq, rl   u 5-bit immediate of csrr?i   p, q fence predecessor, successor (→ `aux`)
 *
 * `simm`/`zimm`: which bits of the sign- or zero-extended immediate the letters `i` hold, from left to right,
 * in the manual's notation: `12|10:5|4:1|11`.
 *
 * `args`: the operands exactly as the assembler writes them. Names below are replaced, all else is literal:
 *
 *     rd rs1 rs2 rs3   integer register          fd fs1 fs2 fs3   float register in the same slot
 *     imm              decimal                   shamt            hexadecimal
 *     upper            `imm >>> 12`, hexadecimal target           `pc + imm`, hexadecimal
 *     csr              name of the CSR           uimm             decimal, from `aux`
 *     rm               rounding mode; with its comma absent when dynamic; rmExact: absent when rne
 *     pred succ        letters out of `iorw`     (aq and rl are suffixes of the name: `lr.w.aq`)
 */

export type Xlen = 32 | 64

/**
 * How the instruction ends a translation block; undefined: it falls through.
 *
 *     branch     conditional, direct            jump   unconditional, direct: jal
 *     indirect   jalr                           trap   ecall, ebreak
 *     system     may change how the following instructions are fetched or translated: xret, wfi, sfence, CSRs
 */
export type Flow = 'branch' | 'jump' | 'indirect' | 'trap' | 'system'

/** A register operand's place in a decoded instruction; rs1 is a source whatever the assembly order. */
export type RegSlot = 'rd' | 'rs1' | 'rs2' | 'rs3'
export type Slot = RegSlot | 'imm' | 'aux'

/** Register file of an operand; null: the instruction has no such operand. */
export type RegFile = 'x' | 'f' | null

/** The optional part of a row as it is written. */
export interface More {
  /** Exists in this base only. */
  readonly xlen?: Xlen
  /** Bits of the immediate, sign-extended. */
  readonly simm?: string
  /** Bits of the immediate, zero-extended. */
  readonly zimm?: string
  readonly flow?: Flow
  /** With one of these operand values the word is reserved, or another instruction. */
  readonly not?: Partial<Record<Slot, readonly number[]>>
}

export type RowData = readonly [name: string, bits: string, args: string, more?: More]

/** A compressed instruction says in one more column what it expands to, in the words of the manual. */
export type CompressedData = readonly [name: string, bits: string, args: string, expands: string, more?: More]

/** `operand |= ((word >>> from) & mask) << to` */
export interface Field {
  readonly slot: Slot
  readonly from: number
  readonly mask: number
  readonly to: number
  /** Repeats a field in a second operand (rs1 of c.add): for the decoder, not for the encoder. */
  readonly copy: boolean
}

/** A row with all that follows from it. */
export interface Row {
  readonly name: string
  readonly bits: string
  readonly args: string
  /** Title of the extension that it belongs to: a row of `extensions.ts`. */
  readonly ext: string
  /** Exists in this base only; undefined: in both. */
  readonly xlen: Xlen | undefined
  /** The semantics: the own name, or the name of the instruction that a compressed one expands to. */
  readonly sem: string
  /** `lw rd,imm(sp)`; compressed instructions only. */
  readonly expands: string | undefined
  /** How it ends a translation block; undefined: it does not. */
  readonly flow: Flow | undefined
  readonly not: More['not'] | undefined
  readonly size: 2 | 4
  /** int32: `(word & mask) === match`. */
  readonly mask: number
  readonly match: number
  readonly fields: readonly Field[]
  /** Values before the fields are or-ed in: 8 for three-bit registers, constants of the expansion. */
  readonly start: Readonly<Record<Slot, number>>
  /** The immediate is `imm << signShift >> signShift`. */
  readonly signShift: number
  readonly regs: Readonly<Record<RegSlot, RegFile>>
}

/** A decoded instruction. */
export interface Insn {
  readonly row: Row
  /** Register numbers; 0 where the row has no such operand (see `row.regs`). */
  readonly rd: number
  readonly rs1: number
  readonly rs2: number
  readonly rs3: number
  /** int32: immediate, shift amount, CSR number, branch or jump offset; lui and auipc: the shifted value. */
  readonly imm: number
  /** Rounding mode; uimm of csrr?i; `aq << 1 | rl`; fence: `pred << 4 | succ`. */
  readonly aux: number
  readonly size: 2 | 4
  /** Raw bits, unsigned. */
  readonly word: number
}
