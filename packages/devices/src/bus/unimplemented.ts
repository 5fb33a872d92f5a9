/** A range of addresses where a board has something that is not modelled: reads give a fixed value, writes are lost. */
import type { AccessSize, MmioDevice } from '@guestscope/core'

export class Unimplemented implements MmioDevice {
  readonly name: string
  readonly size: number
  readonly #value: number
  readonly #read: ((offset: number) => void) | undefined

  /** `read` hears of the reads of CPUs: see `BoardHost.absentRead`. */
  constructor(name: string, size: number, value = 0, read?: (offset: number) => void) {
    this.name = name
    this.size = size
    this.#value = value
    this.#read = read
  }

  read(offset: number, _size: AccessSize, cpu?: number): number {
    if (cpu !== undefined) this.#read?.(offset)
    return this.#value
  }
  write(): void {}
}
