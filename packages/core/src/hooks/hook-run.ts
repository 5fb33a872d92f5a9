/** What plugins want, done outside generated code: for the interpreter and the oracle. */
import { AccessInfo, Head } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { TraceKind } from '../events/index.ts'
import type { Hook, HookCondition, RecordField, TraceTarget } from './instrument.ts'

/** Where a hook stands. The address and value of accesses, and the address of edges, are in the vCPU's head. */
export interface RunSite {
  readonly pc: bigint
  readonly physical: bigint
  readonly size: number
  readonly kind: number
}

/** Does what a hook says. These run for every instruction or access: no objects made, bigints only where there is no other way. */
export type HookRunner = (cpu: Cpu, site: RunSite) => void

/** Kind of the trace records of an edge. */
export const edgeTraceKind = (edge: number): number => TraceKind.edge + edge

function holds(cpu: Cpu, when: HookCondition): boolean {
  const cell = cpu.get64(when.offset)
  switch (when.condition) {
    case 'never':
      return false
    case 'always':
      return true
    case '==':
      return cell === when.value
    case '!=':
      return cell !== when.value
    case '<':
      return cell < when.value
    case '<=':
      return cell <= when.value
    case '>':
      return cell > when.value
    case '>=':
      return cell >= when.value
  }
}

/** A hook made ready. */
export function hookRunner(hook: Hook): HookRunner {
  switch (hook.kind) {
    case 'add':
      return adder(hook.offset, hook.value)
    case 'store': {
      const { offset, value } = hook
      return cpu => cpu.set64(offset, value)
    }
    case 'trace':
      return conditional(hook.when, recorder(hook.target, hook.id ?? 0))
    case 'call': {
      const { run } = hook
      return conditional(hook.when, cpu => run(cpu.index))
    }
  }
}

function conditional(when: HookCondition | undefined, run: HookRunner): HookRunner {
  if (!when) return run
  return (cpu, site) => {
    if (holds(cpu, when)) run(cpu, site)
  }
}

function adder(offset: number, value: bigint): HookRunner {
  const [low, high] = halves(value)
  return cpu => {
    const sum = (cpu.get32(offset) >>> 0) + (low >>> 0)
    cpu.set32(offset, sum)
    if (high || sum > 0xffffffff)
      cpu.set32(offset + 4, cpu.get32(offset + 4) + high + (sum > 0xffffffff ? 1 : 0))
  }
}

const halves = (value: bigint): readonly [number, number] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
]

type FieldWriter = (words: Int32Array, at: number, cpu: Cpu, site: RunSite, id: number) => void

const long =
  (of: (cpu: Cpu, site: RunSite) => bigint): FieldWriter =>
  (words, at, cpu, site) => {
    const [low, high] = halves(of(cpu, site))
    words[at] = low
    words[at + 1] = high
  }
const word =
  (of: (cpu: Cpu, site: RunSite) => number): FieldWriter =>
  (words, at, cpu, site) => {
    words[at] = of(cpu, site)
  }

/** Writes a field at an index of `words`. */
const writers: Readonly<Record<RecordField, FieldWriter>> = {
  head(words, at, cpu, { kind }, id) {
    words[at] = id
    words[at + 1] = kind === TraceKind.exec ? 0 : cpu.get32(Head.accessInfo)
  },
  pc: long((_, { pc }) => pc),
  physical: long((_, { physical }) => physical),
  address(words, at, cpu, { kind }) {
    const known = kind !== TraceKind.exec
    words[at] = known ? cpu.get32(Head.accessAddress) : 0
    words[at + 1] = known ? cpu.get32(Head.accessAddress + 4) : 0
  },
  value: long((cpu, { kind }) =>
    kind === TraceKind.load || kind === TraceKind.store ? accessValue(cpu) : 0n,
  ),
  clock: long(({ machine }) => BigInt(machine.clock())),
  size: word((_, { size }) => size),
  kind: word((_, { kind }) => kind),
  cpu: word(({ index }) => index),
}

function recorder(target: TraceTarget, id: number): HookRunner {
  const { slot, stride } = target
  const fields = target.fields.map(({ field, offset }) => ({ write: writers[field], offset: offset >> 2 }))
  return (cpu, site) => {
    const left = (cpu.get32(slot + 4) >>> 0) - (cpu.get32(slot) >>> 0)
    if (left < stride) target.full(cpu.index)
    const at = cpu.get32(slot) >>> 0
    const { words } = cpu.machine.memory
    for (const { write, offset } of fields) write(words, (at >>> 2) + offset, cpu, site, id)
    cpu.set32(slot, at + stride)
  }
}

/** What the access that the head describes has loaded or stored: its bytes, unsigned. */
export function accessValue(cpu: Cpu): bigint {
  const bytes = cpu.get32(Head.accessInfo) & AccessInfo.bytes
  return BigInt.asUintN(8 * bytes, cpu.get64(Head.accessValue))
}
