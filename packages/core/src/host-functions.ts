/** The JavaScript side of what generated code calls: core's own host functions and the target's. */
import { Head } from '@guestscope/codegen'
import { type AccessHost, slowLoad, slowProbe, slowStore } from './access.ts'
import type { Cpu } from './cpu.ts'
import type { HostFunction } from './engine.ts'
import type { GuestCode } from './guest-code.ts'
import { Layout } from './layout.ts'
import type { Machine } from './machine.ts'

/** What the functions need that a machine does not show to everybody. */
export interface HostFunctionOptions {
  readonly machine: Machine
  readonly code: GuestCode
  readonly access: AccessHost
  /** Does something wait that needs the run loop before the next instruction? */
  leaves(): boolean
  /** A discontinuity has been entered. */
  report(cpu: Cpu, cause: number, fromLow: number, fromHigh: number): void
}

type OwnFunction = (cpu: Cpu, a: number, b: number, c: number) => number | void

/** The vCPU whose area begins at a linear address. */
export const cpuAt = (machine: Machine, base: number): Cpu =>
  machine.cpus[(base - Layout.firstCpu) / Layout.cpuSize] as Cpu

/** Host functions by callee name, for the import object. */
export function hostFunctions(options: HostFunctionOptions): Map<string, HostFunction> {
  const { machine, code, access } = options
  const { hooks } = code
  const own: Record<string, OwnFunction> = {
    'core.flush': cpu => code.flushTranslations(cpu),
    'core.clock': cpu => cpu.set64(Head.value, BigInt(machine.clock())),
    'core.executed': cpu => cpu.set64(Head.value, BigInt(machine.executedBy(cpu))),
    'core.time': cpu => cpu.set64(Head.value, machine.time()),
    'core.load': (cpu, low, high, bytes) => slowLoad(access, cpu, low, high, bytes),
    'core.store': (cpu, low, high, bytes) => slowStore(access, cpu, low, high, bytes),
    'core.probe': (cpu, low, high, bytes) => slowProbe(access, cpu, low, high, bytes),
    'core.overwritten': (_cpu, linear, bytes) => code.invalidate(linear, bytes),
    'core.recordHook': (cpu, record) => {
      hooks.before(cpu, record)
      return options.leaves() || cpu.get32(Head.request) ? 1 : 0
    },
    'core.accessHook': (cpu, record) => hooks.accessed(cpu, record),
    'core.edgeHook': (cpu, record) => hooks.ended(cpu, record),
    'core.report': (cpu, cause, low, high) => options.report(cpu, cause, low, high),
  }
  const host = new Map<string, HostFunction>()
  // Core's are on hot roads and take three arguments at most: a rest parameter would cost an array on every call.
  for (const [name, f] of Object.entries(own)) {
    host.set(name, (base, a, b, c) => f(cpuAt(machine, base), a as number, b as number, c as number))
  }
  for (const h of machine.target.host) {
    if (host.has(h.callee.name)) continue
    const f = h.implement(machine)
    host.set(h.callee.name, (base, ...args) => f(cpuAt(machine, base), ...args))
  }
  return host
}
