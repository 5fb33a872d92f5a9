/** The instruction rows of all extensions and what is derived from them. */

export { assemble, encode, type Operands } from './asm.ts'
export { csrNames, csrNumbers } from './csr-names.ts'
export { decode, decodeAs, lengthOf } from './decode.ts'
export { disassemble } from './disas.ts'
export { kindOf } from './kind.ts'
export { fNames, xNames } from './names.ts'
export { randomInsn, randomWord } from './random.ts'
export type { Flow, Insn, RegFile, RegSlot, Row, Slot, Xlen } from './row.ts'
export { rows, rowsOf } from './rows.ts'
export { isaTable } from './table.ts'
