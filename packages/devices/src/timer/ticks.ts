/**
 * The ticks of a clock, counted by the machine's time: devices that count need no deadline for each of them. When a tick
 * ends is one function of its number, which deadlines and counts share: at a deadline its ticks have passed, however
 * large the numbers are and whether ticks are whole nanoseconds or not.
 */
import type { DeviceHost } from '@guestscope/core'

const nanosecondsPerSecond = 1_000_000_000
/** Of a tick's end: sums of fractions that miss a whole number by less are meant to reach it. */
const tolerance = 1e-6

/** Part of the state of a device that counts: where the count began, and the ticks since then that were taken. */
export interface TicksState {
  start: number
  taken: number
}

/** The state of a clock that has not been started. */
export const newTicks = (): TicksState => ({ start: 0, taken: 0 })

export class Ticks {
  readonly #host: DeviceHost
  readonly #hz: () => number
  readonly #stateNow: () => TicksState

  /**
   * `hz`: the frequency now; before it changes, and after, `rebase` is needed. `state`: where the device has it now, made by
   * `newTicks`.
   */
  constructor(host: DeviceHost, hz: () => number, state: () => TicksState) {
    this.#host = host
    this.#hz = hz
    this.#stateNow = state
  }

  /** A tick begins now. */
  restart(): void {
    const state = this.#stateNow()
    state.start = this.#host.clock()
    state.taken = 0
  }

  /** The count goes on from the last tick that was taken: what changes from now on has no effect on those before. */
  rebase(): void {
    const state = this.#stateNow()
    state.start += (state.taken * nanosecondsPerSecond) / this.#hz()
    state.taken = 0
  }

  /** When the n-th tick of the count ends: the first nanosecond behind it. */
  #end(start: number, n: number): number {
    return Math.ceil(start + (n * nanosecondsPerSecond) / this.#hz() - tolerance)
  }

  /** Whole ticks that have passed and were not taken yet. */
  get passed(): number {
    const { start, taken } = this.#stateNow()
    const now = this.#host.clock()
    const guess = Math.floor(((now - start) * this.#hz()) / nanosecondsPerSecond)
    const ended = (n: number): boolean => this.#end(start, n) <= now
    const count = ended(guess + 1) ? guess + 1 : ended(guess) ? guess : guess - 1
    return Math.max(count - taken, 0)
  }

  /** So many of them are dealt with. */
  take(count: number): void {
    this.#stateNow().taken += count
  }

  /** The time at which so many more ticks than those taken will have passed. */
  after(count: number): number {
    const { start, taken } = this.#stateNow()
    return this.#end(start, taken + count)
  }
}
