/** The CPUs and boards of `guest.ts`. */
import type { Target } from '@guestscope/core'
import type { CpuModel, GuestParts } from '@guestscope/images'
import { armMBoards } from './boards/index.ts'
import { type Core, cores } from './cores.ts'
import { createArmMTarget } from './target.ts'

function model(core: Core): CpuModel {
  let made: Target | undefined
  const target = (): Target => {
    made ??= createArmMTarget(core)
    return made
  }
  return { name: core.name, description: core.description, target }
}

export const partsM: GuestParts = {
  cpus: cores.map(model),
  boards: armMBoards,
  widest: 'cortex-m7',
}
