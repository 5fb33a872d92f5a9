/** A machine's time: the clock, the slice of it that runs, the deadlines of devices, and what guests take for time. */
import { Head } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { PluginArea } from '../memory/layout.ts'
import { type Deadline, Timers } from './timers.ts'

/**
 * The last instant that a machine knows, in nanoseconds of guest time (104 days): up to here they are exact. A deadline
 * behind it never comes.
 */
export const endOfTime: number = Number.MAX_SAFE_INTEGER

/** Instructions per second of guest time, if the user does not say. */
export const usualRate = 1e9
const second = 1e9
/** Of an instruction: what rounding may lack. */
const tolerance = 1e-6

/** What a snapshot keeps of a machine's time. */
export interface TimeState {
  readonly clock: number
  readonly period: number
  readonly held: number | undefined
  readonly ahead: number
  /** Of every timer, in the order in which they were made; Infinity: none. */
  readonly deadlines: readonly number[]
}

export class MachineTime {
  readonly #timers = new Timers()
  /** Instructions, those slept included, at the start of the current slice. */
  #clock = 0
  #slice = 0
  #current: Cpu | undefined
  /** Nanoseconds of an instruction. */
  #period = 1
  /** Virtual time is what a plugin says; else it is `#ahead` before the time that the instructions take. */
  #held: number | undefined
  #ahead = 0

  /** The CPU whose slice runs. */
  get current(): Cpu | undefined {
    return this.#current
  }

  /** Instructions so far, idle time included; exact outside generated code and while `Head.single` is set. */
  now(): number {
    return this.#current ? this.#clock + this.#slice - this.#current.get32(Head.budget) : this.#clock
  }

  /** Instructions that one CPU has executed; exact whenever `now` is. */
  executedBy(cpu: Cpu): number {
    return cpu.executed + (cpu === this.#current ? this.#slice - cpu.get32(Head.budget) : 0)
  }

  /** What devices and guests take for time, in nanoseconds, unless a plugin says otherwise. */
  virtual(): number {
    return this.#held ?? this.now() * this.#period + this.#ahead
  }

  /** From now on so many instructions take a second. True: the slice must end. */
  setRate(instructionsPerSecond: number): boolean {
    const period = second / instructionsPerSecond
    if (period === this.#period) return false
    this.#ahead += this.now() * (this.#period - period)
    this.#period = period
    return true
  }

  /** A plugin says what virtual time it is; undefined: it goes on from there with the clock. True: the slice must end. */
  hold(time: number | undefined): boolean {
    if (time === undefined && this.#held !== undefined) this.#ahead = this.#held - this.now() * this.#period
    this.#held = time
    return time === undefined || this.#timers.next <= time
  }

  // Deadlines, in virtual time.

  /** See `DeviceHost.timer`. */
  deadline(due: () => void): Deadline {
    return this.#timers.make(due)
  }
  /** True: the slice goes beyond the deadline and must end. */
  set(deadline: Deadline, at: number): boolean {
    const when = this.#timers.set(deadline, at)
    if (this.#held !== undefined) return when <= this.#held
    const beyond = this.#clock + this.#slice - this.#instructionsAt(when)
    return beyond > 0 && !this.#cut(beyond)
  }
  cancel(deadline: Deadline): void {
    this.#timers.cancel(deadline)
  }
  cancelAll(): void {
    this.#timers.cancelAll()
  }
  /** Calls back for the deadlines that have come. */
  fire(): void {
    const { next } = this.#timers
    if (next > endOfTime) return
    if (this.#held !== undefined) return this.#timers.fire(this.#held)
    if (this.#instructionsAt(next) > this.now()) return
    const late = this.virtual() - next
    if (late < 0) this.#ahead -= late // rounding: a deadline has come no earlier than it was set for
    this.#timers.fire(this.virtual())
  }
  /** Instructions up to the next deadline or the end of time. */
  untilDeadline(): number {
    if (this.#held !== undefined) return Number.POSITIVE_INFINITY
    return this.#instructionsAt(Math.min(this.#timers.next, endOfTime)) - this.now()
  }
  /** Everybody waits: time jumps to the next deadline. False: there is none. */
  sleep(): boolean {
    const { next } = this.#timers
    if (next > endOfTime) return false
    if (this.#held === undefined) this.#clock = this.#instructionsAt(next)
    else this.#held = next
    return true
  }
  /** No instruction can run any more. */
  get over(): boolean {
    return this.#held === undefined && this.virtual() >= endOfTime
  }

  /** The clock at the first instruction that begins at a time or after it. */
  #instructionsAt(time: number): number {
    return Math.ceil((time - this.#ahead) / this.#period - tolerance)
  }

  /** Between slices. */
  get state(): TimeState {
    const deadlines = this.#timers.deadlines
    return { clock: this.#clock, period: this.#period, held: this.#held, ahead: this.#ahead, deadlines }
  }
  set state(state: TimeState) {
    this.#clock = state.clock
    this.#period = state.period
    this.#held = state.held
    this.#ahead = state.ahead
    this.#timers.deadlines = state.deadlines
  }

  // Slices.

  /** A CPU may run so many instructions. */
  begin(cpu: Cpu, instructions: number): void {
    this.#current = cpu
    cpu.set32(Head.budget, instructions)
    this.#setSlice(cpu, instructions)
  }
  /** The CPU that runs has so many instructions left, no more. */
  shorten(cpu: Cpu, left: number): void {
    this.#setSlice(cpu, this.#slice - (cpu.get32(Head.budget) - left))
    cpu.set32(Head.budget, left)
  }
  /** The slice is over; returns the instructions it used. */
  end(cpu: Cpu): number {
    const used = this.#slice - cpu.get32(Head.budget)
    this.#clock += used
    cpu.executed += used
    this.#current = undefined
    return used
  }

  /** Ends the slice so many instructions earlier, or with this one; false: it cannot, because the time is not exact. */
  #cut(instructions: number): boolean {
    const cpu = this.#current
    if (!cpu?.get32(Head.single)) return false
    this.shorten(cpu, Math.max(cpu.get32(Head.budget) - instructions, 0))
    return true
  }

  #setSlice(cpu: Cpu, slice: number): void {
    this.#slice = slice
    const end = this.#clock + slice
    cpu.set32(PluginArea.sliceEnd, end | 0) // modulo 2^32; `%` on doubles would be slow
    cpu.set32(PluginArea.sliceEnd + 4, Math.floor(end / 2 ** 32))
  }
}
