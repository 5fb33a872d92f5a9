/** The instruction sets of the two bases, and the kit's tools for them. Words of 16 bits stand in the low half. */
import * as kit from '@guestscope/target-kit'
import { language, lengthOf } from './language.ts'
import type { Insn, Riscv, Row, Slot, Xlen } from './row.ts'
import { rows, rowsOf } from './rows.ts'

/** Operands for the encoder; those that are absent are 0. */
export type Operands = Partial<Record<Slot, number>>

const made = new Map<Xlen, kit.Decoder<Riscv>>()

/** The instructions of a base. */
export function decoderOf(xlen: Xlen): kit.Decoder<Riscv> {
  let decoder = made.get(xlen)
  if (decoder === undefined) {
    decoder = new kit.Decoder(language, `RV${xlen}`, rowsOf(xlen))
    made.set(xlen, decoder)
  }
  return decoder
}

/** Only the low 16 bits count if they are a compressed instruction. */
function codeOf(word: number): kit.Code {
  const size = lengthOf(word)
  return kit.shortCode(size === 2 ? word & 0xffff : word, size)
}

/** undefined: illegal or reserved. */
export const decode = (xlen: Xlen, word: number): Insn | undefined => decoderOf(xlen).decode(codeOf(word))

/** The instruction if the word is of this row. */
export const decodeAs = (row: Row, word: number): Insn | undefined =>
  kit.decodeAs(language, row, codeOf(word))

/** In the words of GNU objdump without aliases, one space after the name: `beq a0,zero,0x80000010`. */
export const disassemble = (insn: Insn, pc: bigint, xlen: Xlen): string =>
  kit.disassemble(language, insn, { pc, xlen })

/** The word of one instruction; compressed if the name says so (`c.addi`). */
export const assemble = (xlen: Xlen, text: string, pc = 0n): number =>
  kit.assemble(decoderOf(xlen), text, { pc, xlen }).word

/** The word with these operands. Bits that do not fit are cut off; operands the row fixes are not read. */
export function encode(row: Row, values: Operands): number {
  const code = kit.encode(language, row, values)
  if (code === undefined) throw new Error(`${row.name} cannot be encoded`)
  return code.word
}

/** A random valid instruction of the rows that pass the filter. */
export const randomInsn = (rng: () => number, xlen: Xlen, filter?: (row: Row) => boolean): number =>
  kit.randomInsn(rng, decoderOf(xlen), filter).word

/** A random word of this row. */
export const randomWord = (rng: () => number, xlen: Xlen, row: Row): number =>
  kit.randomOf(rng, decoderOf(xlen), row).word

/** The documentation table. */
export const isaTable = (): string =>
  kit.isaTable(rows, [
    { title: 'Base', cell: ({ more }) => (more.xlen === undefined ? '' : `RV${more.xlen}`) },
    { title: 'Expands to', cell: ({ more }) => (more.expands === undefined ? '' : `\`${more.expands}\``) },
  ])
