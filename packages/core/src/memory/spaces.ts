/**
 * What vCPUs know of address spaces: soft TLBs, fetch TLB and jump cache of each, so that going back to one finds them as
 * they were.
 */
import { FetchTlb, Head, JumpCache, jumpCacheEntry, pageShift, Tlb } from '@guestscope/codegen'
import type { Cpu } from '../cpu.ts'
import { Generation } from './forget.ts'
import { Layout, Space } from './layout.ts'
import { type GuestMemory, PageFlag } from './memory.ts'

/** How many address spaces without a place are remembered. */
const maxLost = 2 * Space.count

/** What the guest's own state does not say about the address space that a CPU is in. */
export interface CurrentSpace {
  readonly asid: number
  readonly key: bigint
  /** Which soft TLB data accesses use. */
  readonly mode: number
}

export class Spaces {
  /** How often what was known of an address space was thrown away. */
  flushes = 0
  readonly #memory: GuestMemory
  readonly #cpus: readonly Cpu[]
  readonly #tlbBytes: number
  /** By vCPU: linear addresses; how many places have changed their owner. */
  readonly #places: readonly (readonly number[])[]
  readonly #turns: number[]
  /** ASIDs of address spaces that have lost their places lately. */
  readonly #lost: readonly number[][]

  constructor(memory: GuestMemory, cpus: readonly Cpu[], tlbModes: number) {
    this.#memory = memory
    this.#cpus = cpus
    this.#tlbBytes = tlbModes * Layout.tlbSize
    this.#turns = cpus.map(() => 0)
    this.#lost = cpus.map(() => [])
    this.#places = cpus.map(({ base }) =>
      Array.from({ length: Space.count }, (_, i) => base + Layout.spaces + i * Space.size),
    )
  }

  /** At power-on: the first place, nothing known. */
  reset(cpu: Cpu): void {
    const first = cpu.base + Layout.spaces
    if (this.flushes) this.#memory.bytes.fill(0, first, first + Space.count * Space.size)
    cpu.set32(Head.space, first)
    cpu.set32(Head.tlb, first + Space.tlb)
    this.flush(cpu)
  }

  /** The address space that a CPU is in. */
  current(cpu: Cpu): CurrentSpace {
    const space = cpu.get32(Head.space)
    return {
      asid: this.#get(space + Space.asid),
      key: this.#memory.view.getBigUint64(space + Space.key, true),
      mode: (cpu.get32(Head.tlb) - space - Space.tlb) / Layout.tlbSize,
    }
  }

  /** Nothing is known, as at power-on, but which address space the CPU is in. */
  restart(cpu: Cpu, { asid, key, mode }: CurrentSpace): void {
    this.reset(cpu)
    ;(this.#lost[cpu.index] as number[]).length = this.#turns[cpu.index] = 0
    const space = cpu.get32(Head.space)
    this.#set(space + Space.asid, asid)
    this.#memory.view.setBigUint64(space + Space.key, key, true)
    cpu.set32(Head.tlb, space + Space.tlb + mode * Layout.tlbSize)
  }

  /** Forgets everything. */
  flush(cpu: Cpu): void {
    const current = cpu.get32(Head.space)
    for (const space of this.#all(cpu)) if (space !== current) this.#set(space + Space.asid, -1)
    this.#empty(cpu)
  }

  /** Forgets one address space. */
  forget(cpu: Cpu, asid: number): void {
    const space = this.#find(cpu, asid)
    if (space === cpu.get32(Head.space)) this.#empty(cpu)
    else if (space) this.#set(space + Space.asid, -1)
  }

  /** The CPU enters an address space. What is known under an ASID belongs to one key. */
  enter(cpu: Cpu, asid: number, key: bigint): void {
    const { view } = this.#memory
    const known = this.#find(cpu, asid)
    const space = known ?? this.#placeFor(cpu, asid)
    this.#switch(cpu, space)
    if (known && view.getBigUint64(space + Space.key, true) === key) return this.#guard(space)
    view.setBigUint64(space + Space.key, key, true)
    this.#set(space + Space.asid, asid)
    this.#empty(cpu)
  }

  /** Makes all blocks unknown. */
  forgetBlocks(): void {
    for (const cpu of this.#cpus) {
      const current = cpu.get32(Head.space)
      for (const space of this.#all(cpu)) if (space !== current) this.#set(space + Space.asid, -1)
      if (current) this.#emptyJumpCache(current)
    }
  }

  /** Makes a block unknown: the low half of its pc is enough. */
  forgetBlock(pc: number, block: number): void {
    for (const cpu of this.#cpus) {
      for (const space of this.#all(cpu)) {
        const entry = space + jumpCacheEntry(pc)
        if (this.#get(entry + JumpCache.block) === block)
          this.#set(entry + JumpCache.context + 4, Generation.none)
      }
    }
  }

  /** Address of the entry of the jump cache for a pc. */
  jumpCacheEntry(cpu: Cpu, pc: number): number {
    return cpu.get32(Head.space) + jumpCacheEntry(pc)
  }

  /** Takes the right to store to a linear page without notice out of every soft TLB. */
  protect(page: number): void {
    for (const cpu of this.#cpus) {
      const current = cpu.get32(Head.space)
      for (const space of this.#all(cpu)) if (space !== current) this.#set(space + Space.unguarded, 1)
      if (current) this.#protect(current, linear => linear === page)
    }
  }

  /** The same for an address space that comes back, and all pages since. */
  #guard(space: number): void {
    if (!this.#get(space + Space.unguarded)) return
    this.#set(space + Space.unguarded, 0)
    const { bytes, pageFlags } = this.#memory
    this.#protect(space, page => ((bytes[pageFlags + page] as number) & PageFlag.code) !== 0)
  }

  #protect(space: number, isCode: (page: number) => boolean): void {
    const { view } = this.#memory
    const first = space + Space.tlb
    for (let entry = first; entry < first + this.#tlbBytes; entry += Tlb.entrySize) {
      const tag = view.getInt32(entry + Tlb.writeTag, true)
      if (tag === -1) continue
      const linear = tag + view.getInt32(entry + Tlb.addend, true)
      if (isCode(linear >>> pageShift)) view.setBigInt64(entry + Tlb.writeTag, -1n, true)
    }
  }

  #find(cpu: Cpu, asid: number): number | undefined {
    return this.#all(cpu).find(space => this.#get(space + Space.asid) === asid)
  }

  /**
   * A new address space takes the place of the current one, whose memory is at hand in the host's caches; one that comes
   * back soon after it has lost its place gets another: a free one, or that which was taken longest ago.
   */
  #placeFor(cpu: Cpu, asid: number): number {
    const current = cpu.get32(Head.space)
    const lost = this.#lost[cpu.index] as number[]
    const returns = lost.includes(asid)
    const others = this.#all(cpu).filter(space => space !== current)
    const turn = this.#turns[cpu.index] as number
    const place = returns ? (this.#find(cpu, -1) ?? (others[turn % others.length] as number)) : current
    if (returns) this.#turns[cpu.index] = turn + 1
    if (lost.push(this.#get(place + Space.asid)) > maxLost) lost.shift()
    return place
  }

  #switch(cpu: Cpu, to: number): void {
    const from = cpu.get32(Head.space)
    if (from === to) return
    this.#set(from + Space.generation, cpu.get32(Head.generation))
    cpu.set32(Head.space, to)
    cpu.set32(Head.tlb, cpu.get32(Head.tlb) - from + to)
    cpu.set32(Head.generation, this.#get(to + Space.generation))
  }

  /** Forgets the current address space. */
  #empty(cpu: Cpu): void {
    this.flushes++
    const { bytes, view } = this.#memory
    const space = cpu.get32(Head.space)
    bytes.fill(0xff, space + Space.tlb, space + Space.tlb + this.#tlbBytes)
    view.setBigInt64(space + Space.largeFirst, -1n, true)
    view.setBigInt64(space + Space.largeLast, 0n, true)
    this.#set(space + Space.unguarded, 0)
    // No entry of the jump cache matches in a new generation; it is emptied when the numbers run out.
    const generation = cpu.get32(Head.generation)
    if (generation === Generation.last) this.#emptyJumpCache(space)
    cpu.set32(Head.generation, generation === Generation.last ? 0 : generation + 1)
  }

  #emptyJumpCache(space: number): void {
    for (let i = 0; i < JumpCache.entries; i++)
      this.#set(space + i * JumpCache.entrySize + JumpCache.context + 4, Generation.none)
    const fetch = space + Space.fetchTlb
    this.#memory.bytes.fill(0xff, fetch, fetch + FetchTlb.entries * FetchTlb.entrySize)
  }

  #all(cpu: Cpu): readonly number[] {
    return this.#places[cpu.index] as readonly number[]
  }
  #get(address: number): number {
    return this.#memory.view.getInt32(address, true)
  }
  #set(address: number, value: number): void {
    this.#memory.view.setInt32(address, value, true)
  }
}
