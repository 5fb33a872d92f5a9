import {
  createRiscvTarget,
  hartWith,
  riscv32,
  riscv64,
  riscvCpuModels,
  virt32,
  virt64,
} from '@guestscope/target-riscv'
import type { CpuModel, LoadedGuest } from './guests.ts'

function guest(xlen: 32 | 64): LoadedGuest {
  const usual = xlen === 64 ? riscv64 : riscv32
  const cpus = riscvCpuModels(xlen).map((model, i): CpuModel => {
    let made: ReturnType<CpuModel['target']> | undefined
    return {
      name: model.name,
      description: model.description,
      target: () => {
        made ??= i === 0 ? usual() : createRiscvTarget(model.hart)
        return made
      },
      changed: properties => createRiscvTarget(hartWith(model, properties)),
    }
  })
  return { cpus, boards: [xlen === 64 ? virt64 : virt32], widest: 'max' }
}

export const guest64: LoadedGuest = guest(64)
export const guest32: LoadedGuest = guest(32)
