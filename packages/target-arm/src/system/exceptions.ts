/**
 * Exception entry and return (Armv7-M ARM, B1.5.6 to B1.5.15). Every entry is one delivery of core, so that every entry is
 * one event: the run loop delivers what the NVIC has pending, and a return that tail-chains delivers again.
 */
import { Head } from '@guestscope/codegen'
import { semihostingIsOff } from '@guestscope/devices'
import { Cause, Exception, exceptionName, exceptionOf, cause as infoOf, takenAs } from '../causes.ts'
import { S } from '../state.ts'
import { Hfsr } from './faults.ts'
import { ExcReturn, peekReturn, popFrame, pushFrame } from './frame.ts'
import {
  advanceIt,
  Control,
  getPc,
  inHandler,
  isPrivileged,
  itState,
  keepingStacks,
  lr,
  setPc,
  sp,
  swapStacks,
  writeEpsr,
} from './registers.ts'
import type { System } from './system.ts'

const numberMask = 0x1ff
/** Immediate of the BKPT that is a semihosting call. */
const semihostingBkpt = 0xab
/** SCR.SLEEPONEXIT; CCR.NONBASETHRDENA. */
const sleepOnExit = 2
const nonBaseThread = 1

/** How an exception is to be entered that an exception return leads to. */
interface Chain {
  /** EXC_RETURN for the handler. */
  readonly excReturn: number
  /** The frame is on the stack already. */
  readonly framed: boolean
}

export class Exceptions {
  readonly #system: System
  /** From a return to the delivery that it ends in, which comes at once: no state. */
  #chain: Chain | undefined

  constructor(system: System) {
    this.#system = system
  }

  reset(): void {
    this.#chain = undefined
  }

  /** `enterTrap`: enters the exception for a cause, or serves semihosting. `Head.pc` is where it comes from. */
  deliver(cause: number, value: number): void {
    const system = this.#system
    const { cpu, nvic } = system
    const chain = this.#chain
    this.#chain = undefined
    const from = getPc(cpu)
    if (cause < 0) return this.#enter(cause & numberMask, cause, from, itState(cpu), chain)
    if (cause === Cause.bkpt && value === semihostingBkpt && this.#servesSemihosting()) {
      if (!system.semihost()) return
      cpu.set32(Head.trapCause, Cause.semihosting)
      setPc(cpu, from + 2)
      writeEpsr(cpu, advanceIt(itState(cpu)), true)
      return
    }
    system.faults.record(cause, value)
    const exception = this.#escalated(exceptionOf(cause), cause)
    if (!exception) return this.#lockUp(cause)
    nvic.setPending(exception)
    const after = cause === Cause.svc
    const it = after ? advanceIt(itState(cpu)) : itState(cpu)
    this.#enter(exception, cause, after ? from + 2 : from, it, chain)
  }

  /** As on QEMU, unprivileged code does not get at the host. */
  #servesSemihosting(): boolean {
    const { cpu } = this.#system
    if (!isPrivileged(cpu)) return false
    if (!cpu.machine.semihosting) semihostingIsOff(cpu.machine)
    return cpu.machine.semihosting
  }

  /** The exception that a synchronous one becomes (B1.5.6, "Priority escalation"); 0: nothing can take it. */
  #escalated(exception: number, cause: number): number {
    const { nvic, faults } = this.#system
    const priority = this.#system.executionPriority()
    const enabled = nvic.exists(exception) && nvic.isEnabled(exception)
    if (enabled && nvic.preempts(exception, priority)) return exception
    if (exception !== Exception.hardFault && !nvic.baseline)
      faults.state.hfsr |= cause === Cause.bkpt ? Hfsr.debugEvent : Hfsr.forced
    return priority <= -1 ? 0 : Exception.hardFault
  }

  #lockUp(cause: number): void {
    const { cpu, name } = this.#system
    const [at, active] = [cpu.pc.toString(16), cpu.get32(S.ipsr)]
    const where = active ? `${exceptionName(active)} handler` : 'code that masks faults'
    cpu.machine.stop({
      kind: 'exit',
      status: 1,
      message:
        `The ${name} locked up at 0x${at}: ${infoOf(cause).name} in the ${where}, where no fault can be handled. ` +
        'The first fault is described by CFSR and HFSR and in the frame on the stack.',
    })
  }

  /** ExceptionEntry: frame, or the one that is there; then the handler, or one that is more urgent by now. */
  #enter(exception: number, cause: number, returnAddress: number, it: number, chain?: Chain): void {
    const { cpu } = this.#system
    let entered = exception
    let excReturn = chain?.excReturn
    if (!chain?.framed) {
      const [value, fault] = pushFrame(this.#system, returnAddress, it)
      excReturn ??= value
      // A frame that contradicted EXC_RETURN is pushed again as it was; the mode is that of EXC_RETURN.
      if (chain) cpu.set32(S.ipsr, 0)
      if (fault) entered = this.#derived(exception, fault)
    }
    const taken = this.#take(entered, excReturn as number)
    if (taken) cpu.set32(Head.trapCause, takenAs(cause, taken))
    this.#system.update()
  }

  /** A fault while the frame of an exception was pushed: which of the two goes first (B1.5.11)? The other waits. */
  #derived(exception: number, cause: number): number {
    const { nvic, faults } = this.#system
    faults.record(cause, 0)
    const derived = this.#escalated(exceptionOf(cause), cause) || Exception.hardFault
    nvic.setPending(derived)
    return nvic.first(exception, derived)
  }

  /** ExceptionTaken: the handler begins. Gives the exception that was taken; 0: lockup. */
  #take(exception: number, excReturn: number): number {
    const system = this.#system
    const { cpu, nvic, faults } = system
    const vector = system.bus.load((system.state.vectorTable + 4 * exception) >>> 0, 4)
    if (vector === undefined) {
      faults.state.hfsr |= Hfsr.vectorTable
      if (exception <= Exception.hardFault || system.executionPriority() <= -1) {
        this.#lockUp(Cause.vectorRead)
        return 0
      }
      nvic.setPending(Exception.hardFault)
      return this.#take(Exception.hardFault, excReturn)
    }
    nvic.enter(exception)
    keepingStacks(cpu, () => {
      cpu.set32(S.ipsr, exception)
      cpu.set32(S.control, cpu.get32(S.control) & Control.unprivileged)
    })
    writeEpsr(cpu, 0, (vector & 1) !== 0)
    cpu.set32(lr, excReturn)
    setPc(cpu, vector)
    this.#happened()
    return exception
  }

  /** Entry and return clear the exclusive monitor and set the event register. */
  #happened(): void {
    const { cpu } = this.#system
    cpu.set32(S.exclusive, -1)
    cpu.set32(S.event, 1)
  }

  /** ExceptionReturn by this EXC_RETURN, in Handler mode (B1.5.8). */
  return(excReturn: number): void {
    const system = this.#system
    const { cpu, nvic } = system
    const returning = cpu.get32(S.ipsr)
    const thread = (excReturn & ExcReturn.thread) !== 0
    const valid = nvic.isActive(returning) && this.#isLegal(excReturn)
    if (nvic.isActive(returning)) {
      nvic.leave(returning)
      if (returning !== Exception.nmi) cpu.set32(S.faultmask, 0)
    }
    const toProcess = thread && (excReturn & ExcReturn.processStack) !== 0
    const frame = toProcess ? cpu.get32(S.otherSp) : cpu.get32(sp)
    const privileged = !thread || !(cpu.get32(S.control) & Control.unprivileged)
    const again = (cause: number): void => {
      setPc(cpu, peekReturn(system, frame, privileged) ?? excReturn)
      this.#returned()
      this.#redeliver(cause, { excReturn, framed: true })
    }
    if (!valid) return again(Cause.invalidPc)
    const next = nvic.takeable(system.masks())
    if (next) return again(Cause.interrupt | next)

    if (toProcess) swapStacks(cpu)
    const fault = popFrame(system, excReturn)
    if (fault) {
      if (toProcess) swapStacks(cpu)
      return again(fault)
    }
    if (toProcess) cpu.set32(S.control, cpu.get32(S.control) | Control.processStack)
    this.#happened()
    this.#returned()
    if (inHandler(cpu) === thread) {
      // The frame contradicts EXC_RETURN.
      return this.#redeliver(Cause.invalidPc, { excReturn, framed: false })
    }
    system.update()
    if (thread && !nvic.nesting && system.state.scr & sleepOnExit) cpu.waiting = !system.wakes()
  }

  /** The edge: from the instruction to where its frame leads, even if the next exception comes before that. */
  #returned(): void {
    const { cpu } = this.#system
    const pc = BigInt(cpu.get32(S.returnFrom) >>> 0)
    cpu.machine.trapReturned(cpu, { pc, physical: pc, size: cpu.get32(S.returnSize) })
  }

  #redeliver(cause: number, chain: Chain): void {
    const { cpu } = this.#system
    this.#chain = chain
    cpu.machine.deliverTrap(cpu, cause, 0n)
  }

  /** Is there something to return to in this way? */
  #isLegal(excReturn: number): boolean {
    const { nvic, ccr, core } = this.#system
    const reserved = core.fpu === 'none' ? 0x0ffffff0 : 0x0fffffe0
    if ((excReturn & reserved) !== reserved) return false
    const kind = excReturn & 15
    if (kind === 1) return nvic.nesting > 1
    if (kind !== 9 && kind !== 13) return false
    return nvic.nesting === 1 || (ccr & nonBaseThread) !== 0
  }
}
