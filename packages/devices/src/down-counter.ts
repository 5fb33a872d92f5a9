/**
 * A counter that a clock moves down to 0, and from there to its reload value at the next tick: the heart of many timers.
 * It costs nothing between the moments that matter: its value follows from the machine's time.
 */
import type { DeviceHost } from '@guestscope/core'

/** How a timer uses a counter. */
export interface DownCounterOptions {
  readonly host: DeviceHost
  /** Frequency of the ticks now, Hz. A change must go through `change`. */
  readonly hz: () => number
  /** It has reached 0 (once or more often). Called at that instruction while `watched`, else before the next access. */
  readonly reached: () => void
  /** Instructions per second of guest time; default 10^9. */
  readonly instructionsPerSecond?: number
}

/** What can be changed. */
export interface DownCounterState {
  value: number
  /** What follows 0; with 0 it stays at 0. */
  reload: number
  running: boolean
  /** At 0 it stops. */
  once: boolean
  watched: boolean
}

export class DownCounter {
  readonly #options: DownCounterOptions
  readonly #state: DownCounterState = { value: 0, reload: 0, running: false, once: false, watched: false }
  /** When the value was right, and a tick ended (instructions; not whole if ticks are not). */
  #since = 0

  constructor(options: DownCounterOptions) {
    this.#options = options
  }

  get #perTick(): number {
    return (this.#options.instructionsPerSecond ?? 1e9) / this.#options.hz()
  }

  /** The state now. */
  get state(): Readonly<DownCounterState> {
    this.#settle()
    return this.#state
  }

  /** Changes the state (or the frequency) now. Setting the value, or starting, begins a new tick. */
  change(change: (state: DownCounterState) => void): void {
    this.#settle()
    const { value, running } = this.#state
    change(this.#state)
    const started = this.#state.running && !running
    if (started || this.#state.value !== value) this.#since = this.#options.host.clock()
    this.#plan()
  }

  /** Stops, with everything 0. */
  reset(): void {
    Object.assign(this.#state, { value: 0, reload: 0, running: false, once: false, watched: false })
    this.#since = this.#options.host.clock()
    this.#options.host.cancel(this)
  }

  /** Ticks until it is 0 the next time; 0: never. */
  get #ticksToZero(): number {
    const { value, reload, running } = this.#state
    if (!running) return 0
    return value || (reload ? reload + 1 : 0)
  }

  #settle(): void {
    const state = this.#state
    const toZero = this.#ticksToZero
    if (!toZero) return
    const perTick = this.#perTick
    const ticks = Math.floor((this.#options.host.clock() - this.#since) / perTick + 1e-9)
    if (ticks <= 0) return
    this.#since += ticks * perTick
    if (ticks < toZero) {
      state.value = toZero - ticks
      return
    }
    const rest = state.reload && !state.once ? (ticks - toZero) % (state.reload + 1) : 0
    state.value = rest ? state.reload + 1 - rest : 0
    if (state.once) state.running = false
    this.#options.reached()
  }

  #plan(): void {
    const { host } = this.#options
    const ticks = this.#state.watched ? this.#ticksToZero : 0
    if (!ticks) return host.cancel(this)
    const at = Math.ceil(this.#since + ticks * this.#perTick - 1e-6)
    host.schedule(this, at, () => {
      this.#settle()
      this.#plan()
    })
  }
}
