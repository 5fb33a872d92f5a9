/** The RISC-V guest: RV32 and RV64 with M, S and U, and the extensions that a hart is made of. */

export { virt32, virt64, virtBoard } from './boards/virt.ts'
export type { RiscvCause } from './causes.ts'
export { hartWith, type RiscvCpuModel, riscvCpuModels } from './cpus.ts'
export type { Extension } from './extension.ts'
export { extensions } from './extensions.ts'
export { riscv } from './guest.ts'
export { fullHart, Hart, hartOf, usualHart } from './hart.ts'
export type { RiscvNames, RiscvRegister } from './names.ts'
export { createRiscvTarget, type RiscvTarget, riscv32, riscv64 } from './target.ts'
