/** The targets at hand: one is chosen by its name, by a program, or by a board or CPU that only one has. */
import type { Board } from '@guestscope/core'
import type { CpuModel, Guest, GuestParts } from '@guestscope/images'
import { changed, cpuChoice } from './cpu-choice.ts'
import { UsageError } from './errors.ts'
import { nearest } from './text.ts'

/** What a package of targets exports (`riscv`), or single ones of it. */
export type Targets = readonly (Guest | readonly Guest[])[]

/** Names by which parts of a machine are chosen; absent: the program or the first of a list decides. */
export interface MachineNames {
  /** Such as `riscv64`. */
  readonly target?: string | undefined
  /** Such as `virt`. */
  readonly board?: string | undefined
  /** Such as `cortex-m3`, or `rv64,zfh=on` with what it is to have or not. */
  readonly cpu?: string | undefined
}

/** All of them, in order. Throws a `UsageError` (`usage/target`) if there is none. */
export function guestsOf(targets: Targets): readonly Guest[] {
  const guests = targets.flat()
  if (guests.length > 0) return guests
  throw new UsageError(
    'usage/target',
    'There is no target to choose from.',
    'Give what a package such as @guestscope/target-riscv exports: `targets`: [riscv].',
  )
}

/** The guest of that name. */
export function guestByName(guests: readonly Guest[], name: string): Guest {
  return pick('target', name, guests)
}

/** The only guest that has the board or the CPU; undefined if several have. Throws a `UsageError` if there is no such one. */
export async function guestWith(
  guests: readonly Guest[],
  { board, cpu }: MachineNames,
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

/** Throws a `UsageError` if there is such a board or CPU, but only for other guests. */
export async function checkNames(guests: readonly Guest[], guest: Guest, names: MachineNames): Promise<void> {
  if (names.board === undefined && names.cpu === undefined) return
  const all = await Promise.all(guests.map(async one => ({ guest: one, ...(await one.load()) })))
  for (const what of ['board', 'cpu'] as const) {
    const given = names[what]
    const name = given !== undefined && what === 'cpu' ? cpuChoice(given).name : given
    const having = all.filter(one => one[`${what}s`].some(model => model.name === name)).map(one => one.guest)
    if (having.length === 0 || having.includes(guest)) continue
    const own = all.find(one => one.guest === guest)?.[`${what}s`] ?? []
    throw new UsageError(
      `usage/${what}`,
      `There is no ${nouns[what]} '${name}' for ${guest.name}, which this program is for, only for ${having.map(one => one.name).join(' and ')}.`,
      `Known for ${guest.name}: ${own.map(one => one.name).join(', ')}.`,
    )
  }
}

/** Board and CPU by their names: a board has its CPU unless another is asked for, a CPU the first board made for it. */
export function machineOf(
  { boards, cpus }: GuestParts,
  names: MachineNames,
): { readonly board: Board; readonly cpu: CpuModel } {
  const asked = names.cpu === undefined ? undefined : pickCpu(names.cpu, cpus)
  const fitting = names.board === undefined ? boards.find(one => one.target === asked?.name) : undefined
  const board = fitting ?? pick('board', names.board, boards)
  return { board, cpu: asked ?? cpus.find(cpu => cpu.name === board.target) ?? pick('cpu', undefined, cpus) }
}

const nouns = { target: 'target', board: 'board', cpu: 'CPU' } as const

/** The CPU that is chosen, as its properties change it; undefined: the first. */
export function pickCpu(text: string | undefined, cpus: readonly CpuModel[]): CpuModel {
  const { name, properties } = text === undefined ? { name: undefined, properties: [] } : cpuChoice(text)
  return changed(pick('cpu', name, cpus), properties)
}

/** The one of that name, or the first; throws a `UsageError` (`usage/target` …) that lists what there is. */
export function pick<T extends { readonly name: string }>(
  what: 'target' | 'board' | 'cpu',
  name: string | undefined,
  all: readonly T[],
): T {
  const found = name === undefined ? all[0] : all.find(one => one.name === name)
  if (found !== undefined) return found
  const names = [...new Set(all.map(one => one.name))]
  const near = name === undefined ? undefined : nearest(name, names)
  throw new UsageError(
    `usage/${what}`,
    `There is no ${nouns[what]} '${name}'.`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Known: ${names.join(', ')}.`,
  )
}
