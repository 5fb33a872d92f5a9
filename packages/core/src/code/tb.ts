/** Translation blocks: decoded straight-line code, kept as JavaScript objects and as records in linear memory. */
import {
  Block,
  BlockTable,
  blockBucket,
  Hooked,
  noRegion,
  pageShift,
  pageSize,
  Rec,
} from '@guestscope/codegen'
import type { BlockHooks } from '../hooks/instrument.ts'
import type { GuestMemory } from '../memory/memory.ts'
import { PageFlag } from '../memory/memory.ts'
import type { DecodedInsn, InsnDescription, Target } from '../target.ts'
import { codeBytes } from './code-reader.ts'

/** A block as it comes from the translator. */
export interface DecodedBlock {
  readonly pc: bigint
  /** Translation flags that it was decoded under. */
  readonly flags: number
  /** Decoding state after it. */
  readonly endState: number
  /** Linear address of its first byte of code. */
  readonly code: number
  /** Linear page of the second part of an instruction that crosses a page, or -1. */
  readonly secondPage: number
  readonly insns: readonly DecodedInsn[]
  /** Distance of each instruction from `pc`. */
  readonly offsets: readonly number[]
  /** Bytes of code. */
  readonly size: number
  /** Protection is finer than a page here: one instruction, fetched anew each time it is looked up, never in a region. */
  readonly fine: boolean
  /** What plugins want; undefined: nothing. */
  readonly hooks: BlockHooks | undefined
  /** What its last instruction is; with hooks only. */
  readonly end: InsnDescription | undefined
}

const noRegions: readonly CompiledRegion[] = []

/**
 * A translation block. Most are executed a few times only, so that as little as possible hangs on them: instructions are
 * read back from the records where somebody asks.
 */
export class Tb implements DecodedBlock {
  readonly pc: bigint
  readonly flags: number
  readonly endState: number
  readonly code: number
  readonly secondPage: number
  readonly size: number
  readonly fine: boolean
  readonly hooks: BlockHooks | undefined
  readonly end: InsnDescription | undefined
  /** Address of its head and records in linear memory. */
  readonly address: number
  /** Number of instructions. */
  readonly length: number
  /** Regions that contain it. */
  regions: readonly CompiledRegion[] = noRegions
  readonly #words: Int32Array
  #insns: readonly DecodedInsn[] | undefined
  #offsets: readonly number[] | undefined

  constructor(block: DecodedBlock, address: number, words: Int32Array) {
    this.pc = block.pc
    this.flags = block.flags
    this.endState = block.endState
    this.code = block.code
    this.secondPage = block.secondPage
    this.size = block.size
    this.fine = block.fine
    this.hooks = block.hooks
    this.end = block.end
    this.address = address
    this.length = block.insns.length
    this.#words = words
  }

  get insns(): readonly DecodedInsn[] {
    this.#insns ??= Array.from({ length: this.length }, (_, i) => this.#read(i))
    return this.#insns
  }
  get offsets(): readonly number[] {
    this.#offsets ??= Array.from(
      { length: this.length },
      (_, i) => (this.#words[(recordOf(this, i) >> 2) + 1] as number) & 0xffff,
    )
    return this.#offsets
  }

  /** What an instruction is, as long as the block is valid: its bytes are in memory. */
  describe(target: Target, memory: GuestMemory, index: number): InsnDescription {
    const insn = this.insns[index] as DecodedInsn
    const first = this.code + (this.offsets[index] as number)
    const bytes = codeBytes(memory, first, insn.size, this.secondPage * pageSize)
    return target.describe(insn, bytes)
  }
  describeEnd(target: Target, memory: GuestMemory): InsnDescription {
    return this.end ?? this.describe(target, memory, this.length - 1)
  }

  #read(index: number): DecodedInsn {
    const words = this.#words
    const at = recordOf(this, index) >> 2
    const [head, low, high] = [words[at], words[at + 2], words[at + 3]] as [number, number, number]
    return {
      handler: head & 0xffff,
      size: (head >>> 16) & 0xff,
      regs: [low & 0xffff, low >>> 16, high & 0xffff, high >>> 16],
      imm: words[at + 4] as number,
      aux: words[at + 5] as number,
      word: words[at + 7] as number,
      endsBlock: index === this.length - 1,
    }
  }
}

/** A live module of regions. */
export interface RegionModule {
  readonly bytes: number
  readonly regions: Set<CompiledRegion>
}

/** A compiled region. It is entered at its first block only. */
export interface CompiledRegion {
  readonly head: Tb
  readonly blocks: readonly Tb[]
  /** In the engine's table. */
  readonly slot: number
  readonly tier: 1 | 2
  readonly module: RegionModule
  /** How often a CPU was found in it. */
  samples: number
}

/** `Rec.hooked` of an instruction. */
function hookedBits(tb: DecodedBlock, { exec, access, edges }: BlockHooks, i: number): number {
  const isLast = i === tb.insns.length - 1
  return (
    (exec[i]?.length ? Hooked.exec : 0) |
    (access[i]?.length ? Hooked.memory : 0) |
    (isLast && edges.length ? Hooked.edge : 0)
  )
}

/** Address of the record of an instruction. */
export const recordOf = (tb: Tb, index: number): number => tb.address + Block.size + index * Rec.bytes

/** All translation blocks of a machine. Core's `TbCache`: looked up by pc, flags and physical place of the code. */
export class TbCache {
  readonly #memory: GuestMemory
  readonly #byAddress = new Map<number, Tb>()
  readonly #byPage = new Map<number, Tb[]>()
  #next: number
  /** Blocks translated since the start, and the instructions in them. */
  translated = 0
  instructions = 0

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

  /** Number of blocks. */
  get present(): number {
    return this.#byAddress.size
  }

  /** The block whose head lies at an address of the pool; undefined once it is forgotten. */
  at(address: number): Tb | undefined {
    return this.#byAddress.get(address)
  }

  #bucket(code: number, flags: number): number {
    return (this.#memory.blockTable >> 2) + blockBucket(code, flags)
  }

  find(pc: bigint, flags: number, code: number): Tb | undefined {
    const { words } = this.#memory
    let at = words[this.#bucket(code, flags)] as number
    for (; at; at = words[(at + Block.next) >> 2] as number) {
      if (words[(at + Block.code) >> 2] !== (code | 0)) continue
      const tb = this.#byAddress.get(at)
      if (tb?.pc === pc && tb.flags === flags) return tb
    }
    return undefined
  }

  /** True if a block of this many instructions still fits. */
  fits(insns: number): boolean {
    return this.#next + Block.size + insns * Rec.bytes <= this.#memory.pool.end
  }

  /** Enters a block: writes its records and marks its pages as code. */
  add(block: DecodedBlock): Tb {
    const tb = new Tb(block, this.#next, this.#memory.words)
    this.#next += Block.size + tb.length * Rec.bytes
    this.#writeRecords(block, tb.address)
    this.#byAddress.set(tb.address, tb)
    this.#count(tb, 1)
    this.#enterPage(tb, tb.code >>> pageShift)
    if (tb.secondPage >= 0) this.#enterPage(tb, tb.secondPage)
    this.translated++
    this.instructions += tb.length
    return tb
  }

  #enterPage(tb: Tb, page: number): void {
    const list = this.#byPage.get(page)
    if (list) return void list.push(tb)
    this.#byPage.set(page, [tb])
    this.#memory.setFlag(page * pageSize, PageFlag.code, true)
    this.#protect(page)
  }

  #leavePage(tb: Tb, page: number): void {
    const list = this.#byPage.get(page)
    const index = list?.indexOf(tb) ?? -1
    if (!list || index < 0) return
    const last = list.pop() as Tb
    if (last !== tb) list[index] = last
    if (list.length) return
    this.#byPage.delete(page)
    this.#memory.setFlag(page * pageSize, PageFlag.code, false)
  }

  /** Marks or unmarks the code of a block. */
  #count(tb: Tb, by: 1 | -1): void {
    const here = Math.min(tb.size, pageSize - (tb.code & (pageSize - 1)))
    this.#memory.countCode(tb.code, here, by)
    if (tb.secondPage >= 0) this.#memory.countCode(tb.secondPage * pageSize, tb.size - here, by)
  }

  /** Writes head and records, and puts the block first in its bucket. */
  #writeRecords(tb: DecodedBlock, address: number): void {
    const { view, words } = this.#memory
    const head = address >> 2
    const bucket = this.#bucket(tb.code, tb.flags)
    words[head + (Block.region >> 2)] = 0
    words[head + (Block.need >> 2)] = noRegion
    words[head + (Block.count >> 2)] = 0
    words[head + (Block.length >> 2)] = tb.insns.length
    words[head + (Block.secondPage >> 2)] = tb.secondPage
    view.setBigUint64(address + Block.pc, tb.pc, true)
    words[head + (Block.code >> 2)] = tb.code
    words[head + (Block.flags >> 2)] = tb.flags
    words[head + (Block.fine >> 2)] = tb.fine ? 1 : 0
    words[head + (Block.next >> 2)] = words[bucket] as number
    words[bucket] = address
    let at = (address + Block.size) >> 2
    for (let i = 0; i < tb.insns.length; i++) {
      const insn = tb.insns[i] as DecodedInsn
      const { regs } = insn
      const hooked = tb.hooks ? hookedBits(tb, tb.hooks, i) << 24 : 0
      words[at] = insn.handler | (insn.size << 16) | hooked
      words[at + 1] = (tb.offsets[i] as number) | ((tb.insns.length - i) << 16)
      words[at + 2] = regs[0] | (regs[1] << 16)
      words[at + 3] = regs[2] | (regs[3] << 16)
      words[at + 4] = insn.imm
      words[at + 5] = insn.aux
      words[at + 6] = address
      words[at + 7] = insn.word
      at += Rec.bytes >> 2
    }
  }

  /** Takes a block out of its bucket. */
  #unlink(tb: Tb): void {
    const { words } = this.#memory
    let link = this.#bucket(tb.code, tb.flags)
    for (;;) {
      const at = words[link] as number
      if (at === tb.address) break
      if (!at) return
      link = (at + Block.next) >> 2
    }
    words[link] = words[(tb.address + Block.next) >> 2] as number
  }

  /** Blocks with code in the bytes `linear` … `linear + length`. */
  touching(linear: number, length: number): Tb[] {
    const found: Tb[] = []
    const [first, last] = [linear >>> pageShift, (linear + length - 1) >>> pageShift]
    for (let page = first; page <= last; page++) {
      const start = Math.max(linear, page * pageSize) % pageSize
      for (const tb of this.#byPage.get(page) ?? []) {
        // The part on a second page is small: any write to that page's start counts.
        const inSecond = tb.secondPage === page && start < 16
        const direct =
          linear < tb.code + tb.size && linear + length > tb.code && tb.code >>> pageShift === page
        if (direct || inSecond) found.push(tb)
      }
    }
    return found
  }

  /** Takes a block out. Its records stay until the pool is emptied. */
  remove(tb: Tb): void {
    if (!this.#byAddress.delete(tb.address)) return
    this.#unlink(tb)
    this.#memory.words[(tb.address + Block.length) >> 2] = 0
    this.#count(tb, -1)
    this.#leavePage(tb, tb.code >>> pageShift)
    if (tb.secondPage >= 0) this.#leavePage(tb, tb.secondPage)
  }

  /** Every block. */
  [Symbol.iterator](): IterableIterator<Tb> {
    return this.#byAddress.values()
  }

  /** Forgets everything and empties the pool. */
  clear(): void {
    for (const tb of this) this.#count(tb, -1)
    for (const page of this.#byPage.keys()) this.#memory.setFlag(page * pageSize, PageFlag.code, false)
    this.#byAddress.clear()
    this.#byPage.clear()
    const first = this.#memory.blockTable
    this.#memory.bytes.fill(0, first, first + 4 * BlockTable.buckets)
    this.#next = this.#memory.pool.start
  }
}
