/** Frames of exceptions on the stack: entry writes them, return reads them (Armv7-M ARM, B1.5.6 to B1.5.8). */
import { Cause } from '../causes.ts'
import { S } from '../state.ts'
import { Fpscr } from '../translate/float.ts'
import { Control, inHandler, isPrivileged, readXpsr, reg, setPc, sp, writeXpsr } from './registers.ts'
import type { System } from './system.ts'

/** Bits of FPCCR. */
export const Fpccr = {
  lazyActive: 0x1,
  user: 0x2,
  thread: 0x8,
  hardFaultReady: 0x10,
  memManageReady: 0x20,
  busFaultReady: 0x40,
  monitorReady: 0x100,
  lazyEnable: 0x40000000,
  automatic: -0x80000000,
} as const

/** Bits of EXC_RETURN. */
export const ExcReturn = { thread: 8, processStack: 4, basicFrame: 16 } as const

/** Bytes of a frame, with and without floating-point registers; distances in it. */
const basicSize = 0x20
const floatSize = 0x68
const [framePc, framePsr, frameFloat] = [0x18, 0x1c, 0x20]
const frameRegisters = [0, 1, 2, 3, 12, 14].map(reg)
/** Bit of the stacked xPSR: four bytes were left out to align the stack. */
const aligned = 0x200

/** Why a frame could not be written or read. */
export type FrameFault = number | undefined

/** Words of the stack; `fault` is the first one that could not be reached, and what follows it is left alone. */
class Stack {
  readonly #system: System
  readonly #privileged: boolean
  readonly #causes: readonly [mpu: number, bus: number]
  fault: FrameFault

  constructor(system: System, privileged: boolean, causes: readonly [number, number]) {
    this.#system = system
    this.#privileged = privileged
    this.#causes = causes
  }

  store(address: number, value: number): void {
    if (this.fault) return
    const { bus } = this.#system
    if (!this.#system.permits(address >>> 0, 'write', this.#privileged)) this.fault = this.#causes[0]
    else if (!bus.store(address >>> 0, 4, value)) this.fault = this.#causes[1]
  }
  /** As many words as there are values. */
  storeAll(address: number, values: Int32Array, count: number): void {
    const { bus, cpu, unprotected } = this.#system
    const linear = unprotected ? bus.writable(address >>> 0, 4 * count) : 0
    if (linear) {
      const { view } = cpu.machine.memory
      for (let i = 0; i < count; i++) view.setInt32(linear + 4 * i, values[i] as number, true)
    } else for (let i = 0; i < count; i++) this.store(address + 4 * i, values[i] as number)
  }

  load(address: number): number {
    if (this.fault) return 0
    if (!this.#system.permits(address >>> 0, 'read', this.#privileged)) {
      this.fault = this.#causes[0]
      return 0
    }
    const value = this.#system.bus.load(address >>> 0, 4)
    if (value === undefined) this.fault = this.#causes[1]
    return value ?? 0
  }
  loadAll(address: number, values: Int32Array, count: number): void {
    const { bus, cpu, unprotected } = this.#system
    const linear = unprotected ? bus.readable(address >>> 0, 4 * count) : 0
    if (linear) {
      const { view } = cpu.machine.memory
      for (let i = 0; i < count; i++) values[i] = view.getInt32(linear + 4 * i, true)
    } else for (let i = 0; i < count; i++) values[i] = this.load(address + 4 * i)
  }
}

/** Words on their way between registers and the stack: one frame at a time. */
const words = new Int32Array(17)

/** PushStack: EXC_RETURN for the frame, and the fault that ended it. The stack pointer moves in any case. */
export function pushFrame(system: System, returnAddress: number, it: number): [number, FrameFault] {
  const { cpu } = system
  const control = cpu.get32(S.control)
  const float = (control & Control.floatActive) !== 0
  const force = float || system.alignsStack ? 4 : 0
  const old = cpu.get32(sp)
  const frame = (old - (float ? floatSize : basicSize)) & ~force
  cpu.set32(sp, frame)
  const causes = [Cause.memManageStacking, Cause.busFaultStacking] as const
  const stack = new Stack(system, isPrivileged(cpu), causes)
  for (let i = 0; i < 6; i++) words[i] = cpu.get32(frameRegisters[i] as number)
  words[framePc / 4] = returnAddress
  words[framePsr / 4] = (readXpsr(cpu, it) & ~aligned) | (old & force ? aligned : 0)
  stack.storeAll(frame, words, basicSize / 4)
  if (float) {
    if (cpu.get32(S.fpccr) & Fpccr.lazyEnable) deferFloat(system, frame + frameFloat)
    else if (!system.floatEnabled(isPrivileged(cpu))) stack.fault ??= Cause.noCoprocessor
    else storeFloat(system, stack, frame + frameFloat)
  }
  const mode = inHandler(cpu)
    ? 0
    : ExcReturn.thread | (control & Control.processStack ? ExcReturn.processStack : 0)
  return [0xffffffe1 | mode | (float ? 0 : ExcReturn.basicFrame) | 0, stack.fault]
}

function storeFloat(system: System, stack: Stack, at: number): void {
  const { cpu } = system
  for (let i = 0; i < 16; i++) words[i] = cpu.get32(S.s + 4 * i)
  words[16] = cpu.get32(S.fpscr)
  stack.storeAll(at, words, 17)
}

/** UpdateFPCCR: the place is reserved; the registers follow when the next floating-point instruction comes. */
function deferFloat(system: System, address: number): void {
  const { cpu } = system
  cpu.set32(S.fpcar, address & ~7)
  const bit = (on: boolean, mask: number): number => (on ? mask : 0)
  const kept = cpu.get32(S.fpccr) & (Fpccr.automatic | Fpccr.lazyEnable)
  const ready = system.readyFaults()
  cpu.set32(
    S.fpccr,
    kept |
      Fpccr.lazyActive |
      bit(!isPrivileged(cpu), Fpccr.user) |
      bit(!inHandler(cpu), Fpccr.thread) |
      bit(ready.hardFault, Fpccr.hardFaultReady) |
      bit(ready.memManage, Fpccr.memManageReady) |
      bit(ready.busFault, Fpccr.busFaultReady) |
      bit(ready.debugMonitor, Fpccr.monitorReady),
  )
}

/** PreserveFPState: writes the registers to the place that was reserved. */
function preserveFloat(system: System): FrameFault {
  const { cpu } = system
  const fpccr = cpu.get32(S.fpccr)
  const causes = [Cause.memManageLazy, Cause.busFaultLazy] as const
  const stack = new Stack(system, !(fpccr & Fpccr.user), causes)
  storeFloat(system, stack, cpu.get32(S.fpcar))
  if (!stack.fault) cpu.set32(S.fpccr, fpccr & ~Fpccr.lazyActive)
  return stack.fault
}

/** Where the frame returns to, if it can be read without a fault. */
export function peekReturn(system: System, frame: number, privileged: boolean): number | undefined {
  const stack = new Stack(system, privileged, [1, 1])
  const pc = stack.load(frame + framePc)
  return stack.fault ? undefined : (pc & ~1) >>> 0
}

/**
 * PopStack, from the stack pointer in use. Changes registers, the stack pointer, xPSR (and with it the mode) only if
 * everything could be read.
 */
export function popFrame(system: System, excReturn: number): FrameFault {
  const { cpu } = system
  const float = system.core.fpu !== 'none' && !(excReturn & ExcReturn.basicFrame)
  const thread = (excReturn & ExcReturn.thread) !== 0
  const privileged = !thread || !(cpu.get32(S.control) & Control.unprivileged)
  const causes = [Cause.memManageUnstacking, Cause.busFaultUnstacking] as const
  const stack = new Stack(system, privileged, causes)
  const frame = cpu.get32(sp)
  stack.loadAll(frame, words, basicSize / 4)
  const [pc, psr] = [words[framePc / 4] as number, words[framePsr / 4] as number]
  const lazy = (cpu.get32(S.fpccr) & Fpccr.lazyActive) !== 0
  const floats = float && !lazy ? new Int32Array(17) : undefined
  if (floats) {
    if (!system.floatEnabled(privileged)) stack.fault ??= Cause.noCoprocessor
    stack.loadAll(frame + frameFloat, floats, 17)
  }
  if (stack.fault) return stack.fault

  for (let i = 0; i < 6; i++) cpu.set32(frameRegisters[i] as number, words[i] as number)
  setPc(cpu, pc)
  // If the registers were not written yet, they still hold what they should.
  if (float && lazy) cpu.set32(S.fpccr, cpu.get32(S.fpccr) & ~Fpccr.lazyActive)
  floats?.forEach((value, i) => {
    if (i < 16) cpu.set32(S.s + 4 * i, value)
    else cpu.set32(S.fpscr, value & Fpscr.writable)
  })
  const control = cpu.get32(S.control) & ~Control.floatActive
  cpu.set32(S.control, control | (float ? Control.floatActive : 0))
  const force = (float || system.alignsStack) && psr & aligned ? 4 : 0
  cpu.set32(sp, (frame + (float ? floatSize : basicSize)) | force)
  writeXpsr(cpu, psr)
  return undefined
}

/**
 * ExecuteFPCheck: before a floating-point instruction while `Flags.fpReady` is clear. Gives the cause to raise, or 0; then
 * a new context has begun and what was deferred has been written.
 */
export function prepareFloat(system: System): number {
  const { cpu } = system
  if (!system.floatEnabled(isPrivileged(cpu))) return Cause.noCoprocessor
  const fault = cpu.get32(S.fpccr) & Fpccr.lazyActive ? preserveFloat(system) : undefined
  if (fault) return fault
  const control = cpu.get32(S.control)
  if (cpu.get32(S.fpccr) & Fpccr.automatic && !(control & Control.floatActive)) {
    cpu.set32(S.control, control | Control.floatActive)
    cpu.set32(S.fpscr, cpu.get32(S.fpdscr))
  }
  system.update()
  return 0
}
