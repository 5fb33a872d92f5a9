/**
 * The dual-input timer of Arm's Cortex-M System Design Kit (Technical Reference Manual, 4.2): two counters of 16 or 32
 * bits with prescalers, free-running, periodic or one-shot.
 */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { DownCounter, type DownCounterState, newCounter } from './down-counter.ts'

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

interface ChannelState {
  control: number
  load: number
  raw: boolean
  readonly counter: DownCounterState
}
const newChannel = (): ChannelState => ({
  control: Control.interrupt,
  load: 0,
  raw: false,
  counter: { ...newCounter(), value: 0xffff },
})
const initial = [newChannel() as ChannelState, newChannel() as ChannelState] as const

class Channel {
  readonly #counter: DownCounter
  readonly #update: () => void
  readonly #stateNow: () => ChannelState

  constructor(host: DeviceHost, clockHz: number, update: () => void, state: () => ChannelState) {
    this.#update = update
    this.#stateNow = state
    this.#counter = new DownCounter({
      host,
      state: () => state().counter,
      hz: () => clockHz / (divisors[(state().control & Control.prescale) >> 2] as number),
      reached: () => {
        this.#setRaw(true)
      },
    })
  }

  get #state(): ChannelState {
    return this.#stateNow()
  }

  reset(): void {
    this.#counter.reset()
  }

  /** Until the guest takes an interrupt, another one is no news. */
  #setRaw(on: boolean): void {
    this.#state.raw = on
    this.#update()
    this.#counter.watch(this.#watched)
  }
  get #watched(): boolean {
    return !this.#state.raw && (this.#state.control & Control.interrupt) !== 0
  }

  get #mask(): number {
    return this.#state.control & Control.wide ? 0xffffffff : 0xffff
  }
  get interrupt(): boolean {
    return this.#state.raw && (this.#state.control & Control.interrupt) !== 0
  }

  read(offset: number): number {
    const { value } = this.#counter.state
    switch (offset) {
      case Reg.load:
      case Reg.background:
        return this.#state.load
      case Reg.value:
        return value
      case Reg.control:
        return this.#state.control
      case Reg.raw:
        return this.#state.raw ? 1 : 0
      case Reg.masked:
        return this.interrupt ? 1 : 0
      default:
        return 0
    }
  }

  write(offset: number, value: number): void {
    switch (offset) {
      case Reg.load:
        this.#state.load = value
        return this.#configure(value)
      case Reg.background:
        this.#state.load = value
        return this.#configure()
      case Reg.control:
        // Ticks so far were divided as before.
        this.#counter.change(() => {
          this.#state.control = value & Control.all
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
    const control = this.#state.control
    this.#counter.change(state => {
      state.reload = ((control & Control.periodic ? this.#state.load : this.#mask) & this.#mask) >>> 0
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
  state: typeof initial = structuredClone(initial)
  readonly #channels: readonly [Channel, Channel]

  constructor({ host, line, clockHz }: CmsdkDualTimerOptions) {
    const update = (): void => line(this.#channels.some(c => c.interrupt))
    this.#channels = [
      new Channel(host, clockHz, update, () => this.state[0]),
      new Channel(host, clockHz, update, () => this.state[1]),
    ]
  }

  reset(): void {
    this.state = structuredClone(initial)
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
