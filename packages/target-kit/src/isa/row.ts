/**
 * What an instruction row is, and what a decoded instruction is.
 *
 * A row is one line of data, in columns that read like the tables of a manual: name, bits, operands as the assembler
 * writes them, semantics, and what else is to be said.
 *
 * `bits`, most significant first: 0 and 1 are fixed, spaces are for the reader, `-` is ignored (the assembler writes
 * 0), a letter is a bit of a field. The bits of a letter are in falling order wherever they stand, unless `at` gives
 * their places. What a letter means is said by the target's `Language`. Any whole number of bytes is possible: code is
 * looked at in words of 32 bits, of which most instructions have one.
 *
 * `args`: words that the language knows as operands are replaced by their text, all else is literal.
 */

/** The words of one instruction set, as types: `interface Mine extends Terms { slot: 'rd' | 'imm'; … }`. */
export interface Terms {
  /** Operands of a decoded instruction: registers and numbers. */
  readonly slot: string
  /** Those among them that are numbers of registers. */
  readonly register: string
  /** Register files. */
  readonly file: string
  /** Parts of the architecture that rows belong to. */
  readonly extension: string
  /** Columns that other instruction sets do not have. */
  readonly more: object
  /** Where an instruction stands, as far as its text depends on that. */
  readonly place: unknown
}

/**
 * How an instruction ends a block; undefined: it falls through.
 *
 *     branch     conditional, direct            jump   unconditional, direct
 *     indirect   the target is data             trap   always an exception
 *     system     may change how the following instructions are fetched or translated
 */
export type Ending = 'branch' | 'jump' | 'indirect' | 'trap' | 'system'

/** Operands of an instruction; in a decoded one all are there, as int32. */
export type Operands<T extends Terms> = Record<T['slot'], number>

/** Value of all the bits of a letter. */
export type Letters = (letter: string) => number

/** Makes operands out of letters that have no plain meaning, and back. */
export interface Expand<T extends Terms> {
  /** The letters that it reads: they are not read otherwise. */
  readonly letters: string
  /** False: not this instruction. */
  decode(get: Letters, o: Operands<T>): boolean
  /** The letters; those that are absent are 0. undefined: these operands cannot be encoded. */
  encode(o: Operands<T>): Readonly<Record<string, number>> | undefined
}

/** The optional part of a row as it is written. */
export interface More<T extends Terms> {
  /** Which bits of a letter's value its letters are, from left to right: `{ i: '12|10:5|4:1|11' }`. */
  readonly at?: Readonly<Record<string, string>>
  /** Letters whose operand is sign-extended from the highest of their bits. */
  readonly signed?: string
  readonly expand?: Expand<T>
  /** Operands that are constant; numbers are or-ed in. */
  readonly set?: Readonly<Partial<Operands<T>>>
  /** Operands that are the same as another one. */
  readonly copy?: { readonly [S in T['slot']]?: T['slot'] }
  /** With one of these values of a letter it is another instruction, or none. */
  readonly not?: Readonly<Record<string, readonly number[]>>
  readonly ending?: Ending
}

/** A row as it is written. */
export interface RowSpec<T extends Terms> {
  readonly name: string
  readonly bits: string
  readonly args: string
  /** Name of its semantics. */
  readonly sem: string
  readonly ext: T['extension']
  readonly more: More<T> & T['more']
  /** Register files, where the operands do not tell them. */
  readonly regs?: Row<T>['regs']
}

/** Bits of a word of code: `((words[word] >>> from) & mask) << to` is a part of a letter's value. */
export interface Run {
  /** 0: the first 32 bits of the instruction. */
  readonly word: number
  readonly from: number
  readonly mask: number
  readonly to: number
}

/** The same as a part of an operand. */
export interface Field<T extends Terms> extends Run {
  readonly slot: T['slot']
}

/** The fixed bits of a word, int32: `(word & mask) === match`. */
export interface Fixed {
  readonly mask: number
  readonly match: number
}

/** A row with all that follows from it. */
export interface Row<T extends Terms> extends RowSpec<T>, Fixed {
  readonly ending: Ending | undefined
  /** Bytes. */
  readonly size: number
  /** `mask` and `match` are those of the first 32 bits; these are those of what follows. */
  readonly rest: readonly Fixed[]
  /** By letter, from the lowest bit of the instruction up. */
  readonly letters: ReadonlyMap<string, readonly Run[]>
  /** Letters with a plain meaning. */
  readonly fields: readonly Field<T>[]
  /** Letters that repeat others: for the assembler. */
  readonly repeats: readonly Field<T>[]
  /** The instruction before its fields are or-ed in. */
  readonly blank: Insn<T>
  /** Operands that are `value << shift >> shift`. */
  readonly signs: readonly { readonly slot: T['slot']; readonly shift: number }[]
  readonly copies: readonly { readonly to: T['slot']; readonly from: T['slot'] }[]
  readonly excluded: readonly { readonly runs: readonly Run[]; readonly values: readonly number[] }[]
  /** Register file of each operand; null: the instruction has no such operand. */
  readonly regs: Readonly<Record<T['register'], T['file'] | null>>
}

/** The bits of an instruction. */
export interface Code {
  /** Bytes. */
  readonly size: number
  /** The first 32 bits, or all; unsigned. */
  readonly word: number
  /** 32 bits each, then what is left. */
  readonly rest: readonly number[]
}

/** A decoded instruction: its operands by name, and where they come from. */
export type Insn<T extends Terms> = Readonly<Operands<T>> &
  Code & {
    readonly row: Row<T>
    /** The row's semantics, if the language does not refine them. */
    readonly sem: string
  }
