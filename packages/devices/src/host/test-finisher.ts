/** SiFive's test finisher (`sifive,test0`, `sifive,test1`): one register with which the guest ends or restarts the run. */
import type { AccessSize, DeviceHost, MmioDevice } from '@guestscope/core'

/** Low half of what is written. */
const Command = { fail: 0x3333, pass: 0x5555, reset: 0x7777 } as const

/** How a board wires the finisher. */
export interface TestFinisherOptions {
  readonly host: DeviceHost
  /** Restarts the machine after the present instruction. */
  readonly reset: () => void
}

/**
 * Writing 0x5555 exits with status 0, `0x3333 | status << 16` with that status (0 … 65535), 0x7777 resets. Everything
 * else is ignored; reads give 0. Needs 16 or 32 bits.
 */
export class TestFinisher implements MmioDevice {
  readonly name = 'test-finisher'
  readonly size = 0x1000
  readonly smallest = 2
  readonly #options: TestFinisherOptions

  constructor(options: TestFinisherOptions) {
    this.#options = options
  }

  read(_offset: number, _size: AccessSize): number {
    return 0
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (offset !== 0 || size === 1) return
    const command = value & 0xffff
    if (command === Command.pass) this.#options.host.exit(0)
    else if (command === Command.fail) this.#options.host.exit(value >>> 16)
    else if (command === Command.reset) this.#options.reset()
  }
}
