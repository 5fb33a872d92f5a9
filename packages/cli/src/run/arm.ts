import { armMBoards, type Core, cores, createArmMTarget } from '@guestscope/target-arm'
import type { CpuModel, LoadedGuest } from './guests.ts'

function model(core: Core): CpuModel {
  let made: ReturnType<CpuModel['target']> | undefined
  const target = (): ReturnType<CpuModel['target']> => {
    made ??= createArmMTarget(core)
    return made
  }
  return { name: core.name, description: core.description, target }
}

export const guestM: LoadedGuest = {
  cpus: cores.map(model),
  boards: armMBoards,
  widest: 'cortex-m7',
}
