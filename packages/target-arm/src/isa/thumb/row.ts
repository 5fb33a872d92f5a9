/**
 * What a row of the Thumb tables is, and what a decoded instruction is.
 *
 * A row is one line of data, in columns that read like the encodings of the Armv7-M Architecture Reference Manual:
 *
 *     ['add{s}.w', '11110 i 0 1000 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #imm', 'add.imm', modified]
 *      name        bits, most significant first                  args            semantics  more
 *
 * `bits`: 0 and 1 are fixed, spaces are for the reader, `-` is ignored (the assembler writes 0), a letter is a bit of
 * a field, whose bits are in falling order wherever they stand:
 *
 *     d n m a   rd rn rm ra (Rt is rd, Rt2 and Ra are ra)     D N M   lowest bit of a single register's number
 *     i         immediate; `imm` says which of its bits the letters are, `expand` what is made of them
 *     s         the flags are set         u   offset is added      w   base is written back
 *     h t       amount and type of a shift by an immediate
 *     l v       lsb, width or msb or saturation
 *     c         condition of a branch     j       left shift of an offset register    k   mask of msr
 *     x y z     aux bits 0, 1, 2 as the semantics mean them
 *     q         rm once more: for the encoder, ignored by the decoder
 *
 * r15 in a field d, n, m, a is another row, or undefined: only where the bits are fixed ones it is meant.
 *
 * `name`: conditions of IT blocks come before the first point; in braces what depends on operands (`names.ts`).
 * `args`: operands exactly as the assembler writes them; words in `operands.ts` are replaced, all else is literal.
 */

/** `dsp`: Armv7E-M; `fp`: FPv4-SP, `fp5`: what FPv5 adds, `fpd`: double precision. */
export type Extension = 'v6m' | 'v7m' | 'dsp' | 'fp' | 'fp5' | 'fpd'

/**
 * How the instruction ends a translation block; undefined: it falls through.
 *
 *     branch     conditional, direct            jump   unconditional, direct
 *     indirect   writes the PC from data        trap   svc, bkpt, undefined
 *     system     may change how the following instructions are fetched or translated
 */
export type Flow = 'branch' | 'jump' | 'indirect' | 'trap' | 'system'

export type RegSlot = 'rd' | 'rn' | 'rm' | 'ra'
export type Slot = RegSlot | 'imm' | 'aux'

/** Register file of an operand: core, single, double; null: the instruction has no such operand. */
export type RegFile = 'r' | 's' | 'd' | null

/** Operands of an instruction; in a decoded one all are there. */
export type Operands = Record<Slot, number>

/** Value of all the bits of a letter. */
export type Letters = (letter: string) => number

/** Makes operands out of letters that have no plain meaning, and back. */
export interface Expand {
  /** The letters that it reads: they are not read otherwise. */
  readonly letters: string
  /** False: not this instruction. */
  decode(get: Letters, o: Operands): boolean
  /** The letters; those that are absent are 0. undefined: these operands cannot be encoded. */
  encode(o: Operands): Readonly<Record<string, number>> | undefined
}

/** The optional part of a row as it is written. */
export interface More {
  /** Which bits of the immediate the letters `i` are: `11|15:12|10:8|7:0`; default: all, from bit 0. */
  readonly imm?: string
  /** The immediate is sign-extended from the highest of these bits. */
  readonly signed?: boolean
  readonly expand?: Expand
  /** Operands that are constant; those of `imm` and `aux` are or-ed in. */
  readonly set?: Partial<Operands>
  /** Operands that are the same register as another one. */
  readonly copy?: Partial<Record<RegSlot, RegSlot>>
  /** With one of these values of a letter it is another instruction, or undefined. */
  readonly not?: Readonly<Record<string, readonly number[]>>
  readonly flow?: Flow
  /** `rd` is only read (stores). */
  readonly source?: boolean
  /** `rn` is written. */
  readonly wback?: boolean
  /** Not in IT blocks: undefined there. */
  readonly outsideIt?: boolean
  /** Executed whatever the condition of the IT block is. */
  readonly unconditional?: boolean
}

export type RowData = readonly [name: string, bits: string, args: string, sem: string, more?: More]

/** Some bits of a letter: `(word >>> from) & mask`, placed at `to` in the letter's value. */
export interface Run {
  readonly from: number
  readonly mask: number
  readonly to: number
}

/** The same, placed in an operand. */
export interface Field extends Run {
  readonly slot: Slot
}

/** A row with all that follows from it. */
export interface Row {
  readonly name: string
  readonly bits: string
  readonly args: string
  /** Of the semantics; `.shift` becomes `.reg` where the amount is 0 (see `Insn.sem`). */
  readonly sem: string
  readonly ext: Extension
  readonly more: More
  readonly size: 2 | 4
  /** int32: `(word & mask) === match`. */
  readonly mask: number
  readonly match: number
  readonly letters: ReadonlyMap<string, readonly Run[]>
  /** Letters with a plain meaning. */
  readonly fields: readonly Field[]
  /** Operands before the fields are or-ed in. */
  readonly start: Readonly<Operands>
  /** The immediate is `imm << signShift >> signShift`. */
  readonly signShift: number
  readonly regs: Readonly<Record<RegSlot, RegFile>>
  /** 16-bit data processing: sets the flags outside IT blocks. */
  readonly setsOutsideIt: boolean
}

/** A decoded instruction. */
export interface Insn extends Readonly<Operands> {
  readonly row: Row
  readonly sem: string
  readonly size: 2 | 4
  /** Raw bits, unsigned; 32 bits: the first halfword is the high one, as in the manual. */
  readonly word: number
  /** ITSTATE of this instruction, 0 outside IT blocks. */
  readonly it: number
}
