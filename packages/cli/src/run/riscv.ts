import { riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import type { LoadedGuest } from './guests.ts'

const extensions = 'IMAFDC, Zicsr, Zifencei, Zicntr, Zba, Zbb, Zbs; M, S and U mode; PMP'

export const guest64: LoadedGuest = {
  cpus: [{ name: 'rv64', description: `${extensions}; Sv39, Sv48`, target: riscv64 }],
  boards: [virt64],
}

export const guest32: LoadedGuest = {
  cpus: [{ name: 'rv32', description: `${extensions}; Sv32`, target: riscv32 }],
  boards: [virt32],
}
