/** What plugins want, done outside generated code: for the interpreter and the oracle. */
import { AccessInfo, Head } from '@guestscope/codegen'
import type { Cpu } from './cpu.ts'
import type { Hook, HookCondition, TraceTarget } from './instrument.ts'
import { type TraceField, TraceKind } from './plugin/index.ts'

/** Where a hook stands. The address and value of accesses, and the address of edges, are in the vCPU's head. */
export interface RunSite {
  readonly pc: bigint
  readonly physical: bigint
  readonly size: number
  readonly kind: number
}

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

/** Does what a hook says. `clock` is asked for traces. */
export function runHook(cpu: Cpu, hook: Hook, site: RunSite): void {
  switch (hook.kind) {
    case 'add':
      return cpu.set64(hook.offset, cpu.get64(hook.offset) + hook.value)
    case 'store':
      return cpu.set64(hook.offset, hook.value)
    case 'trace':
      return record(cpu, hook.target, site)
    case 'call':
      if (!hook.when || holds(cpu, hook.when)) hook.run(cpu.index)
  }
}

function record(cpu: Cpu, target: TraceTarget, site: RunSite): void {
  const { view } = cpu.machine.memory
  const full = (cpu.get32(target.slot + 4) >>> 0) - (cpu.get32(target.slot) >>> 0) < target.stride
  if (full) target.full(cpu.index)
  const at = cpu.get32(target.slot) >>> 0
  for (const { field, offset } of target.fields) {
    const value = fieldOf(cpu, field, site)
    if (typeof value === 'bigint') view.setBigUint64(at + offset, value, true)
    else view.setInt32(at + offset, value, true)
  }
  cpu.set32(target.slot, at + target.stride)
}

function fieldOf(cpu: Cpu, field: TraceField, site: RunSite): number | bigint {
  const { kind } = site
  switch (field) {
    case 'pc':
      return site.pc
    case 'physical':
      return site.physical
    case 'address':
      return kind === TraceKind.exec ? 0n : cpu.get64(Head.accessAddress)
    case 'value':
      return kind === TraceKind.load || kind === TraceKind.store ? accessValue(cpu) : 0n
    case 'clock':
      return BigInt(cpu.machine.clock())
    case 'size':
      return site.size
    case 'kind':
      return kind
    case 'cpu':
      return cpu.index
  }
}

/** What the access that the head describes has loaded or stored: its bytes, unsigned. */
export function accessValue(cpu: Cpu): bigint {
  const bytes = cpu.get32(Head.accessInfo) & AccessInfo.bytes
  return BigInt.asUintN(8 * bytes, cpu.get64(Head.accessValue))
}
