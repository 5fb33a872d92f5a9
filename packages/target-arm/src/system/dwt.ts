/** The cycle counter of the data watchpoint and trace unit (Armv7-M ARM, C1.8.8); no comparators, no trace. */
import type { DeviceHost } from '@guestscope/core'

const instructionsPerSecond = 1_000_000_000
/** DWT_CTRL: the counter runs; there are no trace packets, external matches or profiling counters. */
const [enable, absent] = [1, 0x0d000000]

const initial = {
  enabled: false,
  /** CYCCNT minus the cycles since power-on; while the counter stands: CYCCNT. */
  offset: 0,
}

export class Dwt {
  state: typeof initial = structuredClone(initial)
  readonly #host: DeviceHost
  readonly #clockHz: () => number

  constructor(host: DeviceHost, clockHz: () => number) {
    this.#host = host
    this.#clockHz = clockHz
  }

  reset(): void {
    this.state = structuredClone(initial)
  }

  /** The processor's clock, from the machine's time: an instruction takes a nanosecond. */
  get #cycles(): number {
    return Math.floor((this.#host.clock() * this.#clockHz()) / instructionsPerSecond)
  }
  get #count(): number {
    return (this.state.enabled ? this.#cycles : 0) + this.state.offset
  }

  /** The processor's clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    const count = this.#count
    change()
    this.state.offset += count - this.#count
  }

  /** `offset`: from 0xE0001000. */
  read(offset: number): number {
    if (offset === 0) return absent | (this.state.enabled ? enable : 0)
    return offset === 4 ? (this.#count % 2 ** 32) >>> 0 : 0
  }
  write(offset: number, value: number): void {
    if (offset === 4) this.state.offset = value - (this.state.enabled ? this.#cycles : 0)
    if (offset !== 0) return
    const count = this.#count
    this.state.enabled = (value & enable) !== 0
    this.state.offset = count - (this.state.enabled ? this.#cycles : 0)
  }
}
