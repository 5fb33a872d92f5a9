/** The guest architectures at hand. Each is loaded only when it is needed. */
import type { Board, Target } from '@guestscope/core'
import type { ImageExpectation } from '@guestscope/images'
import { CommandError, nearest } from '../errors.ts'

/** A model of CPU. */
export interface CpuModel {
  readonly name: string
  readonly description: string
  readonly target: () => Target
  /** The target as properties of `--cpu` change it; throws a `ConfigError` for what cannot be. Absent: there are none. */
  readonly changed?: (properties: readonly CpuProperty[]) => Target
}

/** Of `--cpu NAME,KEY=VALUE`. */
export type CpuProperty = readonly [key: string, value: string]

/** Name and properties of what `--cpu` says. */
export function cpuChoice(text: string): {
  readonly name: string
  readonly properties: readonly CpuProperty[]
} {
  const [name = '', ...rest] = text.split(',')
  const properties = rest.map((part): CpuProperty => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(part) ?? []
    if (key !== undefined && value !== undefined) return [key, value]
    throw new CommandError(
      'usage/cpu',
      `'${part}' is no property of a CPU.`,
      `Write --cpu ${name},NAME=on or --cpu ${name},NAME=off.`,
    )
  })
  return { name, properties }
}

/** The CPU that `--cpu` chooses, as its properties change it; undefined: the first. */
export function pickCpu(text: string | undefined, cpus: readonly CpuModel[]): CpuModel {
  const { name, properties } = text === undefined ? { name: undefined, properties: [] } : cpuChoice(text)
  const model = pick('cpu', name, cpus)
  const { changed } = model
  if (properties.length === 0) return model
  if (changed === undefined)
    throw new CommandError('usage/cpu', `The CPU ${name} has no properties.`, `Write --cpu ${name}.`)
  const target = changed(properties)
  return { ...model, target: () => target }
}

export interface Guest extends ImageExpectation {
  readonly description: string
  readonly load: () => Promise<LoadedGuest>
}

/** The first of each list is the default. */
export interface LoadedGuest {
  readonly cpus: readonly CpuModel[]
  readonly boards: readonly Board[]
  /** Name of the CPU that a listing assumes: it knows every instruction of the others; absent: the first. */
  readonly widest?: string
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
  {
    name: 'arm-m',
    description: 'Arm M-profile (Cortex-M0, M0+, M3, M4, M7)',
    machine: 40,
    bits: 32,
    isaBits: 1n,
    load: async () => (await import('./arm.ts')).guestM,
  },
]

/** The guest of that name. */
export function guestByName(name: string): Guest {
  return pick('target', name, guests)
}

/** The only guest that has the board or the CPU; undefined if several have. Throws a `CommandError` if there is no such one. */
export async function guestWith(
  board: string | undefined,
  cpu: string | undefined,
): Promise<Guest | undefined> {
  const having: Guest[] = []
  const all = { board: [] as Board[], cpu: [] as CpuModel[] }
  for (const guest of guests) {
    const { boards, cpus } = await guest.load()
    all.board.push(...boards)
    all.cpu.push(...cpus)
    const hasBoard = board === undefined || boards.some(one => one.name === board)
    const hasCpu = cpu === undefined || cpus.some(one => one.name === cpuChoice(cpu).name)
    if (hasBoard && hasCpu) having.push(guest)
  }
  if (board !== undefined) pick('board', board, all.board)
  if (cpu !== undefined) pick('cpu', cpuChoice(cpu).name, all.cpu)
  return having.length === 1 ? having[0] : undefined
}

/** Throws a `CommandError` if there is such a board or CPU, but only for other guests. */
export async function checkNames(
  guest: Guest,
  names: { readonly board?: string | undefined; readonly cpu: string | undefined },
): Promise<void> {
  const all = await Promise.all(guests.map(async one => ({ guest: one, ...(await one.load()) })))
  for (const what of ['board', 'cpu'] as const) {
    const given = names[what]
    const name = given !== undefined && what === 'cpu' ? cpuChoice(given).name : given
    const having = all.filter(one => one[`${what}s`].some(model => model.name === name)).map(one => one.guest)
    if (having.length === 0 || having.includes(guest)) continue
    const own = all.find(one => one.guest === guest)?.[`${what}s`] ?? []
    throw new CommandError(
      `usage/${what}`,
      `There is no ${nouns[what]} '${name}' for ${guest.name}, which this program is for, only for ${having.map(one => one.name).join(' and ')}.`,
      `Known for ${guest.name}: ${own.map(one => one.name).join(', ')}.`,
    )
  }
}

/** Board and CPU by their names: a board has its CPU unless another is asked for, a CPU the first board made for it. */
export function machineOf(
  { boards, cpus }: LoadedGuest,
  names: { readonly board: string | undefined; readonly cpu: string | undefined },
): { board: Board; cpu: CpuModel } {
  const asked = names.cpu === undefined ? undefined : pickCpu(names.cpu, cpus)
  const fitting = names.board === undefined ? boards.find(one => one.target === asked?.name) : undefined
  const board = fitting ?? pick('board', names.board, boards)
  return { board, cpu: asked ?? cpus.find(cpu => cpu.name === board.target) ?? pick('cpu', undefined, cpus) }
}

const nouns = { target: 'target', board: 'board', cpu: 'CPU' } as const

/** The one of that name, or the first; throws a `CommandError` that lists what there is. */
export function pick<T extends { readonly name: string }>(
  what: 'target' | 'board' | 'cpu',
  name: string | undefined,
  all: readonly T[],
): T {
  const found = name === undefined ? all[0] : all.find(one => one.name === name)
  if (found !== undefined) return found
  const names = [...new Set(all.map(one => one.name))]
  const near = name === undefined ? undefined : nearest(name, names)
  throw new CommandError(
    `usage/${what}`,
    `There is no ${nouns[what]} '${name}'.`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Known: ${names.join(', ')}.`,
  )
}
