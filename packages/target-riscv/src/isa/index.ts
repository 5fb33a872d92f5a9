/** The instruction rows of all extensions and what is derived from them. */

export { csrNames, csrNumbers } from './csr-names.ts'
export { kindOf } from './kind.ts'
export { language, lengthOf } from './language.ts'
export { fNames, xNames } from './names.ts'
export type { File, Insn, RegSlot, Riscv, Row, Slot, Xlen } from './row.ts'
export { rows, rowsOf } from './rows.ts'
export {
  assemble,
  decode,
  decodeAs,
  decoderOf,
  disassemble,
  encode,
  isaTable,
  type Operands,
  randomInsn,
  randomWord,
} from './set.ts'
export { illegalName, undefinedInsn, undefinedRows } from './undefined.ts'
