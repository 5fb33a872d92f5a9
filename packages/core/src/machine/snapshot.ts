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

/**
 * What `Machine.save` gives: plain data for `structuredClone`, `postMessage`, `v8.serialize` or IndexedDB. It fits every
 * machine of the same target and board with as much memory, whatever its tier and plugins. Not in it: plugins, files of the
 * host, why a run has ended. A block that the last slice has left in its middle counts once more as plugins see it.
 */
export interface MachineState {
  readonly target: string
  readonly cpus: readonly CpuState[]
  /** RAM and ROM by physical address. */
  readonly memory: ReadonlyMap<bigint, Uint8Array>
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
    memory: new Map(pieces(memory).map(r => [r.base, memory.bytes.slice(r.linear, r.linear + r.size)])),
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
  for (const { base, linear } of pieces(memory))
    memory.bytes.set(state.memory.get(base) as Uint8Array, linear)
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
    state.memory.size === regions.length &&
    regions.every(({ base, size }) => state.memory.get(base)?.length === size) &&
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
