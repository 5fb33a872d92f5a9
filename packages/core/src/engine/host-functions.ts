/** The JavaScript side of what generated code calls: core's own host functions and the target's. */
import { Head } from '@guestscope/codegen'
import type { GuestCode } from '../code/guest-code.ts'
import type { Cpu, CpuHost } from '../cpu.ts'
import { type AccessHost, slowLoad, slowProbe, slowStore } from '../memory/access.ts'
import type { Target } from '../target.ts'
import type { HostFunction } from './engine.ts'

/** What the functions need that a machine does not show to everybody. */
export interface HostFunctionOptions {
  readonly machine: CpuHost
  readonly target: Target
  readonly code: GuestCode
  readonly access: AccessHost
  /** Does something wait that needs the run loop before the next instruction? */
  leaves(): boolean
  /** A discontinuity has been entered. */
  report(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void
}

/** The vCPU whose area begins at a linear address. */
export const cpuAt = ({ cpus, memory }: CpuHost, base: number): Cpu =>
  cpus[memory.view.getInt32(base + Head.index, true)] as Cpu

/**
 * Host functions by callee name, for the import object. Core's own are on hot paths: each is a function of its own code
 * and finds the CPU itself, so that V8 can inline what it calls.
 */
export function hostFunctions(options: HostFunctionOptions): Map<string, HostFunction> {
  const { machine, target, code, access } = options
  const { hooks } = code
  const own: Record<string, (base: number, a: number, b: number, c: number) => number | void> = {
    'core.flush': base => code.spaces.flush(cpuAt(machine, base)),
    'core.forgetSpace': (base, asid) => code.spaces.forget(cpuAt(machine, base), asid),
    'core.enterSpace': (base, asid) => {
      const cpu = cpuAt(machine, base)
      code.spaces.enter(cpu, asid, cpu.get64(Head.value))
    },
    'core.clock': base => cpuAt(machine, base).set64(Head.value, BigInt(machine.clock())),
    'core.executed': base => {
      const cpu = cpuAt(machine, base)
      cpu.set64(Head.value, BigInt(machine.executedBy(cpu)))
    },
    'core.time': base => cpuAt(machine, base).set64(Head.value, machine.time()),
    'core.load': (base, low, high, how) => slowLoad(access, cpuAt(machine, base), low, high, how),
    'core.store': (base, low, high, how) => slowStore(access, cpuAt(machine, base), low, high, how),
    'core.probe': (base, low, high, how) => slowProbe(access, cpuAt(machine, base), low, high, how),
    'core.overwritten': (_base, linear, bytes) => access.invalidate(linear, bytes),
    'core.recordHook': (base, record) => {
      const cpu = cpuAt(machine, base)
      hooks.before(cpu, record)
      return options.leaves() || cpu.get32(Head.request) ? 1 : 0
    },
    'core.accessHook': (base, record) => hooks.accessed(cpuAt(machine, base), record),
    'core.edgeHook': (base, record) => hooks.ended(cpuAt(machine, base), record),
    'core.report': (base, cause, low, high) => options.report(cpuAt(machine, base), cause, low, high),
  }
  const host = new Map<string, HostFunction>(Object.entries(own) as [string, HostFunction][])
  for (const h of target.host) {
    if (host.has(h.callee.name)) continue
    const f = h.implement(machine)
    host.set(h.callee.name, (base, ...args) => f(cpuAt(machine, base), ...args))
  }
  return host
}
