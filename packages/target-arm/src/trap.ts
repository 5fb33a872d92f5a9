/**
 * Between core's run loop and the system half: traps are entered, and returned from, by JavaScript (system/exceptions.ts),
 * since entry writes memory and can fault itself.
 */
import { type Callee, Head, hostFunction } from '@guestscope/codegen'
import {
  type Cpu,
  type CpuHost,
  type HostImport,
  ImageError,
  type Stateful,
  type Target,
} from '@guestscope/core'
import { Semihosting } from '@guestscope/devices'
import { Cause, Exception } from './causes.ts'
import type { Core } from './cores.ts'
import { ArmExit } from './exits.ts'
import { S } from './state.ts'
import { prepareFloat } from './system/frame.ts'
import { Control, inHandler, sp, writeEpsr } from './system/registers.ts'
import { System } from './system/system.ts'
import { floatCalls, systemCalls } from './system-calls.ts'

const enter: Callee = hostFunction('arm.enter', ['i32', 'i32'])

/** `Target.enterTrap`. */
export const enterTrap: Target['enterTrap'] = (b, cause, value) => {
  b.call(enter, cause, b.resize(value, 'i32'))
}

const systems = new WeakMap<Cpu, System>()

/** The system half of a CPU. */
export function systemOf(cpu: Cpu): System {
  const system = systems.get(cpu)
  if (!system) throw new Error('arm: the CPU has not been reset')
  return system
}

/** `Target.parts`: the system half of each CPU, and semihosting. */
export function parts(machine: CpuHost): Record<string, Stateful> {
  const systems = machine.cpus.flatMap(cpu =>
    Object.entries(systemOf(cpu).parts).map(([name, part]) => [`cpu${cpu.index}/${name}`, part]),
  )
  return { ...Object.fromEntries(systems), ...Semihosting.parts(machine) }
}

/** Numbers of the masks in MSR (B5.1.1). */
const Sysm = { primask: 16, basepri: 17, basepriMax: 18, faultmask: 19 } as const

function writeMask(cpu: Cpu, sysm: number, value: number): void {
  const system = systemOf(cpu)
  const { core, nvic } = system
  if (sysm === Sysm.primask) cpu.set32(S.primask, value & 1)
  else if (core.baseline) return
  else if (sysm === Sysm.faultmask) {
    // Setting it does nothing at the priority of HardFault and above.
    if (!(value & 1)) cpu.set32(S.faultmask, 0)
    else if (system.executionPriority() > -1) cpu.set32(S.faultmask, 1)
    system.update()
  } else {
    const [next, old] = [value & nvic.priorityMask, cpu.get32(S.basepri)]
    // BASEPRI_MAX only ever raises the priority.
    if (sysm === Sysm.basepriMax && (next === 0 || (old !== 0 && next >= old))) return
    cpu.set32(S.basepri, next)
  }
  if (cpu.get32(S.pending)) cpu.request()
}

function writeControl(cpu: Cpu, value: number): void {
  const system = systemOf(cpu)
  let writable = 0
  if (system.core.unprivileged) writable |= Control.unprivileged
  if (!inHandler(cpu)) writable |= Control.processStack
  if (system.core.fpu !== 'none') writable |= Control.floatActive
  cpu.set32(S.control, (cpu.get32(S.control) & ~writable) | (value & writable))
  system.update()
}

/** What the target's IR calls. */
export const systemHost: readonly HostImport[] = [
  {
    callee: enter,
    implement: () => (cpu, cause, value) =>
      systemOf(cpu).exceptions.deliver(cause as number, value as number),
  },
  {
    callee: systemCalls.writeMask,
    implement: () => (cpu, sysm, value) => writeMask(cpu, sysm as number, value as number),
  },
  { callee: systemCalls.writeControl, implement: () => (cpu, value) => writeControl(cpu, value as number) },
  { callee: floatCalls.prepare, implement: () => cpu => prepareFloat(systemOf(cpu)) },
]

/** `Target.reset` (B1.5.5): registers zero, the main stack pointer and pc out of the vector table. */
export function reset(cpu: Cpu, core: Core, semihosting: (machine: CpuHost) => (cpu: Cpu) => boolean): void {
  let system = systems.get(cpu)
  if (!system) {
    system = new System(cpu, core, semihosting(cpu.machine))
    systems.set(cpu, system)
  }
  system.reset()
  if (cpu.index === 0) Semihosting.reset(cpu.machine)
  const [stack, entry] = [0, 4].map(offset => system.bus.load(system.state.vectorTable + offset, 4))
  if (stack === undefined || entry === undefined) {
    if (cpu.machine.image) {
      throw new ImageError(
        'image/vector-table',
        `There is no memory at 0x${system.state.vectorTable.toString(16)}, where the vector table has to be.`,
        'Link the program so that its vector table lies there, or choose a board with memory there.',
      )
    }
    writeEpsr(cpu, 0, false)
    return
  }
  cpu.set32(sp, stack & ~3)
  cpu.set32(S.r + 8 * 14, -1)
  cpu.pc = BigInt((entry & ~1) >>> 0)
  writeEpsr(cpu, 0, (entry & 1) !== 0)
}

/** `Target.pendingInterrupt`. */
export function pendingInterrupt(cpu: Cpu): number | undefined {
  const exception = systemOf(cpu).takeable()
  return exception ? Cause.interrupt | exception : undefined
}

export const wakes = (cpu: Cpu): boolean => systemOf(cpu).wakes()

/** Lines of the CPU that are not external interrupts; numbers as CMSIS has them (exception number minus 16). */
export const Line = { nmi: -14, sysTick: -1 } as const

/** `Target.setLine`: external interrupts from 0 on; below: `Line`. */
export const setLine = (cpu: Cpu, line: number, level: boolean): void =>
  systemOf(cpu).setLine(line + Exception.external, level)

/** `Target.handleExit`. */
export function handleExit(cpu: Cpu, code: number): void {
  const system = systemOf(cpu)
  switch (code) {
    case ArmExit.excReturn:
      return system.exceptions.return(cpu.get32(Head.pc))
    case ArmExit.waitForEvent:
      system.state.waitsForEvent = true
      cpu.waiting = !system.wakes()
      if (!cpu.waiting) system.state.waitsForEvent = false
      return
    default:
      throw new Error(`arm: unexpected exit ${code}`)
  }
}

/** `Target.ignoresBusErrors` (CCR.BFHFNMIGN). */
export function ignoresBusErrors(cpu: Cpu): boolean {
  const system = systemOf(cpu)
  return system.ignoresBusFaults && system.executionPriority() < 0
}
