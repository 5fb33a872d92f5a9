/** The RISC-V guest: RV32GC and RV64GC with M, S and U. */
export { createRiscvTarget, riscv32, riscv64 } from './target.ts'
