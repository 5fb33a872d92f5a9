/** Translation blocks: decoded straight-line code, kept as JavaScript objects and as records in linear memory. */
import { Block, Rec } from '@guestscope/codegen'
import type { Hook } from './instrument.ts'
import type { GuestMemory } from './memory.ts'
import { PageFlag } from './memory.ts'
import type { DecodedInsn } from './target.ts'

/** A translation block. */
export interface Tb {
  readonly pc: bigint
  /** Translation flags that it was decoded under. */
  readonly flags: number
  /** Linear address of its first byte of code. */
  readonly code: number
  /** Linear page of the second part of an instruction that crosses a page, or -1. */
  readonly secondPage: number
  readonly insns: readonly DecodedInsn[]
  /** Distance of each instruction from `pc`. */
  readonly offsets: readonly number[]
  /** Bytes of code. */
  readonly size: number
  /** Address of its head and records in linear memory. */
  readonly address: number
  /** Protection is finer than a page here: one instruction, fetched anew each time it is looked up, never in a region. */
  readonly fine: boolean
  /** Callbacks of each instruction; undefined: none. */
  readonly hooks: readonly (readonly Hook[])[] | undefined
  /** Regions that contain it. */
  readonly regions: Set<CompiledRegion>
}

/** A compiled region. It is entered at its first block only. */
export interface CompiledRegion {
  readonly head: Tb
  readonly blocks: readonly Tb[]
  readonly slot: number
}

/** Where the code lies and how it is translated; the same code at two virtual addresses shares a key. */
const keyOf = (code: number, flags: number): number => (code >>> 0) * 4096 + flags
const pageShift = 12
const pageSize = 4096

/** All translation blocks of a machine. Core's `TbCache`: looked up by pc, flags and physical place of the code. */
export class TbCache {
  readonly #memory: GuestMemory
  readonly #blocks = new Map<number, Tb[]>()
  readonly #byPage = new Map<number, Set<Tb>>()
  #next: number
  /** Blocks translated since the start. */
  translated = 0

  readonly #protect: (page: number) => void

  /** `protect` is called for each linear page that begins to hold code: stores to it must be noticed from now on. */
  constructor(memory: GuestMemory, protect: (page: number) => void) {
    this.#memory = memory
    this.#protect = protect
    this.#next = memory.pool.start
  }

  /** Bytes of the pool in use. */
  get used(): number {
    return this.#next - this.#memory.pool.start
  }

  find(pc: bigint, flags: number, code: number): Tb | undefined {
    const list = this.#blocks.get(keyOf(code, flags))
    if (!list) return undefined
    for (const tb of list) if (tb.pc === pc) return tb
    return undefined
  }

  /** True if a block of this many instructions still fits. */
  fits(insns: number): boolean {
    return this.#next + Block.size + insns * Rec.bytes <= this.#memory.pool.end
  }

  /** Enters a block: writes its records and marks its pages as code. */
  add(block: Omit<Tb, 'address' | 'regions'>): Tb {
    const tb: Tb = { ...block, address: this.#next, regions: new Set() }
    this.#next += Block.size + block.insns.length * Rec.bytes
    this.#writeRecords(tb)
    const key = keyOf(tb.code, tb.flags)
    const list = this.#blocks.get(key)
    if (list) list.push(tb)
    else this.#blocks.set(key, [tb])
    this.#count(tb, 1)
    for (const page of this.#pages(tb)) {
      const set = this.#byPage.get(page)
      if (set) {
        set.add(tb)
        continue
      }
      this.#byPage.set(page, new Set([tb]))
      this.#memory.setFlag(page * pageSize, PageFlag.code, true)
      this.#protect(page)
    }
    this.translated++
    return tb
  }

  /** Marks or unmarks the code of a block. */
  #count(tb: Tb, by: 1 | -1): void {
    const here = Math.min(tb.size, pageSize - (tb.code & (pageSize - 1)))
    this.#memory.countCode(tb.code, here, by)
    if (tb.secondPage >= 0) this.#memory.countCode(tb.secondPage * pageSize, tb.size - here, by)
  }

  #pages(tb: Tb): number[] {
    const first = tb.code >>> pageShift
    return tb.secondPage < 0 ? [first] : [first, tb.secondPage]
  }

  #writeRecords(tb: Tb): void {
    const { view } = this.#memory
    const at = tb.address
    view.setInt32(at + Block.region, 0, true)
    view.setInt32(at + Block.count, 0, true)
    view.setInt32(at + Block.length, tb.insns.length, true)
    view.setBigUint64(at + Block.pc, tb.pc, true)
    tb.insns.forEach((insn, i) => {
      const r = at + Block.size + i * Rec.bytes
      view.setUint16(r + Rec.handler, insn.handler, true)
      view.setUint8(r + Rec.size, insn.size)
      view.setUint8(r + Rec.hooked, tb.hooks?.[i]?.length ? 1 : 0)
      view.setUint16(r + Rec.pcOffset, tb.offsets[i] as number, true)
      view.setUint16(r + Rec.left, tb.insns.length - i, true)
      for (let slot = 0; slot < 4; slot++)
        view.setUint16(r + Rec.regs + 2 * slot, insn.regs[slot] as number, true)
      view.setInt32(r + Rec.imm, insn.imm, true)
      view.setInt32(r + Rec.aux, insn.aux, true)
      view.setInt32(r + Rec.block, at, true)
      view.setInt32(r + Rec.word, insn.word, true)
    })
  }

  /** Blocks with code in the bytes `linear` … `linear + length`. */
  touching(linear: number, length: number): Tb[] {
    const found: Tb[] = []
    const [first, last] = [linear >>> pageShift, (linear + length - 1) >>> pageShift]
    for (let page = first; page <= last; page++) {
      for (const tb of this.#byPage.get(page) ?? []) {
        // The part on a second page is small: any write to that page's start counts.
        const inSecond = tb.secondPage === page && (linear & 0xfff) < 16
        const direct =
          linear < tb.code + tb.size && linear + length > tb.code && tb.code >>> pageShift === page
        if (direct || inSecond) found.push(tb)
      }
    }
    return found
  }

  /** Takes a block out. Its records stay until the pool is emptied. */
  remove(tb: Tb): void {
    const list = this.#blocks.get(keyOf(tb.code, tb.flags))
    const index = list?.indexOf(tb) ?? -1
    if (!list || index < 0) return
    list.splice(index, 1)
    this.#count(tb, -1)
    for (const page of this.#pages(tb)) {
      const set = this.#byPage.get(page)
      set?.delete(tb)
      if (set && !set.size) {
        this.#byPage.delete(page)
        this.#memory.setFlag(page * pageSize, PageFlag.code, false)
      }
    }
  }

  /** Every block. */
  *[Symbol.iterator](): IterableIterator<Tb> {
    for (const list of this.#blocks.values()) yield* list
  }

  /** Forgets everything and empties the pool. */
  clear(): void {
    for (const tb of this) this.#count(tb, -1)
    for (const page of this.#byPage.keys()) this.#memory.setFlag(page * pageSize, PageFlag.code, false)
    this.#blocks.clear()
    this.#byPage.clear()
    this.#next = this.#memory.pool.start
  }
}
