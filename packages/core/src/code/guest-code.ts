/** The guest's code as a machine runs it: finds, makes, compiles and forgets translation blocks and regions. */
import { Head, JumpCache, pageMask, pageShift } from '@guestscope/codegen'
import type { AddressRange, Cpu } from '../cpu.ts'
import type { Engine } from '../engine/engine.ts'
import type { Flow } from '../events/index.ts'
import { BlockHookRunner } from '../hooks/block-hooks.ts'
import type { Instrumentation } from '../hooks/instrument.ts'
import { translateDebug } from '../memory/inspect.ts'
import type { GuestMemory } from '../memory/memory.ts'
import { Spaces } from '../memory/spaces.ts'
import { Access, type Target } from '../target.ts'
import { FetchFault } from './code-reader.ts'
import { Regions, type RegionTuning } from './regions.ts'
import { type Tb, TbCache } from './tb.ts'
import { Translator } from './translator.ts'

export interface GuestCodeOptions {
  readonly target: Target
  readonly memory: GuestMemory
  readonly cpus: readonly Cpu[]
  readonly instrumentation: Instrumentation
  readonly tuning: RegionTuning
  /** Has a plugin's callback sent the CPU elsewhere? */
  redirected(cpu: Cpu): boolean
  /** See `Machine.charge`. */
  charge(instructions: number): void
}

/** What a block costs that is overwritten, and translated anew when it runs again, in instructions. */
const overwrittenCost = 2000

export class GuestCode {
  readonly blocks: TbCache
  readonly regions: Regions
  /** What the CPUs know of their address spaces. */
  readonly spaces: Spaces
  /** What plugins want where it is not compiled in. */
  readonly hooks: BlockHookRunner
  #engine!: Engine
  /** Blocks forgotten one by one; how often all were. */
  dropped = 0
  flushes = 0
  readonly #options: GuestCodeOptions
  readonly #translator: Translator
  /** Records of instructions that have reached a device. */
  readonly #reaching = new Set<number>()

  constructor(options: GuestCodeOptions) {
    this.#options = options
    this.spaces = new Spaces(options.memory, options.cpus, options.target.state.tlbModes)
    this.blocks = new TbCache(options.memory, page => this.spaces.protect(page))
    this.#translator = new Translator({
      ...options,
      cache: this.blocks,
      reachesDevice: record => this.#reaching.has(record),
    })
    this.hooks = new BlockHookRunner(options)
    this.regions = new Regions(options.memory, this.#translator, tb => this.isValid(tb), options.tuning)
  }

  /** The function of a hook in a region. */
  hook(id: number): (cpu: number) => void {
    const found = this.#translator.calls[id]
    if (!found) throw new Error(`no hook ${id}`)
    return found
  }

  /** Set once the engine is made (its host functions need this object). */
  set engine(engine: Engine) {
    this.#engine = engine
    this.regions.engine = engine
  }

  // Blocks.

  /**
   * Finds or makes the block at the CPU's pc and enters it into the jump cache. False: it cannot be fetched, and the
   * fault is described in the head.
   */
  enter(cpu: Cpu): boolean {
    const { pc } = cpu
    let tb: Tb
    try {
      tb = this.#block(cpu, pc)
    } catch (error) {
      if (error instanceof FetchFault) return false
      throw error
    }
    const { view } = this.#options.memory
    const entry = this.spaces.jumpCacheEntry(cpu, cpu.get32(Head.pc))
    view.setBigUint64(entry + JumpCache.pc, pc, true)
    view.setBigUint64(entry + JumpCache.context, cpu.get64(Head.flags), true)
    view.setInt32(entry + JumpCache.block, tb.address, true)
    return true
  }

  /** The block whose head lies at an address of the pool. */
  at(address: number): Tb {
    const tb = this.blocks.at(address)
    if (!tb) throw new Error(`no translation block at linear address ${address}`)
    return tb
  }

  /** False once the block is forgotten, such as when its code has been overwritten. */
  isValid(tb: Tb): boolean {
    return this.blocks.at(tb.address) === tb
  }

  #block(cpu: Cpu, pc: bigint): Tb {
    const flags = cpu.get32(Head.flags)
    const code = this.#fetch(cpu, pc)
    // Protection finer than a page: ask for every piece, one instruction at a time.
    const check = cpu.get32(Head.uncached) ? (address: bigint) => void this.#fetch(cpu, address) : undefined
    const nextPage = (address: bigint): number => this.#fetch(cpu, address)
    const known = this.blocks.find(pc, flags, code)
    if (known && known.fine !== (check !== undefined)) this.#drop(known)
    else if (known) {
      if (check && known.size > 2) check(pc + 2n)
      if (known.secondPage < 0 || nextPage((pc | pageMask) + 1n) >>> pageShift === known.secondPage)
        return known
      this.#drop(known)
    }
    const block = this.#translator.block(pc, flags, code, nextPage, check)
    this.#engine.prepare(block)
    if (!this.blocks.fits(block.insns.length)) this.flush()
    const tb = this.blocks.add(block)
    this.hooks.add(tb)
    return tb
  }

  /** Linear address of code, or a `FetchFault` with the fault described in the head. */
  #fetch(cpu: Cpu, address: bigint): number {
    const { target, memory } = this.#options
    const physical = this.#engine.fetch(cpu.base, BigInt.asIntN(64, address))
    if (physical === -1n) throw new FetchFault(address)
    const linear = memory.linear(BigInt.asUintN(64, physical))
    if (linear) return linear
    cpu.set32(Head.trapCause, target.busError(Access.fetch))
    cpu.set64(Head.trapValue, address)
    throw new FetchFault(address)
  }

  /** The instruction at a record has reached a device: regions made from now on let it do that without leaving. */
  reachedDevice(record: number): void {
    this.#reaching.add(record)
  }

  // Regions.

  /** The block at the CPU's pc has become hot. True: it waits for others to be compiled with. */
  heat(cpu: Cpu): boolean {
    const entry = this.spaces.jumpCacheEntry(cpu, cpu.get32(Head.pc))
    return this.regions.heat(this.at(this.#options.memory.view.getInt32(entry + JumpCache.block, true)))
  }

  /** A sample of where the CPU is. */
  sample(cpu: Cpu): void {
    this.regions.sample(this.blocksAt(cpu).flatMap(tb => [...tb.regions]))
  }

  /**
   * The blocks that the pc is in, the longest first. There may be several: one that begins where a slice ended lies in
   * the one that the guest jumps to.
   */
  blocksAt(cpu: Cpu): Tb[] {
    const { pc } = cpu
    const { target, memory } = this.#options
    const physical = translateDebug(this.#engine.translate, cpu, pc, Access.fetch)
    const linear = physical === undefined ? 0 : memory.linear(physical)
    if (linear === 0) return []
    const flags = target.flags(cpu)
    return this.blocks
      .touching(linear, 1)
      .filter(tb => tb.flags === flags && tb.pc <= pc && pc < tb.pc + BigInt(tb.size))
      .sort((a, b) => b.size - a.size)
  }

  /** What the instruction at the CPU's pc does to the flow of control; undefined: it has not been decoded. */
  flowAt(cpu: Cpu): Flow | undefined {
    for (const tb of this.blocksAt(cpu)) {
      const index = tb.offsets.indexOf(Number(cpu.pc - tb.pc))
      if (index >= 0) return tb.describe(this.#options.target, this.#options.memory, index).flow
    }
    return undefined
  }

  // Forgetting.

  /** These bytes of linear memory change: blocks with code there are void. */
  invalidate(linear: number, length: number): void {
    for (const tb of this.blocks.touching(linear, length)) {
      this.#drop(tb)
      this.#options.charge(overwrittenCost)
    }
  }

  /**
   * Code in these ranges of virtual addresses cannot be executed any more under flags of which those in `mask` are
   * `flags`: blocks made under them are void.
   */
  forbid(ranges: readonly AddressRange[], mask: number, flags: number): void {
    const lost = [...this.blocks].filter(tb => {
      if ((tb.flags & mask) !== flags) return false
      const first = Number(tb.pc)
      return ranges.some(r => r.base < first + tb.size && r.last >= first)
    })
    for (const tb of lost) this.#drop(tb)
  }

  #drop(tb: Tb): void {
    this.blocks.remove(tb)
    this.dropped++
    this.regions.forget(tb)
    this.spaces.forgetBlock(Number(BigInt.asUintN(32, tb.pc)), tb.address)
  }

  /** Throws all translations away. No generated code may be running. */
  flush(): void {
    if (this.blocks.used > 0) this.flushes++
    this.regions.clear()
    this.blocks.clear()
    this.#reaching.clear()
    this.#translator.calls.length = 0
    this.hooks.clear()
    this.spaces.forgetBlocks()
    for (const cpu of this.#options.cpus) cpu.set32(Head.resume, 0)
    this.#options.instrumentation.flushed?.()
  }
}
