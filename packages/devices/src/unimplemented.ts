/** A range of addresses where a board has something that is not modelled: reads give a fixed value, writes are lost. */
import type { MmioDevice } from '@guestscope/core'

export class Unimplemented implements MmioDevice {
  readonly name: string
  readonly size: number
  readonly #value: number

  constructor(name: string, size: number, value = 0) {
    this.name = name
    this.size = size
    this.#value = value
  }

  read(): number {
    return this.#value
  }
  write(): void {}
}
