/** The cycle counter of the data watchpoint and trace unit (Armv7-M ARM, C1.8.8); no comparators, no trace. */
import type { DeviceHost } from '@guestscope/core'

const instructionsPerSecond = 1_000_000_000
/** DWT_CTRL: the counter runs; there are no trace packets, external matches or profiling counters. */
const [enable, absent] = [1, 0x0d000000]

export class Dwt {
  readonly #host: DeviceHost
  readonly #clockHz: () => number
  #enabled = false
  /** CYCCNT minus the cycles since power-on; while the counter stands: CYCCNT. */
  #offset = 0

  constructor(host: DeviceHost, clockHz: () => number) {
    this.#host = host
    this.#clockHz = clockHz
  }

  reset(): void {
    this.#enabled = false
    this.#offset = 0
  }

  /** The processor's clock, from the machine's time: an instruction takes a nanosecond. */
  get #cycles(): number {
    return Math.floor((this.#host.clock() * this.#clockHz()) / instructionsPerSecond)
  }
  get #count(): number {
    return (this.#enabled ? this.#cycles : 0) + this.#offset
  }

  /** The processor's clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    const count = this.#count
    change()
    this.#offset += count - this.#count
  }

  /** `offset`: from 0xE0001000. */
  read(offset: number): number {
    if (offset === 0) return absent | (this.#enabled ? enable : 0)
    return offset === 4 ? (this.#count % 2 ** 32) >>> 0 : 0
  }
  write(offset: number, value: number): void {
    if (offset === 4) this.#offset = value - (this.#enabled ? this.#cycles : 0)
    if (offset !== 0) return
    const count = this.#count
    this.#enabled = (value & enable) !== 0
    this.#offset = count - (this.#enabled ? this.#cycles : 0)
  }
}
