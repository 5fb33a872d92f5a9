/**
 * The dual-input timer of Arm's Cortex-M System Design Kit (Technical Reference Manual, 4.2): two counters of 16 or 32
 * bits with prescalers, free-running, periodic or one-shot.
 */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { DownCounter } from './down-counter.ts'

/** How a board wires the timers: one line for both. */
export interface CmsdkDualTimerOptions {
  readonly host: DeviceHost
  readonly line: Line
  readonly clockHz: number
}

const Reg = { load: 0, value: 4, control: 8, clear: 12, raw: 16, masked: 20, background: 24 } as const
const Control = {
  once: 1,
  wide: 2,
  prescale: 12,
  interrupt: 0x20,
  periodic: 0x40,
  enable: 0x80,
  all: 0xef,
} as const
const divisors = [1, 16, 256, 256]
const identification = [4, 0, 0, 0, 0x23, 0xb8, 0x1b, 0, 0x0d, 0xf0, 0x05, 0xb1]

class Channel {
  readonly #counter: DownCounter
  readonly #update: () => void
  #control = 0
  #load = 0
  #raw = false

  constructor(host: DeviceHost, clockHz: number, update: () => void) {
    this.#update = update
    this.#counter = new DownCounter({
      host,
      hz: () => clockHz / (divisors[(this.#control & Control.prescale) >> 2] as number),
      reached: () => {
        this.#setRaw(true)
      },
    })
  }

  reset(): void {
    this.#counter.reset()
    this.#control = Control.interrupt
    this.#load = 0
    this.#raw = false
    this.#counter.change(state => {
      state.value = this.#mask
    })
  }

  /** Until the guest takes an interrupt, another one is no news. */
  #setRaw(on: boolean): void {
    this.#raw = on
    this.#update()
    this.#counter.watch(this.#watched)
  }
  get #watched(): boolean {
    return !this.#raw && (this.#control & Control.interrupt) !== 0
  }

  get #mask(): number {
    return this.#control & Control.wide ? 0xffffffff : 0xffff
  }
  get interrupt(): boolean {
    return this.#raw && (this.#control & Control.interrupt) !== 0
  }

  read(offset: number): number {
    const { value } = this.#counter.state
    switch (offset) {
      case Reg.load:
      case Reg.background:
        return this.#load
      case Reg.value:
        return value
      case Reg.control:
        return this.#control
      case Reg.raw:
        return this.#raw ? 1 : 0
      case Reg.masked:
        return this.interrupt ? 1 : 0
      default:
        return 0
    }
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case Reg.load:
        this.#load = value
        return this.#configure(value)
      case Reg.background:
        this.#load = value
        return this.#configure()
      case Reg.control:
        // Ticks so far were divided as before.
        this.#counter.change(() => {
          this.#control = value & Control.all
        })
        this.#configure()
        return this.#update()
      case Reg.clear:
        void this.#counter.state
        return this.#setRaw(false)
    }
  }

  /** Makes the counter do what the registers say. */
  #configure(value?: number): void {
    const control = this.#control
    this.#counter.change(state => {
      state.reload = ((control & Control.periodic ? this.#load : this.#mask) & this.#mask) >>> 0
      state.running = (control & Control.enable) !== 0
      state.once = (control & Control.once) !== 0
      state.watched = this.#watched
      state.value = ((value ?? state.value) & this.#mask) >>> 0
    })
  }
}

export class CmsdkDualTimer implements MmioDevice {
  readonly name = 'cmsdk-dual-timer'
  readonly size = 0x1000
  readonly #channels: readonly [Channel, Channel]

  constructor({ host, line, clockHz }: CmsdkDualTimerOptions) {
    const update = (): void => line(this.#channels.some(c => c.interrupt))
    this.#channels = [new Channel(host, clockHz, update), new Channel(host, clockHz, update)]
  }

  reset(): void {
    for (const channel of this.#channels) channel.reset()
  }

  read(offset: number, _size: AccessSize): number {
    if (offset >= 0xfd0) return identification[(offset - 0xfd0) >> 2] ?? 0
    return this.#channels[offset >> 5]?.read(offset & 0x1c) ?? 0
  }
  write(offset: number, _size: AccessSize, value: number): void {
    this.#channels[offset >> 5]?.write(offset & 0x1c, value)
  }
}
