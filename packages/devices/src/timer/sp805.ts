/**
 * Watchdog SP805 ("ARM Watchdog Module (SP805) Technical Reference Manual"), also in the form of Luminary Micro ("LM3S6965
 * Data Sheet", chapter 11): counts down; the first 0 raises an interrupt, and the second one, if that is not cleared, resets
 * the machine.
 */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { DownCounter, type DownCounterState, newCounter } from './down-counter.ts'

/** How a board wires the watchdog. */
export interface Sp805Options {
  readonly host: DeviceHost & { reset(): void }
  readonly line: Line
  /** Frequency of its clock now; before and after a change `clockChanges` must be called. */
  readonly clockHz: () => number
  /** Once it counts nothing but a reset stops it. */
  readonly luminary?: boolean
  /** The identification registers, from 0xFE0 on. Default: Arm's own. */
  readonly identification?: readonly number[]
}

const Reg = { load: 0, value: 4, control: 8, clear: 12, raw: 16, masked: 20, lock: 0xc00 } as const
const Control = { interrupt: 1, reset: 2 } as const
const unlock = 0x1acce551
const arm = [0x05, 0x18, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1]

const initial = {
  load: 0xffffffff,
  control: 0,
  raw: false,
  locked: false,
  counter: newCounter() as DownCounterState,
}

export class Sp805 implements MmioDevice {
  readonly name = 'sp805'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: Sp805Options
  readonly #counter: DownCounter

  constructor(options: Sp805Options) {
    this.#options = options
    const { host, clockHz } = options
    this.#counter = new DownCounter({
      host,
      state: () => this.state.counter,
      hz: clockHz,
      reached: () => this.#reached(),
      reloadsZero: true,
    })
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#counter.reset()
    this.#restart()
    this.#options.line(false)
  }

  /** Its clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    this.#counter.change(change)
  }

  #reached(): void {
    if (this.state.raw && this.state.control & Control.reset) this.#options.host.reset()
    this.state.raw = true
    this.#options.line(true)
    this.#counter.watch(this.#watched)
  }
  /** The second 0 matters only if it resets. */
  get #watched(): boolean {
    return !this.state.raw || (this.state.control & Control.reset) !== 0
  }

  #restart(): void {
    this.#counter.change(state => {
      state.value = state.reload = this.state.load
      state.running = (this.state.control & Control.interrupt) !== 0
      state.watched = this.#watched
    })
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    const { value } = this.#counter.state
    switch (at) {
      case Reg.load:
        return this.state.load
      case Reg.value:
        return value
      case Reg.control:
        return this.state.control
      case Reg.raw:
        return this.state.raw ? 1 : 0
      case Reg.masked:
        return this.state.raw && this.state.control & Control.interrupt ? 1 : 0
      case Reg.lock:
        return this.state.locked ? 1 : 0
      default:
        return at >= 0xfe0 ? ((this.#options.identification ?? arm)[(at - 0xfe0) >> 2] ?? 0) : 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    void this.#counter.state
    if (at === Reg.lock) this.state.locked = value >>> 0 !== unlock
    else if (this.state.locked) return
    else if (at === Reg.load) {
      this.state.load = value
      this.#restart()
    } else if (at === Reg.control) this.#setControl(value & 3)
    else if (at === Reg.clear) {
      this.state.raw = false
      this.#options.line(false)
      this.#restart()
    }
  }

  #setControl(value: number): void {
    const before = this.state.control
    const stays = this.#options.luminary ? before & Control.interrupt : 0
    this.state.control = value | stays
    if ((before ^ this.state.control) & Control.interrupt) this.#restart()
    else this.#counter.watch(this.#watched)
  }
}
