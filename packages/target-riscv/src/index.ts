/** The RISC-V guest: RV32GC and RV64GC with M, S and U. */

export { type VirtBoardOptions, virt32, virt64, virtBoard } from './boards/virt.ts'
export type { RiscvCause } from './causes.ts'
export { riscv } from './guest.ts'
export type { RiscvNames, RiscvRegister } from './names.ts'
export { createRiscvTarget, riscv32, riscv64 } from './target.ts'
