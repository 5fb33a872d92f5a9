/** RISC-V for machines that are put together by names: what runs it is loaded when it is chosen. */
import type { Guest } from '@guestscope/images'

/** RV64 and RV32. */
export const riscv: readonly Guest[] = [
  {
    name: 'riscv64',
    description: 'RISC-V, 64 bits (RV64GC)',
    machine: 243,
    bits: 64,
    load: async () => (await import('./guest-parts.ts')).parts64,
  },
  {
    name: 'riscv32',
    description: 'RISC-V, 32 bits (RV32GC)',
    machine: 243,
    bits: 32,
    load: async () => (await import('./guest-parts.ts')).parts32,
  },
]
