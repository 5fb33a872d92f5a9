/** Instruction rows of RV32/RV64 IMAFDC_Zicsr_Zifencei_Zba_Zbb_Zbs and what is derived from them. */

export { decode, lengthOf } from './decode.ts'
export type { Extension, Flow, Insn, RegFile, RegSlot, Row, Slot, Xlen } from './row.ts'
export { rows, rowsOf } from './rows.ts'
