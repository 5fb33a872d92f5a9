/** Snapshots: what a machine is between two calls of `run`, as plain data. */
import { Head } from '@guestscope/codegen'
import type { BuiltBoard } from '../board/board.ts'
import type { Stateful } from '../board/device.ts'
import type { GuestCode } from '../code/guest-code.ts'
import type { Cpu, CpuHost, UnfinishedCall } from '../cpu.ts'
import { ConfigError } from '../events/errors.ts'
import type { GuestMemory, MemoryRegion } from '../memory/memory.ts'
import type { CurrentSpace } from '../memory/spaces.ts'
import type { Target } from '../target.ts'
import type { RunLoop, RunLoopState } from './run-loop.ts'
import type { MachineTime, TimeState } from './time.ts'

/** A vCPU in a snapshot. */
export interface CpuState {
  readonly pc: bigint
  /** Translation flags. */
  readonly flags: number
  /** The target's slots: from `Head.size` on. */
  readonly slots: Uint8Array
  readonly space: CurrentSpace
  readonly executed: number
  readonly waiting: boolean
  readonly unfinished: UnfinishedCall | undefined
}

/** A piece of memory in a snapshot. */
export interface MemoryState {
  readonly base: bigint
  readonly size: number
  /** What is not zero: bytes by offset. */
  readonly bytes: ReadonlyMap<number, Uint8Array>
}

/**
 * What `Machine.save` gives: plain data for `structuredClone`, `postMessage`, `v8.serialize` or IndexedDB. It fits every
 * machine of the same target and board with as much memory, whatever its tier and plugins. Not in it: plugins, files of the
 * host, why a run has ended. A block that the last slice has left in its middle counts once more as plugins see it.
 */
export interface MachineState {
  readonly target: string
  readonly cpus: readonly CpuState[]
  /** RAM and ROM. */
  readonly memory: readonly MemoryState[]
  /** `state` of each of `Machine.parts`. */
  readonly parts: ReadonlyMap<string, object>
  readonly time: TimeState
  readonly run: RunLoopState
  /** Of the CPUs, Hz, where the board has one. */
  readonly clockHz: number | undefined
  /** Instructions before the last reset. */
  readonly executedBefore: number
}

/** What snapshots need of their machine. */
export interface SnapshotParts {
  readonly machine: CpuHost
  readonly target: Target
  readonly board: BuiltBoard
  readonly code: GuestCode
  readonly time: MachineTime
  readonly loop: RunLoop
}

/** RAM and ROM, each once, however many addresses it has. */
const pieces = ({ regions }: GuestMemory): MemoryRegion[] =>
  regions.filter((r, i) => regions.findIndex(({ linear }) => linear === r.linear) === i)

/** Bytes that are kept, or left out because they are zero, together. */
const chunk = 0x10000

function saveMemory({ words, bytes }: GuestMemory, { base, size, linear }: MemoryRegion): MemoryState {
  const kept = new Map<number, Uint8Array>()
  for (let offset = 0; offset < size; offset += chunk) {
    const [at, end] = [linear + offset, linear + Math.min(offset + chunk, size)]
    let word = at / 4
    while (word < end / 4 && !words[word]) word++
    if (word < end / 4) kept.set(offset, bytes.slice(at, end))
  }
  return { base, size, bytes: kept }
}

function restoreMemory({ bytes }: GuestMemory, { size, linear }: MemoryRegion, state: MemoryState): void {
  bytes.fill(0, linear, linear + size)
  for (const [offset, piece] of state.bytes) bytes.set(piece, linear + offset)
}

/** See `Machine.parts`. */
export function partsOf({ machine, target, board }: SnapshotParts): Map<string, Stateful> {
  const parts = new Map<string, Stateful>()
  for (const { base, device } of machine.memory.devices)
    if (device.state) parts.set(`${device.name}@${base.toString(16)}`, device as Stateful)
  for (const more of [board.parts, target.parts?.(machine)])
    for (const [name, part] of Object.entries(more ?? {})) parts.set(name, part)
  return parts
}

function saveCpu(cpu: Cpu, { code, machine, target }: SnapshotParts): CpuState {
  const { pc, executed, waiting, unfinished } = cpu
  const slots = machine.memory.bytes.slice(cpu.base + Head.size, cpu.base + target.state.size)
  return {
    pc,
    flags: cpu.get32(Head.flags),
    slots,
    space: code.spaces.current(cpu),
    executed,
    waiting,
    unfinished,
  }
}

/** What the engine has in mind of a CPU begins anew: its translations, and that it is in the middle of a block. */
function restart(cpu: Cpu, code: GuestCode, space: CurrentSpace): void {
  code.spaces.restart(cpu, space)
  cpu.set32(Head.resume, 0)
}

function restoreCpu(cpu: Cpu, state: CpuState, { code, machine }: SnapshotParts): void {
  const { bytes } = machine.memory
  bytes.fill(0, cpu.base, cpu.base + Head.size)
  bytes.set(state.slots, cpu.base + Head.size)
  cpu.pc = state.pc
  cpu.set32(Head.flags, state.flags)
  cpu.set32(Head.index, cpu.index)
  cpu.executed = state.executed
  cpu.waiting = state.waiting
  cpu.unfinished = state.unfinished
  restart(cpu, code, state.space)
}

/** See `Machine.save`. */
export function save(parts: SnapshotParts, executedBefore: number): MachineState {
  const { machine, target, code, time, loop } = parts
  const { memory, cpus, wiring } = machine
  if (time.current) throw new Error('snapshot: the machine is running')
  const state = {
    target: target.name,
    cpus: cpus.map(cpu => saveCpu(cpu, parts)),
    memory: pieces(memory).map(region => saveMemory(memory, region)),
    parts: new Map([...partsOf(parts)].map(([name, part]) => [name, structuredClone(part.state)])),
    time: time.state,
    run: loop.state,
    clockHz: wiring.clockHz,
    executedBefore,
  }
  // This machine and one that is restored go on alike, even with a guest that forgets to flush its TLB.
  state.cpus.forEach(({ space }, i) => restart(cpus[i] as Cpu, code, space))
  return state
}

/** See `Machine.restore`. */
export function restore(parts: SnapshotParts, state: MachineState): void {
  const { machine, code, time, loop } = parts
  const { memory, cpus, wiring } = machine
  if (time.current) throw new Error('snapshot: the machine is running')
  const stateful = partsOf(parts)
  check(parts, stateful, state)
  code.flush()
  pieces(memory).forEach((region, i) => restoreMemory(memory, region, state.memory[i] as MemoryState))
  state.cpus.forEach((saved, i) => restoreCpu(cpus[i] as Cpu, saved, parts))
  if (state.clockHz !== undefined) wiring.clockHz = state.clockHz
  time.state = state.time
  loop.state = state.run
  for (const [name, part] of stateful) part.state = structuredClone(state.parts.get(name) as object)
  for (const part of stateful.values()) part.restored?.()
}

/** Is it a snapshot of such a machine? */
function check(
  { machine, target, time }: SnapshotParts,
  own: Map<string, Stateful>,
  state: MachineState,
): void {
  const regions = pieces(machine.memory)
  const fits =
    state.target === target.name &&
    state.cpus.length === machine.cpus.length &&
    state.memory.length === regions.length &&
    regions.every(({ base, size }, i) => state.memory[i]?.base === base && state.memory[i]?.size === size) &&
    state.parts.size === own.size &&
    [...own.keys()].every(name => state.parts.has(name)) &&
    state.time.deadlines.length === time.state.deadlines.length
  if (!fits)
    throw new ConfigError(
      'config/snapshot',
      'The snapshot is one of another machine.',
      'Restore it in a machine of the same target and board, with as many CPUs and as much memory.',
    )
}
