/**
 * Linear memory: vCPU areas, the pool of decoded blocks, one flag byte per page, and the guest's RAM and ROM, all in
 * one WebAssembly memory that generated code and JavaScript share.
 */
import { BlockTable, type FlatMemory, pageSize } from '@guestscope/codegen'
import type { BuiltBoard, MemoryRegionSpec } from '../board/board.ts'
import type { MmioDevice } from '../board/device.ts'
import { Layout } from './layout.ts'

/** Flags of a page of linear memory: why stores to it take the slow path. */
export const PageFlag = { code: 1, readonly: 2 } as const

/** A range of guest physical addresses that is backed by linear memory. */
export interface MemoryRegion {
  readonly name: string
  readonly base: bigint
  /** Bytes, a multiple of 4096. */
  readonly size: number
  readonly readonly: boolean
  /** See `MemoryRegionSpec.stored`. */
  readonly stored?: MemoryRegionSpec['stored']
  /** Linear address of the first byte. */
  readonly linear: number
}

/** A device on the bus. */
export interface AttachedDevice {
  readonly base: number
  readonly device: MmioDevice
  /** Belongs to the CPU, whose registers it may see and change. */
  readonly inCpu: boolean
}

/** A device and a place in it. */
export interface DevicePlace {
  readonly device: MmioDevice
  readonly offset: number
}

/** What answers at a physical address. */
export interface MemoryPlace {
  readonly kind: 'ram' | 'rom' | 'device'
  readonly name: string
  /** From its beginning. */
  readonly offset: bigint
}

/**
 * Code is tracked in granules of 64 bytes, so that data on a page with code stays quick to write, and in words of 8,
 * so that data in a granule with code does not take the slowest path.
 */
export const granuleShift = 6
export const codeWordShift = 3
const align = (n: number, to: number): number => Math.ceil(n / to) * to
/** Bytes for decoded blocks. */
const usualPool = 64 << 20
/** Bytes for the trace buffers of plugins; those unused take no memory. */
const tracesSize = 16 << 20
/** Linear memory is addressed with 32 bits. */
const maxLinear = 2 ** 32 - 65536

export class GuestMemory {
  readonly wasm: WebAssembly.Memory
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly words: Int32Array
  readonly regions: readonly MemoryRegion[]
  /** Linear address of the block table. */
  readonly blockTable: number
  /** Linear address of the page flags: one byte per page of linear memory. */
  readonly pageFlags: number
  /** Linear address of the number of blocks (saturating) with code in each granule of linear memory. */
  readonly codeGranules: number
  /** The same for each word of 8 bytes. */
  readonly codeWords: number
  /** For the trace buffers of plugins. */
  readonly traces: { readonly start: number; readonly end: number }
  readonly pool: { readonly start: number; readonly end: number }
  /** The largest region that can be written, for accesses without the soft TLB. */
  readonly flat: FlatMemory | undefined
  readonly #devices: AttachedDevice[] = []

  constructor(cpus: number, specs: readonly MemoryRegionSpec[], poolSize: number = usualPool) {
    let at = align(Layout.firstCpu + cpus * Layout.cpuSize, pageSize)
    this.blockTable = at
    at += 4 * BlockTable.buckets
    this.pool = { start: at, end: at + poolSize }
    at += poolSize
    this.traces = { start: at, end: at + tracesSize }
    at += tracesSize
    const own = specs.filter(s => s.mirrorOf === undefined)
    const total = own.reduce((sum, s) => sum + align(s.size, pageSize), 0)
    // The tables have an entry for each page, granule or word of everything, themselves included.
    const share = 1 / pageSize + 1 / 2 ** granuleShift + 1 / 2 ** codeWordShift
    const all = (at + total) / (1 - share) + 16 * pageSize
    this.pageFlags = at
    at += align(all / pageSize, pageSize)
    this.codeGranules = at
    at += align(all / 2 ** granuleShift, pageSize)
    this.codeWords = at
    at += align(all / 2 ** codeWordShift, pageSize)
    const made: MemoryRegion[] = []
    for (const s of specs) {
      const size = align(s.size, pageSize)
      const linear = s.mirrorOf === undefined ? at : (made.find(r => r.name === s.mirrorOf)?.linear ?? 0)
      if (!linear) throw new RangeError(`${s.name} mirrors ${s.mirrorOf}, which does not exist`)
      const stored = s.stored && { stored: s.stored }
      made.push({ name: s.name, base: s.base, size, readonly: s.readonly ?? false, linear, ...stored })
      if (s.mirrorOf === undefined) at += size
    }
    this.regions = made
    const [largest] = made.filter(r => !r.readonly).sort((a, b) => b.size - a.size)
    this.flat = largest && {
      ...largest,
      guards: this.codeGranules + (largest.linear >>> granuleShift),
      guardShift: granuleShift,
    }
    if (at > all) throw new Error('memory: the tables are too small')
    if (at > maxLinear) throw new RangeError(`guest memory of ${total} bytes does not fit into 4 GiB`)
    const pages = Math.ceil(at / 65536)
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.view = new DataView(this.wasm.buffer)
    this.bytes = new Uint8Array(this.wasm.buffer)
    this.words = new Int32Array(this.wasm.buffer)
    for (const r of this.regions) {
      if (!r.readonly) continue
      const first = this.pageFlags + r.linear / pageSize
      this.bytes.fill(PageFlag.readonly, first, first + r.size / pageSize)
    }
  }

  attach(devices: Readonly<BuiltBoard['devices']>, inCpu: boolean): void {
    for (const { base, device } of devices) this.#devices.push({ base: Number(base), device, inCpu })
  }
  get devices(): readonly AttachedDevice[] {
    return this.#devices
  }

  /** Linear address of a physical one, or 0. */
  linear(physical: bigint): number {
    for (const r of this.regions) {
      const offset = physical - r.base
      if (offset >= 0n && offset < BigInt(r.size)) return r.linear + Number(offset)
    }
    return 0
  }
  /** What is at a physical address; undefined: nobody is there. */
  placeAt(physical: bigint): MemoryPlace | undefined {
    const region = this.regions.find(r => physical >= r.base && physical < r.base + BigInt(r.size))
    if (region)
      return { kind: region.readonly ? 'rom' : 'ram', name: region.name, offset: physical - region.base }
    const found = this.device(physical)
    return found && { kind: 'device', name: found.device.name, offset: BigInt(found.offset) }
  }
  /** The guest stores to read-only memory, inside a page. */
  storedToRom(linear: number, length: number, value: bigint): void {
    const region = this.regions.find(r => linear >= r.linear && linear < r.linear + r.size)
    region?.stored?.(linear - region.linear, length, BigInt.asUintN(8 * length, value))
  }
  /** Physical address of a linear one inside a region. */
  physical(linear: number): bigint {
    for (const r of this.regions) {
      if (linear >= r.linear && linear < r.linear + r.size) return r.base + BigInt(linear - r.linear)
    }
    throw new RangeError(`no guest memory at linear address ${linear}`)
  }
  /** The device at a physical address, with the offset in it. */
  device(physical: bigint): DevicePlace | undefined {
    const at = Number(physical)
    const found = this.deviceAt(at)
    return found && { device: found.device, offset: at - found.base }
  }
  /** The same without the offset and for an address as a number; devices lie below 2^53. */
  deviceAt(physical: number): AttachedDevice | undefined {
    for (const d of this.#devices) {
      const offset = physical - d.base
      if (offset >= 0 && offset < d.device.size) return d
    }
    return undefined
  }

  /** Counts a block in (+1) or out (-1) of the granules of some bytes. A count of 255 stays. */
  countCode(linear: number, length: number, by: 1 | -1): void {
    this.#count(this.codeGranules, granuleShift, linear, length, by)
    this.#count(this.codeWords, codeWordShift, linear, length, by)
  }
  #count(table: number, shift: number, linear: number, length: number, by: 1 | -1): void {
    const last = table + ((linear + length - 1) >>> shift)
    for (let at = table + (linear >>> shift); at <= last; at++) {
      const count = this.bytes[at] as number
      if (count < 255) this.bytes[at] = count + by
    }
  }

  flags(linear: number): number {
    return this.bytes[this.pageFlags + Math.floor(linear / pageSize)] as number
  }
  /** Is there translated code on any page of the range? */
  holdsCode(linear: number, length: number): boolean {
    const last = Math.floor((linear + length - 1) / pageSize)
    for (let page = Math.floor(linear / pageSize); page <= last; page++)
      if ((this.bytes[this.pageFlags + page] as number) & PageFlag.code) return true
    return false
  }
  setFlag(linear: number, flag: number, on: boolean): void {
    const at = this.pageFlags + Math.floor(linear / pageSize)
    const old = this.bytes[at] as number
    this.bytes[at] = on ? old | flag : old & ~flag
  }
}
