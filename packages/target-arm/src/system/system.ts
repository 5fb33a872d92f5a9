/** The system half of one M-profile CPU: exceptions, NVIC, timer, memory protection, and what follows from their state. */
import { Head } from '@guestscope/codegen'
import { type Cpu, Layout, type Stateful } from '@guestscope/core'
import { Exception } from '../causes.ts'
import { Ccr, type Core } from '../cores.ts'
import { Flags, S, TlbMode } from '../state.ts'
import { Bus } from './bus.ts'
import { Dwt } from './dwt.ts'
import { Exceptions } from './exceptions.ts'
import { Faults } from './faults.ts'
import { Fpccr } from './frame.ts'
import { Mpu, type MpuAccess, MpuControl, permits, type Range, storeRegions, without } from './mpu.ts'
import { type Masks, Nvic } from './nvic.ts'
import { absentFromPsr, Control, isPrivileged } from './registers.ts'
import { SysTick } from './systick.ts'

/** Bits of SCR. */
export const Scr = { sleepOnExit: 2, sleepDeep: 4, eventOnPending: 16 } as const

/** Ranges for privileged and for unprivileged code. */
type Executable = readonly [readonly Range[], readonly Range[]]

/** The clock of a board that does not say. */
const defaultHz = 25_000_000

/** What no part of the system half has. */
interface SystemState {
  /** VTOR. */
  vectorTable: number
  scr: number
  /** ACTLR and CSSELR: kept, without effect. */
  auxiliary: number
  cacheSelection: number
  /** DEMCR. */
  debugControl: number
  /** The CPU waits for an event, not only for an interrupt. */
  waitsForEvent: boolean
  /** What may be executed. */
  executable: Executable
  /** Frequency of the processor's clock. */
  clockHz: number
}

const newState = (clockHz: number): SystemState => ({
  vectorTable: 0,
  scr: 0,
  auxiliary: 0,
  cacheSelection: 0,
  debugControl: 0,
  waitsForEvent: false,
  executable: [[], []],
  clockHz,
})

export class System {
  readonly cpu: Cpu
  readonly core: Core
  readonly bus: Bus
  readonly nvic: Nvic
  readonly sysTick: SysTick
  readonly mpu: Mpu
  readonly dwt: Dwt
  readonly faults: Faults = new Faults()
  readonly exceptions: Exceptions
  state: SystemState
  readonly #semihost: (cpu: Cpu) => boolean

  constructor(cpu: Cpu, core: Core, semihost: (cpu: Cpu) => boolean) {
    this.cpu = cpu
    this.core = core
    this.#semihost = semihost
    const { machine } = cpu
    const { wiring, host } = machine
    this.state = newState(wiring.clockHz ?? defaultHz)
    this.bus = new Bus(machine)
    this.nvic = new Nvic({
      interrupts: wiring.interrupts ?? 32,
      priorityBits: wiring.priorityBits ?? (core.baseline ? 2 : 8),
      baseline: core.baseline,
    })
    const clockHz = (): number => this.state.clockHz
    this.sysTick = new SysTick({
      host,
      clockHz,
      referenceHz: () => wiring.referenceHz,
      pend: () => this.pend(Exception.sysTick),
    })
    this.dwt = new Dwt(host, clockHz)
    this.mpu = new Mpu(core.mpuRegions, () => this.#mpuChanged(), core.baseline)
    this.exceptions = new Exceptions(this)
  }

  get name(): string {
    return this.core.name
  }
  get ccr(): number {
    return this.cpu.get32(S.ccr)
  }
  get alignsStack(): boolean {
    return (this.ccr & Ccr.alignStack) !== 0
  }

  get ignoresBusFaults(): boolean {
    return (this.ccr & Ccr.ignoreBusFaults) !== 0
  }

  /** For `Target.parts`. */
  get parts(): Record<string, Stateful> {
    const { nvic, mpu, faults, dwt, sysTick } = this
    return { system: this, nvic, mpu, faults, dwt, sysTick }
  }

  /** State, `Head` and the slots of `S` are zero. */
  reset(): void {
    const { cpu, core } = this
    for (const part of [this.nvic, this.mpu, this.faults, this.exceptions, this.dwt]) part.reset()
    this.state = newState(this.state.clockHz)
    this.state.executable = this.#executableNow(0)
    cpu.set32(S.ccr, core.ccr.reset)
    cpu.set32(S.psrAbsent, absentFromPsr(core))
    if (core.fpu !== 'none') cpu.set32(S.fpccr, Fpccr.automatic | Fpccr.lazyEnable)
    cpu.set32(S.exclusive, -1)
    this.update()
    this.sysTick.reset()
  }

  /** The board has given the CPU another clock. */
  clockChanged(): void {
    const hz = this.cpu.machine.wiring.clockHz ?? defaultHz
    this.sysTick.clockChanges(() =>
      this.dwt.clockChanges(() => {
        this.state.clockHz = hz
      }),
    )
  }

  semihost(): boolean {
    return this.#semihost(this.cpu)
  }

  // Priorities.

  masks(): Masks {
    const { cpu } = this
    return {
      primask: cpu.get32(S.primask),
      faultmask: cpu.get32(S.faultmask),
      basepri: cpu.get32(S.basepri),
    }
  }
  executionPriority(): number {
    return this.nvic.executionPriority(this.masks())
  }
  /** What lazy stacking may raise later: faults that could be taken now. */
  readyFaults(): Record<'hardFault' | 'memManage' | 'busFault' | 'debugMonitor', boolean> {
    const { nvic } = this
    const priority = this.executionPriority()
    const ready = (n: number): boolean => nvic.isEnabled(n) && nvic.preempts(n, priority)
    return {
      hardFault: priority > -1,
      memManage: ready(Exception.memManage),
      busFault: ready(Exception.busFault),
      debugMonitor: ready(Exception.debugMonitor),
    }
  }

  /** Makes an exception pending, or takes that back. */
  pend(exception: number, on = true): void {
    const before = this.nvic.isPending(exception)
    this.nvic.setPending(exception, on)
    this.#pended(exception, before)
  }
  setLine(exception: number, level: boolean): void {
    const before = this.nvic.isPending(exception)
    this.nvic.setLine(exception, level)
    this.#pended(exception, before)
  }
  #pended(exception: number, before: boolean): void {
    if (!before && this.state.scr & Scr.eventOnPending && this.nvic.isPending(exception))
      this.cpu.set32(S.event, 1)
    this.nvicChanged()
  }
  /** The NVIC's state has changed: something may have to be taken. */
  nvicChanged(): void {
    const { cpu, nvic } = this
    const pending = nvic.best !== 0
    cpu.set32(S.pending, pending ? 1 : 0)
    if (pending || cpu.waiting) cpu.request()
  }

  /** `Target.wakes`: what WFI waits for does not depend on PRIMASK (B1.5.19). */
  wakes(): boolean {
    if (this.state.waitsForEvent && this.cpu.get32(S.event)) return true
    return this.nvic.takeable({ ...this.masks(), primask: 0 }) !== 0
  }
  /** `Target.pendingInterrupt`: runs whenever the CPU goes on after a wait, too. */
  takeable(): number {
    if (this.state.waitsForEvent) {
      this.state.waitsForEvent = false
      this.cpu.set32(S.event, 0)
    }
    return this.cpu.get32(S.pending) ? this.nvic.takeable(this.masks()) : 0
  }

  /** Translation flags and decoding state. */
  get flags(): number {
    return this.cpu.get32(Head.flags)
  }

  // What follows from mode, CONTROL, CCR, CPACR and FPCCR.

  /** May floating point be used with this privilege (CPACR)? */
  floatEnabled(privileged: boolean): boolean {
    const access = (this.cpu.get32(S.cpacr) >>> 20) & 3
    return this.core.fpu !== 'none' && (access === 3 || (access === 1 && privileged))
  }

  /** Brings `Head` up to date. */
  update(): void {
    const { cpu, core } = this
    const privileged = isPrivileged(cpu)
    const fpccr = cpu.get32(S.fpccr)
    const kept = !(fpccr & Fpccr.automatic) || (cpu.get32(S.control) & Control.floatActive) !== 0
    const fpReady = kept && !(fpccr & Fpccr.lazyActive) && this.floatEnabled(privileged)
    const strict = core.baseline || (this.ccr & Ccr.unalignedTrap) !== 0
    const flags =
      (privileged ? 0 : Flags.unprivileged) | (fpReady ? Flags.fpReady : 0) | (strict ? Flags.strictAlign : 0)
    const others = cpu.get32(Head.flags) & ~(Flags.unprivileged | Flags.fpReady | Flags.strictAlign)
    cpu.set32(Head.flags, others | flags)
    const mode = privileged ? TlbMode.privileged : TlbMode.unprivileged
    cpu.set32(Head.tlb, cpu.base + Layout.tlb + mode * Layout.tlbSize)
    if (this.mpu.control & MpuControl.enable && this.mpuInForce() !== cpu.get32(S.mpuControl))
      this.#mpuChanged()
    this.nvicChanged()
  }

  // Memory protection.

  /** MPU_CTRL, 0 while HardFault, NMI or FAULTMASK switch the MPU off. */
  mpuInForce(): number {
    const { control } = this.mpu
    const off = !(control & MpuControl.duringFaults) && this.executionPriority() < 0
    return off ? 0 : control
  }
  /** Does nothing forbid loads and stores of privileged code? */
  get unprotected(): boolean {
    return !(this.mpu.control & MpuControl.enable)
  }
  permits(address: number, kind: MpuAccess, privileged: boolean): boolean {
    return permits(this.mpu.regions, this.mpuInForce(), address, kind, privileged)
  }
  #mpuChanged(): void {
    const { cpu, mpu } = this
    const control = this.mpuInForce()
    storeRegions(cpu, mpu.regions, control)
    cpu.machine.flushTranslations(cpu)
    // Regions of code go from page to page without asking: blocks where nothing may be executed now are forgotten.
    const before = this.state.executable
    this.state.executable = this.#executableNow(control)
    for (const i of [0, 1] as const) {
      const lost = without(before[i], this.state.executable[i])
      if (lost.length) cpu.machine.forbidCode(lost, Flags.unprivileged, i ? Flags.unprivileged : 0)
    }
  }
  #executableNow(control: number): Executable {
    return [this.mpu.executable(control, true), this.mpu.executable(control, false)]
  }
}
