/**
 * A counter that a clock moves down to 0, and from there to its reload value at the next tick: the heart of many timers.
 * It costs nothing between the moments that matter: its value follows from the machine's time.
 */
import type { DeviceHost } from '@guestscope/core'
import { Ticks } from './ticks.ts'

/** How a timer uses a counter. */
export interface DownCounterOptions {
  readonly host: DeviceHost
  /** Frequency of the ticks now, Hz. A change must go through `change`. */
  readonly hz: () => number
  /** It has reached 0 (once or more often). Called at that instruction while `watched`, else before the next access. */
  readonly reached: () => void
  /** A reload value of 0 makes it reach 0 at every tick; default: it stays at 0. */
  readonly reloadsZero?: boolean
}

/** What can be changed. */
export interface DownCounterState {
  value: number
  /** What follows 0; with 0 it stays at 0 (but see `reloadsZero`). */
  reload: number
  running: boolean
  /** At 0 it stops. */
  once: boolean
  /** Somebody waits for it to reach 0; a counter that only sets a bit that is set, or that nobody hears of, needs none. */
  watched: boolean
}

export class DownCounter {
  readonly #options: DownCounterOptions
  readonly #ticks: Ticks
  readonly #state: DownCounterState = { value: 0, reload: 0, running: false, once: false, watched: false }

  constructor(options: DownCounterOptions) {
    this.#options = options
    this.#ticks = new Ticks(options.host, options.hz)
  }

  /** The state now. */
  get state(): Readonly<DownCounterState> {
    this.#settle()
    return this.#state
  }

  /** Changes the state (or the frequency) now. Setting the value, or starting, begins a new tick. */
  change(change: (state: DownCounterState) => void): void {
    this.#settle()
    this.#ticks.rebase()
    const { value, running } = this.#state
    change(this.#state)
    const started = this.#state.running && !running
    if (started || this.#state.value !== value) this.#ticks.restart()
    this.#plan()
  }

  /** Sets `watched` alone. */
  watch(on: boolean): void {
    if (this.#state.watched === on) return
    this.#state.watched = on
    this.#plan()
  }

  /** Stops, with everything 0. */
  reset(): void {
    Object.assign(this.#state, { value: 0, reload: 0, running: false, once: false, watched: false })
    this.#ticks.restart()
    this.#options.host.cancel(this)
  }

  /** Ticks until it is 0 the next time; 0: never. */
  get #ticksToZero(): number {
    const { value, reload, running } = this.#state
    if (!running) return 0
    return value || (reload || this.#options.reloadsZero ? reload + 1 : 0)
  }

  #settle(): void {
    const state = this.#state
    const toZero = this.#ticksToZero
    const ticks = state.running ? this.#ticks.passed : 0
    if (ticks <= 0) return
    this.#ticks.take(ticks)
    if (!toZero) return
    if (ticks < toZero) {
      state.value = toZero - ticks
      return
    }
    const rest = state.once ? 0 : this.#rest(ticks - toZero)
    state.value = rest ? state.reload + 1 - rest : 0
    if (state.once) state.running = false
    this.#options.reached()
  }

  /** Of ticks after 0, those after the last 0. */
  #rest(ticks: number): number {
    return this.#state.reload ? ticks % (this.#state.reload + 1) : 0
  }

  #plan(): void {
    const { host } = this.#options
    const ticks = this.#state.watched ? this.#ticksToZero : 0
    if (!ticks) return host.cancel(this)
    host.schedule(this, this.#ticks.after(ticks), () => {
      this.#settle()
      this.#plan()
    })
  }
}
