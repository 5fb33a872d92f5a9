/**
 * The general-purpose timer of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 10): 32-bit and real-time clock
 * modes. A period of 32-bit timers is as many ticks as the load value, as on QEMU.
 */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { DownCounter } from './down-counter.ts'

/** How a board wires the timer. */
export interface GptmOptions {
  readonly host: DeviceHost
  readonly line: Line
  /** Frequency of the system clock now; before and after a change `clockChanges` must be called. */
  readonly clockHz: () => number
}

const Reg = {
  configuration: 0x00,
  mode: 0x04,
  control: 0x0c,
  mask: 0x18,
  raw: 0x1c,
  masked: 0x20,
  clear: 0x24,
  load: 0x28,
  match: 0x30,
  value: 0x48,
} as const
const Interrupt = { timeOut: 1, match: 8 } as const
/** Values of the configuration, of the mode, and TAEN. */
const [timer32, clockMode, oneShot, enable] = [0, 1, 1, 1]
const instructionsPerSecond = 1_000_000_000

export class Gptm implements MmioDevice {
  readonly name = 'gptm'
  readonly size = 0x1000
  readonly #line: Line
  readonly #counter: DownCounter
  readonly #registers = new Map<number, number>()
  #raw = 0
  /** Seconds of the real-time clock mode. */
  #seconds = 0

  constructor({ host, line, clockHz }: GptmOptions) {
    this.#line = line
    this.#counter = new DownCounter({
      host,
      // The real-time clock ticks once a second: the counter counts nanoseconds there.
      hz: () => (this.#get(Reg.configuration) === clockMode ? instructionsPerSecond : clockHz()),
      reached: () => this.#reached(),
    })
  }

  reset(): void {
    this.#registers.clear()
    this.#counter.reset()
    this.#raw = this.#seconds = 0
    this.#update()
  }

  /** The system clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    this.#counter.change(change)
  }

  #get(offset: number): number {
    return this.#registers.get(offset) ?? 0
  }
  #update(): void {
    this.#line((this.#raw & this.#get(Reg.mask)) !== 0)
  }

  #reached(): void {
    if (this.#get(Reg.configuration) === timer32) {
      this.#raw |= Interrupt.timeOut
      if (this.#get(Reg.mode) & oneShot) this.#registers.set(Reg.control, this.#get(Reg.control) & ~enable)
    } else {
      this.#seconds = this.#seconds >= this.#get(Reg.match) ? 0 : this.#seconds + 1
      if (this.#seconds === 0) this.#raw |= Interrupt.match
    }
    this.#update()
  }

  read(offset: number, _size: AccessSize): number {
    const { value } = this.#counter.state
    const at = offset & ~3
    switch (at) {
      case Reg.raw:
        return this.#raw
      case Reg.masked:
        return this.#raw & this.#get(Reg.mask)
      case Reg.value:
        return this.#get(Reg.configuration) === clockMode ? this.#seconds : value
      default:
        return this.#get(at)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    void this.#counter.state
    const at = offset & ~3
    const before = this.#get(at)
    if (at === Reg.clear) this.#raw &= ~value
    else if (at !== Reg.raw && at !== Reg.masked && at !== Reg.value) this.#registers.set(at, value)
    if (at === Reg.control && (before ^ value) & enable) this.#start((value & enable) !== 0)
    this.#update()
  }

  #start(on: boolean): void {
    const configuration = this.#get(Reg.configuration)
    // The 16-bit modes are not modelled.
    const known = configuration === timer32 || configuration === clockMode
    const period = configuration === clockMode ? instructionsPerSecond : this.#get(Reg.load)
    this.#counter.change(state => {
      state.running = on && known && period > 0
      state.once = configuration === timer32 && (this.#get(Reg.mode) & 3) === oneShot
      state.watched = true
      state.value = period
      state.reload = Math.max(period - 1, 0)
    })
  }
}
