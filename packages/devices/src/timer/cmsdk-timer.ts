/** The timer of Arm's Cortex-M System Design Kit (Technical Reference Manual, 4.1): 32 bits, counting down. */
import type { AccessSize, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { DownCounter, type DownCounterState, newCounter } from './down-counter.ts'

/** How a board wires the timer. */
export interface CmsdkTimerOptions {
  readonly host: DeviceHost
  readonly line: Line
  readonly clockHz: number
}

const Reg = { control: 0, value: 4, reload: 8, interrupt: 12 } as const
/** Bits of CTRL; those for an external input do nothing. */
const Control = { enable: 1, interrupt: 8, all: 15 } as const
const identification = [4, 0, 0, 0, 0x22, 0xb8, 0x1b, 0, 0x0d, 0xf0, 0x05, 0xb1]

const initial = { control: 0, interrupt: false, counter: newCounter() as DownCounterState }

export class CmsdkTimer implements MmioDevice {
  readonly name = 'cmsdk-timer'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #line: Line
  readonly #counter: DownCounter

  constructor({ host, line, clockHz }: CmsdkTimerOptions) {
    this.#line = line
    this.#counter = new DownCounter({
      host,
      state: () => this.state.counter,
      hz: () => clockHz,
      reached: () =>
        this.#setInterrupt((this.state.control & Control.interrupt) !== 0 || this.state.interrupt),
    })
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#counter.reset()
    this.#setInterrupt(false)
  }

  #setInterrupt(on: boolean): void {
    this.state.interrupt = on
    this.#line(on)
    // Until the guest takes it, another one is no news.
    this.#counter.watch(!on && (this.state.control & Control.interrupt) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    const { value, reload } = this.#counter.state
    switch (offset & ~3) {
      case Reg.control:
        return this.state.control
      case Reg.value:
        return value
      case Reg.reload:
        return reload
      case Reg.interrupt:
        return this.state.interrupt ? 1 : 0
      default:
        return identification[(offset - 0xfd0) >> 2] ?? 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset & ~3) {
      case Reg.control:
        return this.#counter.change(state => {
          this.state.control = value & Control.all
          state.running = (value & Control.enable) !== 0
          state.watched = (value & Control.interrupt) !== 0 && !this.state.interrupt
        })
      case Reg.value:
        return this.#counter.change(state => {
          state.value = value
        })
      case Reg.reload:
        // The counter begins anew with it.
        return this.#counter.change(state => {
          state.reload = value
          state.value = value
        })
      case Reg.interrupt:
        void this.#counter.state
        if (value & 1) this.#setInterrupt(false)
    }
  }
}
