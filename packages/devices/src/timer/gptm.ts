/**
 * The general-purpose timer of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 10): one 32-bit timer, one
 * real-time clock, or two 16-bit timers with prescalers, one-shot or periodic. Nothing is captured, and no pin is driven. A
 * period is as many ticks as the load value, as on QEMU.
 */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { type RegisterTable, resetValues } from '../registers.ts'
import { DownCounter, type DownCounterState, newCounter } from './down-counter.ts'

/** How a board wires the timer. */
export interface GptmOptions {
  readonly host: DeviceHost
  /** The interrupt of timer A, and of the 32-bit modes. */
  readonly line: Line
  /** The interrupt of timer B; absent: it leads nowhere. */
  readonly lineB?: Line
  /** Frequency of the system clock now; before and after a change `clockChanges` must be called. */
  readonly clockHz: () => number
}

const Reg = {
  configuration: 0x00,
  modeA: 0x04,
  modeB: 0x08,
  control: 0x0c,
  mask: 0x18,
  raw: 0x1c,
  masked: 0x20,
  clear: 0x24,
  loadA: 0x28,
  loadB: 0x2c,
  matchA: 0x30,
  matchB: 0x34,
  prescaleA: 0x38,
  prescaleB: 0x3c,
  prescaleMatchA: 0x40,
  prescaleMatchB: 0x44,
  valueA: 0x48,
  valueB: 0x4c,
} as const
/** Registers that can be written: the bits that exist, and the value after reset. */
const kept: RegisterTable = new Map([
  [Reg.configuration, [7, 0]],
  [Reg.modeA, [0xf, 0]],
  [Reg.modeB, [0xf, 0]],
  [Reg.control, [0x6f7f, 0]],
  [Reg.mask, [0x70f, 0]],
  [Reg.loadA, [-1, 0xffffffff]],
  [Reg.loadB, [0xffff, 0xffff]],
  [Reg.matchA, [-1, 0xffffffff]],
  [Reg.matchB, [0xffff, 0xffff]],
  [Reg.prescaleA, [0xff, 0]],
  [Reg.prescaleB, [0xff, 0]],
  [Reg.prescaleMatchA, [0xff, 0]],
  [Reg.prescaleMatchB, [0xff, 0]],
])
/** Values of the configuration, and of the mode. */
const Configuration = { timer32: 0, clock: 1, split: 4 } as const
const Mode = { oneShot: 1, capture: 3 } as const
/** The match of the real-time clock, and what is timer A's. */
const [clockMatch, interruptsOfA] = [8, 0xff]

/** What differs between the two halves. */
interface Half {
  readonly mode: number
  readonly load: number
  readonly prescale: number
  /** TAEN or TBEN; the bit of the time-out. */
  readonly enable: number
  readonly timeOut: number
  readonly counter: DownCounter
}

const initial = {
  registers: resetValues(kept) as Map<number, number>,
  raw: 0,
  a: newCounter() as DownCounterState,
  b: newCounter() as DownCounterState,
}

export class Gptm implements MmioDevice {
  readonly name = 'gptm'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: GptmOptions
  readonly #a: Half
  readonly #b: Half

  constructor(options: GptmOptions) {
    this.#options = options
    const half = (name: 'a' | 'b', mode: number, load: number, prescale: number, enable: number): Half => {
      const made: Half = {
        ...{ mode, load, prescale, enable, timeOut: enable },
        counter: new DownCounter({
          host: options.host,
          state: () => this.state[name],
          hz: () => this.#hz(prescale),
          reached: () => this.#reached(made),
          reloadsZero: true,
        }),
      }
      return made
    }
    this.#a = half('a', Reg.modeA, Reg.loadA, Reg.prescaleA, 1)
    this.#b = half('b', Reg.modeB, Reg.loadB, Reg.prescaleB, 0x100)
  }

  reset(): void {
    this.state = structuredClone(initial)
    for (const { counter } of [this.#a, this.#b]) counter.reset()
    this.#update()
  }

  /** The system clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    this.#a.counter.change(() => this.#b.counter.change(change))
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  get #configuration(): number {
    return this.#get(Reg.configuration)
  }
  get #isClock(): boolean {
    return this.#configuration === Configuration.clock
  }

  /** The real-time clock ticks once a second. */
  #hz(prescale: number): number {
    if (this.#isClock) return 1
    const divisor = this.#configuration === Configuration.split ? this.#get(prescale) + 1 : 1
    return this.#options.clockHz() / divisor
  }

  #update(): void {
    const active = this.state.raw & this.#get(Reg.mask)
    const { line, lineB } = this.#options
    line((active & interruptsOfA) !== 0)
    lineB?.((active & ~interruptsOfA) !== 0)
    // What would set a bit that is set, or whose interrupt is masked, need not be heard of at once.
    const awaited = this.#get(Reg.mask) & ~this.state.raw
    this.#a.counter.watch((awaited & (this.#isClock ? clockMatch : this.#a.timeOut)) !== 0)
    this.#b.counter.watch((awaited & this.#b.timeOut) !== 0)
  }

  #reached({ mode, enable, timeOut }: Half): void {
    if (this.#isClock) this.state.raw |= clockMatch
    else {
      this.state.raw |= timeOut
      if ((this.#get(mode) & 3) === Mode.oneShot)
        this.state.registers.set(Reg.control, this.#get(Reg.control) & ~enable)
    }
    this.#update()
  }

  /** Seconds of the real-time clock: its counter has those to the match, and is 0 with them. */
  #seconds(value: number): number {
    return value ? this.#get(Reg.matchA) + 1 - value : 0
  }

  read(offset: number, _size: AccessSize): number {
    const [a, b] = [this.#a, this.#b].map(({ counter }) => counter.state)
    switch (offset & ~3) {
      case Reg.raw:
        return this.state.raw
      case Reg.masked:
        return this.state.raw & this.#get(Reg.mask)
      case Reg.valueA:
        return this.#isClock ? this.#seconds(a?.value ?? 0) : (a?.value ?? 0)
      case Reg.valueB:
        return (b?.value ?? 0) & 0xffff
      default:
        return this.#get(offset & ~3)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    void [this.#a.counter.state, this.#b.counter.state]
    if (at === Reg.clear) this.state.raw &= ~value
    const bits = kept.get(at)?.[0]
    if (bits !== undefined) this.#set(at, (value & bits) >>> 0)
    this.#update()
  }

  #set(at: number, value: number): void {
    const changed = this.#get(at) ^ value
    const seconds = this.#seconds(this.#a.counter.state.value)
    // Frequencies may follow.
    if (at === Reg.control) this.state.registers.set(at, value)
    else this.clockChanges(() => this.state.registers.set(at, value))
    for (const half of [this.#a, this.#b]) {
      const started = at === Reg.control && (changed & half.enable) !== 0
      if (started) this.#start(half, (value & half.enable) !== 0)
      else if (at === half.load) this.#load(half)
    }
    if (at === Reg.matchA && this.#isClock) this.#rematch(seconds)
  }

  /** Ticks of a period; 0: this half does not count in this mode. */
  #period({ load, mode }: Half): number {
    const isA = load === Reg.loadA
    if (this.#isClock) return isA ? this.#get(Reg.matchA) + 1 : 0
    if ((this.#get(mode) & 3) === Mode.capture) return 0
    if (this.#configuration === Configuration.split) return this.#get(load) & 0xffff
    return isA && this.#configuration === Configuration.timer32 ? this.#get(load) : 0
  }

  #start(half: Half, on: boolean): void {
    const period = this.#period(half)
    half.counter.change(state => {
      state.running = on && period > 0
      state.once = !this.#isClock && (this.#get(half.mode) & 3) === Mode.oneShot
      state.value = this.#isClock ? 0 : period
      state.reload = Math.max(period - 1, 0)
    })
  }
  /** The real-time clock goes on from where it is to a new match. */
  #rematch(seconds: number): void {
    const match = this.#get(Reg.matchA)
    this.#a.counter.change(state => {
      state.reload = match
      state.value = seconds && Math.max(match + 1 - seconds, 1)
    })
  }
  /** A new load value is taken at once. */
  #load(half: Half): void {
    const { running } = half.counter.state
    if (running && !this.#isClock) this.#start(half, true)
  }
}
