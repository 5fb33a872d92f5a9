/** Instruction rows of Thumb for M-profile cores and what is derived from them. */

export { type Assembled, assemble, encode } from './asm.ts'
export { decode, decodeAs, decodeThumb, itAdvance, lengthOf } from './decode.ts'
export { disassemble } from './disas.ts'
export { kindOf } from './kind.ts'
export { nameOf } from './names.ts'
export { randomInsn, randomWord, type Word } from './random.ts'
export type { Extension, Flow, Insn, Operands, RegFile, RegSlot, Row, Slot } from './row.ts'
export { extensionsOf, groups, type Profile, rows, rowsOf } from './rows.ts'
export { thumbTable } from './table.ts'
