/** The CPUs and boards of `guest.ts`. */
import type { GuestParts } from '@guestscope/core'
import { virt32, virt64 } from './boards/virt.ts'
import { riscv32, riscv64 } from './target.ts'

const extensions = 'IMAFDC, Zicsr, Zifencei, Zicntr, Zba, Zbb, Zbs; M, S and U mode; PMP'

export const parts64: GuestParts = {
  cpus: [{ name: 'rv64', description: `${extensions}; Sv39, Sv48`, target: riscv64 }],
  boards: [virt64],
}

export const parts32: GuestParts = {
  cpus: [{ name: 'rv32', description: `${extensions}; Sv32`, target: riscv32 }],
  boards: [virt32],
}
