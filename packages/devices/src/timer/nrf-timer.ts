/** A timer of Nordic's nRF51 ("nRF51 Series Reference Manual", chapter 18): counts up, compares with four registers. */
import type { AccessSize, DeviceHost, Line, MmioDevice, Timer } from '@guestscope/core'
import { newTicks, Ticks, type TicksState } from './ticks.ts'

/** How a board wires the timer. */
export interface NrfTimerOptions {
  readonly host: DeviceHost
  readonly line: Line
}

const Task = { start: 0x00, stop: 0x04, count: 0x08, clear: 0x0c, shutDown: 0x10, capture: 0x40 } as const
const compareEvent = 0x140
const Reg = {
  shortcuts: 0x200,
  enableInterrupts: 0x304,
  disableInterrupts: 0x308,
  mode: 0x504,
  width: 0x508,
  prescaler: 0x510,
  compare: 0x540,
} as const
/** Bits of the counter by BITMODE. */
const widths = [16, 8, 24, 32]
const clockHz = 16_000_000
const channels = [0, 1, 2, 3]
const never = Number.POSITIVE_INFINITY

const initial = {
  running: false,
  counts: false,
  /** The counter after the ticks that were taken. */
  counter: 0,
  ticks: newTicks() as TicksState,
  width: 0,
  prescaler: 0,
  shortcuts: 0,
  interrupts: 0,
  compare: new Uint32Array(4) as Uint32Array,
  events: new Uint8Array(4) as Uint8Array,
}

export class NrfTimer implements MmioDevice {
  readonly name = 'nrf-timer'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: NrfTimerOptions
  readonly #ticks: Ticks
  readonly #timer: Timer

  constructor(options: NrfTimerOptions) {
    this.#options = options
    const hz = (): number => clockHz / 2 ** this.state.prescaler
    this.#ticks = new Ticks(options.host, hz, () => this.state.ticks)
    this.#timer = options.host.timer(() => {
      this.#settle()
      this.#plan()
    })
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#plan()
    this.#update()
  }

  get #limit(): number {
    return 2 ** (widths[this.state.width] as number)
  }
  /** The value that a compare register waits for. */
  #target(channel: number): number {
    return (this.state.compare[channel] as number) % this.#limit
  }
  /** Ticks from a value of the counter to a compare register: never 0. */
  #distance(channel: number, from: number): number {
    const limit = this.#limit
    return ((this.#target(channel) - from + limit - 1) % limit) + 1
  }
  /** Ticks to where a shortcut next clears or stops the counter; Infinity: it runs freely. */
  #toTurn(from: number): number {
    const turns = channels.filter(c => this.state.shortcuts & (0x101 << c))
    return Math.min(...turns.map(c => this.#distance(c, from)))
  }

  /**
   * Brings the counter up to date. From its first turn at 0 on every period is as the one before, and brings events that
   * are there already: whole ones are left out.
   */
  #settle(): void {
    if (!this.state.running || this.state.counts) return
    let ticks = this.#ticks.passed
    this.#ticks.take(ticks)
    for (let turns = 0; ; turns++) {
      const toTurn = this.#toTurn(this.state.counter)
      if (turns === 2) ticks %= toTurn
      if (ticks < toTurn) return this.#advance(ticks)
      this.#advance(toTurn)
      ticks -= toTurn
      this.#turn()
      if (!this.state.running) return
    }
  }

  /** So many ticks that lead through no turn, or to one. */
  #advance(ticks: number): void {
    if (!ticks) return
    for (const c of channels) if (this.#distance(c, this.state.counter) <= ticks) this.state.events[c] = 1
    this.state.counter = (this.state.counter + ticks) % this.#limit
    this.#update()
  }
  /** What shortcuts do at the values that the counter has come to. */
  #turn(): void {
    let shortcuts = 0
    for (const c of channels)
      if (this.#target(c) === this.state.counter) shortcuts |= this.state.shortcuts & (0x101 << c)
    if (shortcuts & 0xff) this.state.counter = 0
    if (shortcuts >> 8) this.state.running = false
  }

  #update(): void {
    this.#options.line(channels.some(c => this.state.events[c] && this.state.interrupts & (1 << (c + 16))))
  }

  /** A deadline at the next event that raises the line. */
  #plan(): void {
    const ticks = this.state.running && !this.state.counts ? this.#toWatched() : never
    if (ticks === never) this.#timer.cancel()
    else this.#timer.set(this.#ticks.after(ticks))
  }

  /** Ticks to the first event that raises the line. */
  #toWatched(): number {
    const watched = channels.filter(c => this.state.interrupts & (1 << (c + 16)) && !this.state.events[c])
    const nearest = (from: number): number => Math.min(...watched.map(c => this.#distance(c, from)))
    const [first, toTurn] = [nearest(this.state.counter), this.#toTurn(this.state.counter)]
    if (first <= toTurn || toTurn === never) return first
    const at = (this.state.counter + toTurn) % this.#limit
    if (channels.some(c => this.#target(c) === at && this.state.shortcuts & (0x100 << c))) return never
    // The counter is cleared there.
    return nearest(0) <= this.#toTurn(0) ? toTurn + nearest(0) : never
  }

  read(offset: number, _size: AccessSize): number {
    this.#settle()
    const at = offset & ~3
    if (at >= compareEvent && at < compareEvent + 16) return this.state.events[(at - compareEvent) >> 2] ?? 0
    if (at >= Reg.compare && at < Reg.compare + 16) return this.state.compare[(at - Reg.compare) >> 2] ?? 0
    switch (at) {
      case Reg.shortcuts:
        return this.state.shortcuts
      case Reg.enableInterrupts:
      case Reg.disableInterrupts:
        return this.state.interrupts
      case Reg.mode:
        return this.state.counts ? 1 : 0
      case Reg.width:
        return this.state.width
      case Reg.prescaler:
        return this.state.prescaler
      default:
        return 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    this.#settle()
    this.#write(offset & ~3, value)
    this.#plan()
    this.#update()
  }

  #write(at: number, value: number): void {
    if (at < compareEvent) {
      if (value === 1) this.#task(at)
    } else if (at < compareEvent + 16) {
      if (value === 0) this.state.events[(at - compareEvent) >> 2] = 0
    } else if (at >= Reg.compare && at < Reg.compare + 16) {
      this.state.compare[(at - Reg.compare) >> 2] = value % this.#limit
    } else if (at === Reg.shortcuts) this.state.shortcuts = value & 0xf0f
    else if (at === Reg.enableInterrupts) this.state.interrupts |= value & 0xf0000
    else if (at === Reg.disableInterrupts) this.state.interrupts &= ~value
    else this.#configure(at, value)
  }

  /** Ticks so far were of the old kind. */
  #configure(at: number, value: number): void {
    this.#ticks.rebase()
    if (at === Reg.mode) {
      this.state.counts = (value & 1) !== 0
      this.#ticks.restart()
    } else if (at === Reg.width) {
      this.state.width = value & 3
      this.state.counter %= this.#limit
    } else if (at === Reg.prescaler) this.state.prescaler = value & 15
  }

  #task(task: number): void {
    if (task === Task.start && !this.state.running) {
      this.state.running = true
      this.#ticks.restart()
    } else if (task === Task.stop || task === Task.shutDown) this.state.running = false
    else if (task === Task.count && this.state.counts) {
      this.#advance(1)
      this.#turn()
    } else if (task === Task.clear) {
      this.state.counter = 0
      this.#ticks.restart()
    } else if (task >= Task.capture && task < Task.capture + 16)
      this.state.compare[(task - Task.capture) >> 2] = this.state.counter
  }
}
