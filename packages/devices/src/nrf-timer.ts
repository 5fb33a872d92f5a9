/** A timer of Nordic's nRF51 ("nRF51 Series Reference Manual", chapter 18): counts up, compares with four registers. */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'

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
const instructionsPerSecond = 1_000_000_000
const channels = [0, 1, 2, 3]

export class NrfTimer implements MmioDevice {
  readonly name = 'nrf-timer'
  readonly size = 0x1000
  readonly #options: NrfTimerOptions
  #running = false
  #counts = false
  /** The counter when the time was `#since` (instructions). */
  #counter = 0
  #since = 0
  #width = 0
  #prescaler = 0
  #shortcuts = 0
  #interrupts = 0
  readonly #compare = new Uint32Array(4)
  readonly #events = new Uint8Array(4)

  constructor(options: NrfTimerOptions) {
    this.#options = options
  }

  reset(): void {
    this.#running = this.#counts = false
    this.#counter = this.#width = this.#prescaler = this.#shortcuts = this.#interrupts = 0
    this.#compare.fill(0)
    this.#events.fill(0)
    this.#plan()
    this.#update()
  }

  get #limit(): number {
    return 2 ** (widths[this.#width] as number)
  }
  get #perTick(): number {
    return (instructionsPerSecond * 2 ** this.#prescaler) / clockHz
  }
  /** Ticks from the counter to a compare register: never 0. */
  #distance(channel: number): number {
    const limit = this.#limit
    return (((this.#compare[channel] as number) - this.#counter + limit - 1) % limit) + 1
  }

  /** Brings the counter up to date, through every event on the way. */
  #settle(): void {
    if (!this.#running || this.#counts) return
    for (;;) {
      const ticks = Math.floor((this.#options.host.clock() - this.#since) / this.#perTick + 1e-9)
      const next = Math.min(...channels.map(c => this.#distance(c)))
      const step = Math.min(ticks, next)
      if (step <= 0) return
      this.#since += step * this.#perTick
      this.#counter = (this.#counter + step) % this.#limit
      if (step === next) this.#match()
      if (!this.#running) return
    }
  }

  /** The counter has come to a value: events, and what they bring with them. */
  #match(): void {
    const reached = channels.filter(c => this.#compare[c] === this.#counter)
    for (const c of reached) {
      this.#events[c] = 1
      if (this.#shortcuts & (1 << c)) this.#counter = 0
      if (this.#shortcuts & (1 << (c + 8))) this.#running = false
    }
    this.#update()
  }

  #update(): void {
    this.#options.line(channels.some(c => this.#events[c] && this.#interrupts & (1 << (c + 16))))
  }

  /** A deadline at the next match that would raise the line. */
  #plan(): void {
    const { host } = this.#options
    const watched = channels.filter(c => this.#interrupts & (1 << (c + 16)) && !this.#events[c])
    // Shortcuts change the counter: look at every match then.
    const all = this.#shortcuts && watched.length ? channels : watched
    if (!this.#running || this.#counts || !all.length) return host.cancel(this)
    const ticks = Math.min(...all.map(c => this.#distance(c)))
    host.schedule(this, Math.ceil(this.#since + ticks * this.#perTick - 1e-6), () => {
      this.#settle()
      this.#plan()
    })
  }

  read(offset: number, _size: AccessSize): number {
    this.#settle()
    const at = offset & ~3
    if (at >= compareEvent && at < compareEvent + 16) return this.#events[(at - compareEvent) >> 2] ?? 0
    if (at >= Reg.compare && at < Reg.compare + 16) return this.#compare[(at - Reg.compare) >> 2] ?? 0
    switch (at) {
      case Reg.shortcuts:
        return this.#shortcuts
      case Reg.enableInterrupts:
      case Reg.disableInterrupts:
        return this.#interrupts
      case Reg.mode:
        return this.#counts ? 1 : 0
      case Reg.width:
        return this.#width
      case Reg.prescaler:
        return this.#prescaler
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
      if (value === 0) this.#events[(at - compareEvent) >> 2] = 0
    } else if (at >= Reg.compare && at < Reg.compare + 16) {
      this.#compare[(at - Reg.compare) >> 2] = value % this.#limit
    } else if (at === Reg.shortcuts) this.#shortcuts = value & 0xf0f
    else if (at === Reg.enableInterrupts) this.#interrupts |= value & 0xf0000
    else if (at === Reg.disableInterrupts) this.#interrupts &= ~value
    else if (at === Reg.mode) this.#counts = (value & 1) !== 0
    else if (at === Reg.width) this.#width = value & 3
    else if (at === Reg.prescaler) this.#prescaler = value & 15
  }

  #task(task: number): void {
    const { host } = this.#options
    if (task === Task.start && !this.#running) {
      this.#running = true
      this.#since = host.clock()
    } else if (task === Task.stop || task === Task.shutDown) this.#running = false
    else if (task === Task.count && this.#counts) {
      this.#counter = (this.#counter + 1) % this.#limit
      this.#match()
    } else if (task === Task.clear) {
      this.#counter = 0
      this.#since = host.clock()
    } else if (task >= Task.capture && task < Task.capture + 16)
      this.#compare[(task - Task.capture) >> 2] = this.#counter
  }
}
