/** Instruction sets as data: rows → decoder, disassembler, assembler, random instructions, checks, documentation. */
export { assemble, encode } from './asm.ts'
export { letterOf, shortCode } from './bits.ts'
export { makeRow, regsOf, signed, unsigned, words } from './build.ts'
export { overlaps, titleOf, unwritten } from './checks.ts'
export { Decoder, decodeAs, type ReadUnit } from './decode.ts'
export type { InsnSet, Language, Letter, Name, Operand } from './language.ts'
export { randomInsn, randomOf } from './random.ts'
export type {
  Code,
  Ending,
  Expand,
  Field,
  Fixed,
  Insn,
  Letters,
  More,
  Operands,
  Row,
  RowSpec,
  Run,
  Terms,
} from './row.ts'
export { type Column, isaTable } from './table.ts'
export { disassemble } from './text.ts'
