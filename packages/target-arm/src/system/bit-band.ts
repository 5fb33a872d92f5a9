/**
 * Bit-banding (Cortex-M3 and M4 technical reference manuals, "Bit-banding"): in an alias region every word stands for one
 * bit of the first megabyte of SRAM or of peripherals.
 */
import type { AccessSize, MmioDevice } from '@guestscope/core'
import type { Bus } from './bus.ts'

/** Alias region → what it stands for. */
export const bitBands: readonly { readonly alias: bigint; readonly target: number }[] = [
  { alias: 0x22000000n, target: 0x20000000 },
  { alias: 0x42000000n, target: 0x40000000 },
]

export class BitBand implements MmioDevice {
  readonly name = 'bit-band alias'
  readonly size = 0x2000000
  readonly #bus: Bus
  readonly #target: number

  constructor(bus: Bus, target: number) {
    this.#bus = bus
    this.#target = target
  }

  /** The access behind an access has its size. */
  #place(offset: number, size: AccessSize): { address: number; bit: number } {
    const address = (this.#target + (offset >>> 5)) & -size
    return { address: address >>> 0, bit: (offset >>> 2) & (8 * size - 1) }
  }

  read(offset: number, size: AccessSize): number {
    const { address, bit } = this.#place(offset, size)
    return ((this.#bus.load(address, size) ?? 0) >>> bit) & 1
  }

  write(offset: number, size: AccessSize, value: number): void {
    const { address, bit } = this.#place(offset, size)
    const old = this.#bus.load(address, size) ?? 0
    this.#bus.store(address, size, value & 1 ? old | (1 << bit) : old & ~(1 << bit))
  }
}
