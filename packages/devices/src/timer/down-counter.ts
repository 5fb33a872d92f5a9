/**
 * A counter that a clock moves down to 0, and from there to its reload value at the next tick: the heart of many timers.
 * It costs nothing between the moments that matter: its value follows from the machine's time.
 */
import type { DeviceHost, Timer } from '@guestscope/core'
import { newTicks, Ticks, type TicksState } from './ticks.ts'

/** How a timer uses a counter. */
export interface DownCounterOptions {
  readonly host: DeviceHost
  /** Where the timer has the counter's state now, made by `newCounter`. */
  readonly state: () => DownCounterState
  /** Frequency of the ticks now, Hz. A change must go through `change`. */
  readonly hz: () => number
  /** It has reached 0 (once or more often). Called at that instruction while `watched`, else before the next access. */
  readonly reached: () => void
  /** A reload value of 0 makes it reach 0 at every tick; default: it stays at 0. */
  readonly reloadsZero?: boolean
}

/** Part of the state of a timer: what it can change, and the ticks so far. */
export interface DownCounterState {
  value: number
  /** What follows 0; with 0 it stays at 0 (but see `reloadsZero`). */
  reload: number
  running: boolean
  /** At 0 it stops. */
  once: boolean
  /** Somebody waits for it to reach 0; a counter that only sets a bit that is set, or that nobody hears of, needs none. */
  watched: boolean
  readonly ticks: TicksState
}

/** A counter that stands at 0. */
export const newCounter = (): DownCounterState => ({
  value: 0,
  reload: 0,
  running: false,
  once: false,
  watched: false,
  ticks: newTicks(),
})

export class DownCounter {
  readonly #options: DownCounterOptions
  readonly #ticks: Ticks
  readonly #timer: Timer

  constructor(options: DownCounterOptions) {
    this.#options = options
    this.#ticks = new Ticks(options.host, options.hz, () => options.state().ticks)
    this.#timer = options.host.timer(() => {
      this.#settle()
      this.#plan()
    })
  }

  get #state(): DownCounterState {
    return this.#options.state()
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
    const state = this.#state
    const { value, running } = state
    change(state)
    const started = state.running && !running
    if (started || state.value !== value) this.#ticks.restart()
    this.#plan()
  }

  /** Sets `watched` alone. */
  watch(on: boolean): void {
    const state = this.#state
    if (state.watched === on) return
    state.watched = on
    this.#plan()
  }

  /** The timer has been reset, and has made its state anew. */
  reset(): void {
    this.#timer.cancel()
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
    const { reload } = this.#state
    return reload ? ticks % (reload + 1) : 0
  }

  #plan(): void {
    const ticks = this.#state.watched ? this.#ticksToZero : 0
    if (ticks) this.#timer.set(this.#ticks.after(ticks))
    else this.#timer.cancel()
  }
}
