/** What the kit must be told about an instruction set. */
import type { Code, Insn, Operands, Row, Terms } from './row.ts'

/** What a letter of the bit strings means. */
export interface Letter<T extends Terms> {
  readonly slot: T['slot']
  /** Place of its lowest bit in the operand; 0 if absent. */
  readonly to?: number
  /** It stands above the bits of this letter, if that occurs. */
  readonly above?: string
  /** What is or-ed in besides, by the number of bits (8 where three bits name the upper half of the registers). */
  readonly or?: (bits: number) => number
  /** It says once more what this letter says: written by the assembler, not read by the decoder. */
  readonly repeats?: string
}

/** A word of `args`. */
export interface Operand<T extends Terms> {
  /** A register operand. */
  readonly slot?: T['register']
  readonly file?: T['file']
  /** '' (and no separator before it) where nothing is written. */
  print(insn: Insn<T>, place: T['place']): string
  /** What the text says of the operands; undefined: not such an operand. '' must be read if it can be written. */
  parse(text: string, place: T['place']): Readonly<Partial<Operands<T>>> | undefined
}

/** A way to write the name of a row, and the operands that it tells. */
export interface Name<T extends Terms> {
  readonly name: string
  readonly operands?: Readonly<Partial<Operands<T>>>
}

/** An instruction set: how its rows are read, decoded and written. */
export interface Language<T extends Terms> {
  /** All operands, in the order in which decoded instructions have them. */
  readonly slots: readonly T['slot'][]
  readonly registers: readonly T['register'][]
  /** The file of registers that rows name as a constant. */
  readonly file: T['file']
  readonly letters: Readonly<Record<string, Letter<T>>>
  readonly operands: Readonly<Record<string, Operand<T>>>
  /** Between operands. */
  readonly separator: ',' | ', '
  /** Bytes that code is fetched in: alignment of instructions. */
  readonly unit: 1 | 2 | 4
  /** Does the first unit hold the most significant bits of an instruction? */
  readonly first: 'high' | 'low'
  /** Size of an instruction by its first unit; absent: the rows tell. */
  lengthOf?(first: number): number
  /** Values of letters that are another row, or none, besides those that the row itself excludes. */
  exclude?(row: Pick<Row<T>, 'bits' | 'regs'>): Readonly<Record<string, readonly number[]>>
  /** What follows from the operands; may change them, and `sem`. */
  finish?(insn: { -readonly [K in keyof Insn<T>]: Insn<T>[K] }): void
  /** The name as it is written; absent: that of the row. */
  nameOf?(insn: Insn<T>): string
  /** All that `nameOf` may give. */
  namesOf?(row: Row<T>, place: T['place']): readonly Name<T>[]
  /** May it occur in random streams? Leaves out what would only test the decoder. */
  plausible?(insn: Insn<T>): boolean
}

/** The rows that a processor has, ready to decode. */
export interface InsnSet<T extends Terms> {
  readonly language: Language<T>
  /** For error messages. */
  readonly title: string
  readonly rows: readonly Row<T>[]
  /** undefined: none of the rows. */
  decode(code: Code): Insn<T> | undefined
}
