/** The memory protection unit's registers, PMSAv7 (Armv7-M ARM, B3.5), and what is made of them for `translate`. */
import type { Cpu } from '@guestscope/core'
import { S } from '../state.ts'

/** Bits of MPU_CTRL. */
export const MpuControl = { enable: 1, duringFaults: 2, defaultMap: 4 } as const

/** Permissions of a decoded region. */
export const Permit = {
  privilegedRead: 1,
  privilegedWrite: 2,
  read: 4,
  write: 8,
  never: 16,
} as const

/** A decoded region in the state: 4 × i32. */
export const Region = { base: 0, last: 4, permissions: 8, subregions: 12, size: 16 } as const

/** RASR.AP → permissions (table B3-15). */
const access = [0, 3, 7, 15, 0, 1, 5, 5]

/** A range of addresses, both ends included. */
export interface Range {
  readonly base: number
  readonly last: number
}

/** What an enabled region says. */
export interface MpuRegion extends Range {
  readonly permissions: number
  /** Bits 0–7: subregions that are disabled; bits 8–12: log2 of their size. */
  readonly subregions: number
}

/** What differs between the architectures: bits of RASR and RBAR that exist, log2 of the smallest region, aliases. */
const forms = {
  mainline: { rasr: 0x173fff3f, rbar: ~31, smallest: 5, last: 0x28 },
  baseline: { rasr: 0x1707ff3f, rbar: ~255, smallest: 8, last: 0x10 },
} as const

/** Decodes RBAR and RASR; undefined: the region is off. `smallest`: log2 of the least size. */
export function decodeRegion(rbar: number, rasr: number, smallest = 5): MpuRegion | undefined {
  const log2 = ((rasr >>> 1) & 31) + 1
  if (!(rasr & 1) || log2 < smallest) return undefined
  const size = 2 ** log2
  const base = log2 === 32 ? 0 : Math.floor((rbar >>> 0) / size) * size
  const permissions = (access[(rasr >>> 24) & 7] as number) | (rasr & (1 << 28) ? Permit.never : 0)
  // Regions below 256 bytes have no subregions.
  const disabled = log2 >= 8 ? (rasr >>> 8) & 0xff : 0
  return { base, last: base + size - 1, permissions, subregions: disabled | ((log2 - 3) << 8) }
}

/** Does the region decide about the address? */
export function covers(r: MpuRegion, address: number): boolean {
  if (address < r.base || address > r.last) return false
  const index = (address - r.base) / 2 ** (r.subregions >> 8)
  return !((r.subregions >> Math.floor(index)) & 1 && r.subregions & 0xff)
}

/** Execute-never in the default memory map (table B3-1): peripherals, devices and the system region. */
export const neverByDefault = (address: number): boolean => {
  const top = address >>> 29
  return top === 2 || top >= 5
}

/** The private peripheral bus, which no region decides about. */
export const isPrivateBus = (address: number): boolean => (address & 0xfff00000) >>> 0 === 0xe0000000

export type MpuAccess = 'read' | 'write' | 'fetch'

/** May memory be accessed? `control`: MPU_CTRL as it is in force. The rules of B3.5.3; the IR in ../mmu.ts says the same. */
export function permits(
  regions: readonly MpuRegion[],
  control: number,
  address: number,
  kind: MpuAccess,
  privileged: boolean,
): boolean {
  if (!(control & MpuControl.enable) || isPrivateBus(address)) {
    return kind !== 'fetch' || !neverByDefault(address)
  }
  const region = regions.findLast(r => covers(r, address))
  if (!region) {
    if (!privileged || !(control & MpuControl.defaultMap)) return false
    return kind !== 'fetch' || !neverByDefault(address)
  }
  const { permissions } = region
  if (kind === 'fetch' && (permissions & Permit.never || address >>> 29 === 7)) return false
  if (kind === 'write') return (permissions & (privileged ? Permit.privilegedWrite : Permit.write)) !== 0
  return (permissions & (privileged ? Permit.privilegedRead : Permit.read)) !== 0
}

interface MpuState {
  control: number
  number: number
  readonly rbar: Int32Array
  readonly rasr: Int32Array
  /** What the registers say. */
  regions: readonly MpuRegion[]
}

const newState = (count: number): MpuState => ({
  control: 0,
  number: 0,
  rbar: new Int32Array(count),
  rasr: new Int32Array(count),
  regions: [],
})

/** The registers; `changed` is called when what they say about memory may have changed. */
export class Mpu {
  readonly count: number
  state: MpuState
  readonly #changed: () => void
  readonly #form: (typeof forms)['mainline' | 'baseline']

  constructor(count: number, changed: () => void, baseline = false) {
    this.count = count
    this.#form = baseline ? forms.baseline : forms.mainline
    this.state = newState(count)
    this.#changed = changed
  }

  reset(): void {
    this.state = newState(this.count)
  }

  get control(): number {
    return this.state.control
  }
  /** Enabled regions by rising priority. */
  get regions(): readonly MpuRegion[] {
    return this.state.regions
  }

  /** `offset`: from MPU_TYPE. */
  read(offset: number): number {
    if (!this.count || offset > this.#form.last) return 0
    switch (offset) {
      case 0x00:
        return this.count << 8
      case 0x04:
        return this.state.control
      case 0x08:
        return this.state.number
      // Three aliases follow, in Armv7-M.
      case 0x0c:
      case 0x14:
      case 0x1c:
      case 0x24:
        return (this.state.rbar[this.state.number] ?? 0) | this.state.number
      case 0x10:
      case 0x18:
      case 0x20:
      case 0x28:
        return this.state.rasr[this.state.number] ?? 0
      default:
        return 0
    }
  }

  write(offset: number, value: number): void {
    if (!this.count || offset > this.#form.last) return
    switch (offset) {
      case 0x04:
        this.state.control = value & (value & MpuControl.enable ? 7 : 6)
        return this.#changed()
      case 0x08:
        if ((value & 0xff) < this.count) this.state.number = value & 0xff
        return
      case 0x0c:
      case 0x14:
      case 0x1c:
      case 0x24:
        // VALID: the value names the region.
        if (value & 16) {
          if ((value & 15) >= this.count) return
          this.state.number = value & 15
        }
        this.state.rbar[this.state.number] = value & this.#form.rbar
        return this.#update()
      case 0x10:
      case 0x18:
      case 0x20:
      case 0x28:
        this.state.rasr[this.state.number] = value & this.#form.rasr
        return this.#update()
    }
  }

  #update(): void {
    const all = Array.from({ length: this.count }, (_, i) =>
      decodeRegion(this.state.rbar[i] as number, this.state.rasr[i] as number, this.#form.smallest),
    )
    this.state.regions = all.filter(r => r !== undefined)
    this.#changed()
  }

  /** Ranges that may be executed in the given mode while `control` is in force, in order and disjoint. */
  executable(control: number, privileged: boolean): Range[] {
    const edges = new Set([0, 0x20000000, 0x40000000, 0x60000000, 0xa0000000, 0xe0000000])
    for (const r of this.state.regions) {
      edges.add(r.base)
      edges.add(r.last + 1)
      if (!(r.subregions & 0xff)) continue
      for (let i = 1; i < 8; i++) edges.add(r.base + i * 2 ** (r.subregions >> 8))
    }
    const sorted = [...edges].filter(e => e < 2 ** 32).sort((a, b) => a - b)
    const result: { base: number; last: number }[] = []
    sorted.forEach((base, i) => {
      if (!permits(this.state.regions, control, base, 'fetch', privileged)) return
      const last = (sorted[i + 1] ?? 2 ** 32) - 1
      const before = result.at(-1)
      if (before && before.last === base - 1) before.last = last
      else result.push({ base, last })
    })
    return result
  }
}

/** Writes the decoded regions to the state, for `translate`. `control` is MPU_CTRL as it is in force. */
export function storeRegions(cpu: Cpu, regions: readonly MpuRegion[], control: number): void {
  regions.forEach((r, i) => {
    const at = S.mpuRegions + i * Region.size
    cpu.set32(at + Region.base, r.base)
    cpu.set32(at + Region.last, r.last)
    cpu.set32(at + Region.permissions, r.permissions)
    cpu.set32(at + Region.subregions, r.subregions)
  })
  cpu.set32(S.mpuCount, regions.length)
  cpu.set32(S.mpuControl, control)
}

/** What of `ranges` lies in none of `others`. Both lists are in order and disjoint. */
export function without(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const result: Range[] = []
  for (const { base, last } of ranges) {
    let from = base
    for (const o of others) {
      if (o.last < from || o.base > last) continue
      if (o.base > from) result.push({ base: from, last: o.base - 1 })
      from = o.last + 1
    }
    if (from <= last) result.push({ base: from, last })
  }
  return result
}
