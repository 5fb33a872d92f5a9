/** The CPUs and boards of `guest.ts`. */
import type { Target } from '@guestscope/core'
import type { CpuModel, GuestParts } from '@guestscope/images'
import { virt32, virt64 } from './boards/virt.ts'
import { hartWith, riscvCpuModels } from './cpus.ts'
import { createRiscvTarget, riscv32, riscv64 } from './target.ts'

function parts(xlen: 32 | 64): GuestParts {
  const usual = xlen === 64 ? riscv64 : riscv32
  const cpus = riscvCpuModels(xlen).map((model, i): CpuModel => {
    let made: Target | undefined
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

export const parts64: GuestParts = parts(64)
export const parts32: GuestParts = parts(32)
