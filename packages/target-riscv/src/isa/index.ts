/** Instruction rows of RV32/RV64 IMAFDC_Zicsr_Zifencei_Zba_Zbb_Zbs and what is derived from them. */

export { assemble, encode, type Operands } from './asm.ts'
export { csrNames, csrNumbers } from './csr-names.ts'
export { decode, decodeAs, lengthOf } from './decode.ts'
export { disassemble } from './disas.ts'
export { kindOf } from './kind.ts'
export { fNames, xNames } from './names.ts'
export { randomInsn, randomWord } from './random.ts'
export type { Extension, Flow, Insn, RegFile, RegSlot, Row, Slot, Xlen } from './row.ts'
export { rows, rowsOf } from './rows.ts'
export { isaTable } from './table.ts'
