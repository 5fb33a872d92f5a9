/** Instruction rows of Thumb for M-profile cores and what is derived from them. */

export { kindOf } from './kind.ts'
export { language, lengthOf } from './language.ts'
export { nameOf } from './names.ts'
export type { Extension, File, Insn, Operands, RegSlot, Row, Slot, Thumb } from './row.ts'
export { extensionsOf, groups, type Profile, rows, rowsOf } from './rows.ts'
export {
  assemble,
  decode,
  decodeAs,
  decoderOf,
  disassemble,
  encode,
  insnOf,
  itAdvance,
  nextIt,
  randomInsn,
  randomWord,
  thumbTable,
  type Word,
} from './set.ts'
export { undefinedRows } from './undefined.ts'
