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
 *     i         immediate; `at` says which of its bits the letters are, `expand` what is made of them
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

import type {
  Expand as KitExpand,
  Insn as KitInsn,
  More as KitMore,
  Operands as KitOperands,
  Row as KitRow,
  Terms,
} from '@guestscope/target-kit'

/** `dsp`: Armv7E-M; `fp`: FPv4-SP, `fp5`: what FPv5 adds, `fpd`: double precision. */
export type Extension = 'v6m' | 'v7m' | 'dsp' | 'fp' | 'fp5' | 'fpd'

export type RegSlot = 'rd' | 'rn' | 'rm' | 'ra'
/** `it`: ITSTATE of the instruction, 0 outside IT blocks; it is no part of the code. */
export type Slot = RegSlot | 'imm' | 'aux' | 'it'

/** Core registers, singles, doubles. */
export type File = 'r' | 's' | 'd'

/** Columns of our own. */
export interface Own {
  /** `rd` is only read (stores). */
  readonly source?: boolean
  /** `rn` is written. */
  readonly wback?: boolean
  /** Not in IT blocks: undefined there. */
  readonly outsideIt?: boolean
  /** Executed whatever the condition of the IT block is. */
  readonly unconditional?: boolean
  /** 16-bit data processing: sets the flags outside IT blocks. */
  readonly setsOutsideIt?: boolean
}

/** Where an instruction stands. */
export interface Place {
  readonly pc: number
  /** ITSTATE. */
  readonly it: number
}

/** The words of the kit's tables. */
export interface Thumb extends Terms {
  readonly slot: Slot
  readonly register: RegSlot
  readonly file: File
  readonly extension: Extension
  readonly more: Own
  readonly place: Place
}

export type Operands = KitOperands<Thumb>
export type Expand = KitExpand<Thumb>
export type More = KitMore<Thumb> & Own
export type Row = KitRow<Thumb>
/** 32 bits: the first halfword is the high one, as in the manual. `sem`: `.shift` becomes `.reg` where the amount is 0. */
export type Insn = KitInsn<Thumb>

export type RowData = readonly [name: string, bits: string, args: string, sem: string, more?: More]
