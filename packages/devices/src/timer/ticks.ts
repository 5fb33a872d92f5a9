/**
 * The ticks of a clock, counted by the machine's time: devices that count need no deadline for each of them. When a tick
 * ends is one function of its number, which deadlines and counts share: at a deadline its ticks have passed, however
 * large the numbers are and whether ticks are whole nanoseconds or not.
 */
import type { DeviceHost } from '@guestscope/core'

const nanosecondsPerSecond = 1_000_000_000
/** Of a tick's end: sums of fractions that miss a whole number by less are meant to reach it. */
const tolerance = 1e-6

export class Ticks {
  readonly #host: DeviceHost
  /** Frequency now, Hz. Before it changes, and after, `rebase` is needed. */
  readonly #hz: () => number
  /** Where the count began, and the ticks since then that were taken. */
  #start = 0
  #taken = 0

  constructor(host: DeviceHost, hz: () => number) {
    this.#host = host
    this.#hz = hz
  }

  /** A tick begins now. */
  restart(): void {
    this.#start = this.#host.clock()
    this.#taken = 0
  }

  /** The count goes on from the last tick that was taken: what changes from now on has no effect on those before. */
  rebase(): void {
    this.#start += (this.#taken * nanosecondsPerSecond) / this.#hz()
    this.#taken = 0
  }

  /** When the n-th tick of the count ends: the first nanosecond behind it. */
  #end(n: number): number {
    return Math.ceil(this.#start + (n * nanosecondsPerSecond) / this.#hz() - tolerance)
  }

  /** Whole ticks that have passed and were not taken yet. */
  get passed(): number {
    const now = this.#host.clock()
    const guess = Math.floor(((now - this.#start) * this.#hz()) / nanosecondsPerSecond)
    const count = this.#end(guess + 1) <= now ? guess + 1 : this.#end(guess) <= now ? guess : guess - 1
    return Math.max(count - this.#taken, 0)
  }

  /** So many of them are dealt with. */
  take(count: number): void {
    this.#taken += count
  }

  /** The time at which so many more ticks than those taken will have passed. */
  after(count: number): number {
    return this.#end(this.#taken + count)
  }
}
