/** Looking at a machine from outside: what debuggers, plugins and semihosting see. Nothing here has side effects. */
import { Head, pageMask, pageSize } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { Access } from '../target.ts'
import { type GuestMemory, PageFlag } from './memory.ts'

/** (cpu base, virtual address, access) → physical address or -1n, as `Target.functions.translate`. */
type Translate = (cpu: number, address: bigint, access: number) => bigint

/** Slots of the head that a translation writes. */
const scratch = [
  Head.trapCause,
  Head.trapValue,
  Head.trapValue + 4,
  Head.uncached,
  Head.exit,
  Head.accessBytes,
  Head.spanShift,
] as const

/** Where an address leads, without side effects; undefined if it does not. */
export function translateDebug(
  translate: Translate,
  cpu: Cpu,
  address: bigint,
  access: number,
): bigint | undefined {
  const kept = scratch.map(offset => cpu.get32(offset))
  cpu.set32(Head.accessBytes, 1)
  const physical = translate(cpu.base, BigInt.asIntN(64, address), access | Access.debug)
  scratch.forEach((offset, i) => cpu.set32(offset, kept[i] as number))
  return physical === -1n ? undefined : BigInt.asUintN(64, physical)
}

/** The pieces of a virtual range, each inside a page, with their physical addresses. */
function* pieces(
  length: number,
  address: bigint,
  physicalOf: (address: bigint) => bigint | undefined,
): Generator<{ from: number; length: number; physical: bigint | undefined }> {
  for (let from = 0; from < length; ) {
    const at = address + BigInt(from)
    const n = Math.min(length - from, pageSize - Number(at & pageMask))
    yield { from, length: n, physical: physicalOf(at) }
    from += n
  }
}

export interface InspectorParts {
  readonly memory: GuestMemory
  /** Asked for each time: the engine is made later. */
  readonly translate: () => Translate
  /** This much of linear memory is about to change. */
  invalidate(linear: number, length: number): void
}

/** See the methods of the same names in `Machine`. */
export class Inspector {
  readonly #parts: InspectorParts

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  translate(cpu: Cpu, address: bigint, access: number = Access.load): bigint | undefined {
    return translateDebug(this.#parts.translate(), cpu, address, access)
  }

  readPhysical(address: bigint, length: number): Uint8Array | undefined {
    const { regions, bytes } = this.#parts.memory
    const region = regions.find(r => address >= r.base && address + BigInt(length) <= r.base + BigInt(r.size))
    if (!region) return undefined
    const linear = region.linear + Number(address - region.base)
    return bytes.slice(linear, linear + length)
  }

  readVirtual(cpu: Cpu, address: bigint, length: number, access?: number): Uint8Array | undefined {
    const result = new Uint8Array(length)
    for (const p of pieces(length, address, at => this.translate(cpu, at, access))) {
      const part = p.physical === undefined ? undefined : this.readPhysical(p.physical, p.length)
      if (!part) return undefined
      result.set(part, p.from)
    }
    return result
  }

  writePhysical(address: bigint, data: Uint8Array): boolean {
    return this.#write(address, data, at => at)
  }

  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean {
    return this.#write(address, data, at => this.translate(cpu, at, Access.store))
  }

  #write(address: bigint, data: Uint8Array, physicalOf: (address: bigint) => bigint | undefined): boolean {
    const { memory, invalidate } = this.#parts
    const places = [...pieces(data.length, address, physicalOf)].map(p => ({
      ...p,
      linear: p.physical === undefined ? 0 : memory.linear(p.physical),
    }))
    if (places.some(p => !p.linear || memory.flags(p.linear) & PageFlag.readonly)) return false
    for (const p of places) {
      invalidate(p.linear, p.length)
      memory.bytes.set(data.subarray(p.from, p.from + p.length), p.linear)
    }
    return true
  }
}
