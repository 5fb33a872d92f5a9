/** Memory as the exception logic and bit-banding reach it: physical addresses, no protection. */
import type { AccessSize, CpuHost } from '@guestscope/core'

interface Region {
  readonly base: number
  readonly size: number
  readonly linear: number
  readonly readonly: boolean
}

export class Bus {
  readonly #machine: CpuHost
  #regions: readonly Region[] | undefined

  constructor(machine: CpuHost) {
    this.#machine = machine
  }

  /** Numbers are quicker than the bigints of `GuestMemory`. */
  #region(address: number, size: number): Region | undefined {
    this.#regions ??= this.#machine.memory.regions.map(r => ({ ...r, base: Number(r.base) }))
    for (const r of this.#regions) {
      const offset = address - r.base
      if (offset >= 0 && offset + size <= r.size) return r
    }
    return undefined
  }

  /** Linear address of RAM that a store of so many bytes would reach; 0: it is something else. Code there is void. */
  writable(address: number, size: number): number {
    const region = this.#region(address, size)
    if (!region || region.readonly) return 0
    const linear = region.linear + address - region.base
    this.#machine.invalidate(linear, size)
    return linear
  }
  /** Linear address of RAM or ROM; 0: it is something else. */
  readable(address: number, size: number): number {
    const region = this.#region(address, size)
    return region ? region.linear + address - region.base : 0
  }

  /** An aligned load, zero-extended; undefined: nobody answers. */
  load(address: number, size: AccessSize): number | undefined {
    const { memory } = this.#machine
    const region = this.#region(address, size)
    if (!region) {
      const place = memory.deviceAt(address)
      return place && place.device.read(address - place.base, size, 0) >>> 0
    }
    const linear = region.linear + address - region.base
    if (size === 4) return memory.view.getUint32(linear, true)
    return size === 2 ? memory.view.getUint16(linear, true) : memory.view.getUint8(linear)
  }

  /** An aligned store; false: nobody answers. */
  store(address: number, size: AccessSize, value: number): boolean {
    const { memory } = this.#machine
    const region = this.#region(address, size)
    if (!region) {
      const place = memory.deviceAt(address)
      place?.device.write(
        address - place.base,
        size,
        size === 4 ? value >>> 0 : value & (2 ** (8 * size) - 1),
        0,
      )
      return place !== undefined
    }
    if (region.readonly) return true
    const linear = region.linear + address - region.base
    this.#machine.invalidate(linear, size)
    if (size === 4) memory.view.setInt32(linear, value, true)
    else if (size === 2) memory.view.setInt16(linear, value, true)
    else memory.view.setInt8(linear, value)
    return true
  }
}
