/** The guest architectures at hand. Each is loaded only when it is needed. */
import type { Board, ImageExpectation, Target } from '@guestscope/core'
import { CommandError, nearest } from '../errors.ts'

/** A model of CPU. */
export interface CpuModel {
  readonly name: string
  readonly description: string
  readonly target: () => Target
}

export interface Guest extends ImageExpectation {
  readonly description: string
  readonly load: () => Promise<LoadedGuest>
}

/** The first of each list is the default. */
export interface LoadedGuest {
  readonly cpus: readonly CpuModel[]
  readonly boards: readonly Board[]
}

export const guests: readonly Guest[] = [
  {
    name: 'riscv64',
    description: 'RISC-V, 64 bits (RV64GC)',
    machine: 243,
    bits: 64,
    load: async () => (await import('./riscv.ts')).guest64,
  },
  {
    name: 'riscv32',
    description: 'RISC-V, 32 bits (RV32GC)',
    machine: 243,
    bits: 32,
    load: async () => (await import('./riscv.ts')).guest32,
  },
]

/** The guest of that name. */
export function guestByName(name: string): Guest {
  return pick('target', name, guests)
}

/** The one of that name, or the first; throws a `CommandError` that lists what there is. */
export function pick<T extends { readonly name: string }>(
  what: 'target' | 'board' | 'cpu',
  name: string | undefined,
  all: readonly T[],
): T {
  const found = name === undefined ? all[0] : all.find(one => one.name === name)
  if (found !== undefined) return found
  const names = all.map(one => one.name)
  const near = name === undefined ? undefined : nearest(name, names)
  throw new CommandError(
    `usage/${what}`,
    `There is no ${what === 'cpu' ? 'CPU' : what} '${name}'.`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Known: ${names.join(', ')}.`,
  )
}
