/** The run loop: whose turn it is, for how long, and what is to be done whenever generated code comes back. */
import { Exit, Head } from '@guestscope/codegen'
import type { GuestCode } from '../code/guest-code.ts'
import type { Cpu, UnfinishedCall } from '../cpu.ts'
import type { Engine } from '../engine/engine.ts'
import type { Instrumentation } from '../hooks/instrument.ts'
import type { Target } from '../target.ts'
import type { StopReason } from './stop.ts'
import type { StormWatch } from './storms.ts'
import { endOfTime, type MachineTime } from './time.ts'

/** What `run` says: instructions are left to run, the run has been stopped, or every CPU waits for the outside. */
export type RunState = 'running' | 'stopped' | 'idle'

/** What the loop runs. */
export interface RunLoopParts {
  readonly target: Target
  readonly cpus: readonly Cpu[]
  readonly engine: Engine
  readonly code: GuestCode
  readonly time: MachineTime
  readonly storms: StormWatch
  /** Instructions between samples. */
  readonly sampleInterval: number
  /** Does what must wait until no generated code is running, and clears `pending`. */
  settle(): void
}

/** Instructions that one CPU runs before the next gets its turn. */
const quantum = 2000
/** V8 replaces a function's code at its next call only: come back now and then; and for a sample. */
const maxSlice = 1_000_000
/** Instructions that a hot block waits for others to be compiled with. */
const batchPatience = 50_000
/**
 * What a jump of the clock costs that wakes nobody, in instructions: a timer that nobody hears must not hold the run for
 * ever.
 */
const jumpCost = 1000

const timeIsOver: StopReason = {
  kind: 'exit',
  status: 1,
  message:
    `Guest time has reached its end, ${endOfTime} ns (104 days). Let the guest set no timers that far ahead, ` +
    'or choose more instructions per second.',
}

/** What a snapshot keeps of whose turn it is. */
export interface RunLoopState {
  readonly turn: number
  readonly turnLeft: number
  readonly slept: boolean
  readonly charged: number
  /** A reset comes before the next instruction. */
  readonly resets: boolean
}

export class RunLoop {
  /** Why the run is over. */
  stopReason: StopReason | undefined
  /** What waits for `settle`; a reset throws all translations away, too. */
  pending: 'flush' | 'reset' | undefined
  instrumentation: Instrumentation
  /** Host work so far, in instructions. */
  charged = 0
  /** What `charged` may become before the CPU that runs must be stopped. */
  #chargeable = 0
  // Plain fields: they are read at every interrupt.
  readonly #target: Target
  readonly #cpus: readonly Cpu[]
  readonly #engine: Engine
  readonly #code: GuestCode
  readonly #time: MachineTime
  readonly #storms: StormWatch
  readonly #sampleInterval: number
  readonly #settle: () => void
  /** Number of the CPU whose turn it is, and what is left of its turn. */
  #turn = -1
  #turnLeft = 0
  /** Instructions to the next sample. */
  #toSample: number
  /** No instruction has run since the clock jumped. */
  #slept = false
  /** The slice must end: a deadline came nearer, or the machine's state is about to change. */
  #endSlice = false
  /** The call of `run` is to return before its instructions are used up. */
  #yields = false
  /** A plugin has sent the CPU that runs elsewhere. */
  #redirect: { readonly cpu: Cpu; readonly go: () => void; readonly inAccess: boolean } | undefined

  constructor(parts: RunLoopParts, instrumentation: Instrumentation) {
    this.#target = parts.target
    this.#cpus = parts.cpus
    this.#engine = parts.engine
    this.#code = parts.code
    this.#time = parts.time
    this.#storms = parts.storms
    this.#sampleInterval = parts.sampleInterval
    this.#settle = parts.settle
    this.instrumentation = instrumentation
    this.#toSample = parts.sampleInterval
  }

  /** After power-on the first turn is that of CPU 0. */
  reset(): void {
    this.#turn = -1
    this.#turnLeft = 0
  }

  /** Between calls of `run`. Why a run has ended is no part of it. */
  get state(): RunLoopState {
    const resets = this.pending === 'reset'
    return { turn: this.#turn, turnLeft: this.#turnLeft, slept: this.#slept, charged: this.charged, resets }
  }
  set state(state: RunLoopState) {
    this.#turn = state.turn
    this.#turnLeft = state.turnLeft
    this.#slept = state.slept
    this.charged = state.charged
    this.pending = state.resets ? 'reset' : undefined
    this.stopReason = undefined
  }

  /** The CPU that ran last. */
  get lastCpu(): Cpu {
    return this.#cpus[Math.max(this.#turn, 0)] as Cpu
  }

  /** See `Machine.charge`. */
  charge(instructions: number): void {
    this.charged += Math.ceil(instructions)
    // Where a run ends must not depend on how it is cut into slices: this one would go too far.
    if (this.charged > this.#chargeable) this.interrupt()
  }

  /** See `Machine.run`. */
  run(instructions: number): RunState {
    let left = instructions
    let { charged } = this
    this.#yields = false
    while (left > 0 && !this.stopReason && !this.#yields) {
      this.#settle()
      this.#time.fire()
      if (this.#time.over) this.stopReason ??= timeIsOver
      left -= this.charged - charged
      charged = this.charged
      if (left <= 0) break
      const cpu = this.#whoseTurn()
      if (this.stopReason || this.pending) continue
      if (cpu) {
        this.#slept = false
        const most = Math.min(left, this.#turnLeft, this.#toSample, this.#storms.limit(cpu))
        this.#chargeable = charged + left - most
        const used = this.#runTurn(cpu, most)
        this.#storms.ran(cpu, used)
        left -= used
        this.#turnLeft -= used
        this.#toSample -= used
        if (this.#toSample <= 0) {
          this.#toSample = this.#sampleInterval
          this.#code.sample(cpu)
        }
        if (cpu.unfinished?.waits && !this.stopReason) return 'idle'
      } else if (!this.#time.sleep()) return 'idle'
      else if (this.#slept) this.charge(jumpCost)
      else this.#slept = true
    }
    return this.stopReason ? 'stopped' : 'running'
  }

  /** Makes the CPU that runs come back before its next block, and its slice end. */
  interrupt(): void {
    this.#endSlice = true
    this.#time.current?.request()
  }

  /** For `settle`, soon. */
  ask(pending: 'flush' | 'reset'): void {
    if (this.pending !== 'reset') this.pending = pending
    this.interrupt()
  }

  /** `run` comes back soon: whoever runs the machine wants to, or should, look at something else. */
  yield(): void {
    this.#yields = true
    this.interrupt()
  }

  /** The CPU that runs goes on elsewhere, without the instruction whose callbacks have run, or the rest of it. */
  redirect(cpu: Cpu, go: () => void, inAccess: boolean): void {
    if (cpu !== this.#time.current) return go()
    this.#redirect = { cpu, go, inAccess }
    if (inAccess) cpu.set32(Head.exit, Exit.hook)
    else cpu.request()
  }
  redirected(cpu: Cpu): boolean {
    return this.#redirect?.cpu === cpu
  }

  /** The CPU that runs now: the last one until its turn is over or it waits, then the next one that does not wait. */
  #whoseTurn(): Cpu | undefined {
    // A host call is one instruction, however many pieces it is served in.
    if (this.#turnLeft <= 0 && !this.lastCpu.unfinished) this.#nextTurn()
    for (let tried = 0; tried < this.#cpus.length; tried++) {
      const cpu = this.#cpus[this.#turn] as Cpu
      if (cpu.waiting && this.#target.wakes(cpu)) {
        cpu.waiting = false
        this.instrumentation.resume?.(cpu)
      }
      if (!cpu.waiting) return cpu
      this.#nextTurn()
    }
    return undefined
  }

  #nextTurn(): void {
    const { length } = this.#cpus
    this.#turn = (this.#turn + 1) % length
    this.#turnLeft = length > 1 ? quantum : maxSlice
  }

  /** Runs one CPU from deadline to deadline, until something else is to be done; returns the instructions it used. */
  #runTurn(cpu: Cpu, most: number): number {
    let used = 0
    for (;;) {
      used += this.#runSlice(cpu, Math.min(most - used, this.#time.untilDeadline()))
      if (used >= most || cpu.waiting || this.#endSlice) return used
      this.#time.fire()
      if (this.#endSlice || this.stopReason || this.#time.over) return used
    }
  }

  /** Runs one CPU to the end of a slice; returns the instructions it used. */
  #runSlice(cpu: Cpu, instructions: number): number {
    this.#time.begin(cpu, instructions)
    this.#endSlice = false
    cpu.set32(Head.request, 0)
    if (cpu.unfinished) this.#goOn(cpu, cpu.unfinished)
    this.#takeInterrupt(cpu)
    while (!this.stopReason && !this.#endSlice && !cpu.waiting) {
      const exit = this.#engine.run(cpu.base)
      if (exit === Exit.budget || (exit === Exit.lookup && !cpu.get32(Head.budget))) break
      this.#handle(cpu, exit)
    }
    this.#code.regions.compileHot()
    this.instrumentation.sliceEnded?.()
    if (cpu.waiting) this.instrumentation.idle?.(cpu)
    return this.#time.end(cpu)
  }

  #handle(cpu: Cpu, exit: number): void {
    if (cpu.unfinished) return
    switch (exit) {
      case Exit.lookup:
        return this.#enterBlock(cpu)
      case Exit.hot:
        return this.#heat(cpu)
      case Exit.request:
        cpu.set32(Head.request, 0)
        return this.#takeInterrupt(cpu)
      case Exit.wait:
        cpu.waiting = !this.#target.wakes(cpu)
        return
      case Exit.hook:
        return this.#afterCallbacks(cpu)
      default:
        return this.#target.handleExit(cpu, exit)
    }
  }

  /** The callbacks of an instruction have run; unless they stopped the run or sent it elsewhere, it goes on alone. */
  #afterCallbacks(cpu: Cpu): void {
    if (this.#redirect) {
      const { go, inAccess } = this.#redirect
      this.#redirect = undefined
      if (inAccess) cpu.set32(Head.budget, cpu.get32(Head.budget) - 1) // it began
      return go()
    }
    if (this.stopReason) return
    cpu.set32(Head.single, 1)
    cpu.set32(Head.skipHooks, 1)
    cpu.request()
    const exit = this.#engine.run(cpu.base)
    if (exit !== Exit.budget) this.#handle(cpu, exit)
  }

  /** The next piece of a host call; what belongs to the instruction has been done at the first. */
  #goOn(cpu: Cpu, { cause, value }: UnfinishedCall): void {
    cpu.set32(Head.trapCause, cause)
    cpu.set64(Head.trapValue, value)
    cpu.set32(Head.resume, 0)
    this.#engine.deliver(cpu.base)
  }

  #takeInterrupt(cpu: Cpu): void {
    if (cpu.unfinished) return
    const cause = this.#target.pendingInterrupt(cpu)
    if (cause === undefined) return
    cpu.set32(Head.trapCause, cause)
    cpu.set32(Head.trapValue, 0)
    cpu.set32(Head.trapValue + 4, 0)
    cpu.set32(Head.resume, 0)
    this.#engine.deliver(cpu.base)
  }

  #enterBlock(cpu: Cpu): void {
    // A fetch fault takes time, or it could loop for ever: see that the slice has some left.
    const budget = cpu.get32(Head.budget)
    if (budget === 0) return
    if (this.#code.enter(cpu)) return
    cpu.set32(Head.budget, budget - 1)
    this.#engine.deliver(cpu.base)
  }

  /** A block got hot. Others may soon: do not wait for them longer than `batchPatience`. */
  #heat(cpu: Cpu): void {
    if (this.#code.heat(cpu) && cpu.get32(Head.budget) > batchPatience) this.#time.shorten(cpu, batchPatience)
  }
}
