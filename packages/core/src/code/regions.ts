/**
 * The compiled code of a machine: which blocks get regions, in which tier, and which regions are given up again.
 *
 * T1: blocks that T0 has run often (the dispatcher counts), compiled at once by the host's quick compiler. T2: regions in
 * which samples find the CPUs again and again, gathered anew with wider limits, compiled by the host's optimising compiler
 * in the background. Nothing waits for T2: its code replaces that of T1 at a safe point after it is there.
 */
import { Block, noRegion } from '@guestscope/codegen'
import type { CompiledModule, Engine } from '../engine/engine.ts'
import type { GuestMemory } from '../memory/memory.ts'
import type { CompiledRegion, RegionModule, Tb } from './tb.ts'
import { type FoundRegion, type RegionLimits, regionLimits, type Translator } from './translator.ts'

/** Settings of the tiers; the defaults are for use, others for tests. */
export interface RegionTuning {
  /** Hot blocks that are compiled together. */
  readonly batch: number
  /** Instructions between samples of where the CPUs are. */
  readonly sampleInterval: number
  /** Samples in a region of T1 that make it a region of T2; Infinity: never. */
  readonly hotSamples: number
  /** T2 is compiled at once, too: for tests. */
  readonly waitForT2: boolean
  /** Bytes of WebAssembly in live modules, beyond which the coldest are given up. */
  readonly cacheBytes: number
  /** 0 … 1: for tests that give up modules by chance at each sample. */
  readonly chance?: () => number
}

/** Regions of T2 are compiled together with those that have at least this share of the samples that count as hot. */
const batchShare = 0.5
const maxBatch = 8

export const defaultTuning: RegionTuning = {
  batch: 8,
  sampleInterval: 500_000,
  hotSamples: 16,
  waitForT2: false,
  cacheBytes: 16 << 20,
}

interface Finding extends FoundRegion {
  readonly head: Tb
}

export class Regions {
  readonly #memory: GuestMemory
  readonly #translator: Translator
  readonly #isValid: (tb: Tb) => boolean
  readonly #tuning: RegionTuning
  /** Set once the engine is made. */
  engine!: Engine
  readonly #hot = new Set<Tb>()
  /** Oldest first. */
  readonly #modules = new Set<RegionModule>()
  #bytes = 0
  /** Modules of T2 that can be put in. */
  readonly #ready: (() => void)[] = []
  /** How often a module was given up to make room. */
  evicted = 0

  constructor(
    memory: GuestMemory,
    translator: Translator,
    isValid: (tb: Tb) => boolean,
    tuning: RegionTuning,
  ) {
    this.#memory = memory
    this.#translator = translator
    this.#isValid = isValid
    this.#tuning = tuning
  }

  /** Bytes of WebAssembly in live modules. */
  get bytes(): number {
    return this.#bytes
  }

  #word(tb: Tb, field: number): number {
    return (tb.address + field) >> 2
  }

  /** The block has become hot. True: it waits for others to be compiled with. */
  heat(tb: Tb): boolean {
    // One that has a region has run without it for want of budget.
    const region = this.#memory.words[this.#word(tb, Block.region)]
    if (!region && this.#translator.compiles(tb)) this.#hot.add(tb)
    if (this.#hot.size >= this.#tuning.batch) this.compileHot()
    return this.#hot.size > 0
  }

  /** Compiles the regions of all blocks that have become hot, in one module. */
  compileHot(): void {
    if (!this.#hot.size) return
    const found = this.#gather(this.#hot, regionLimits)
    this.#hot.clear()
    this.#install(1, found, this.engine.compile(found.map(f => f.region)))
  }

  /**
   * The regions that begin at these blocks. A block that lies in another's region gets none of its own unless it
   * becomes hot once more: then it is entered from elsewhere.
   */
  #gather(heads: Iterable<Tb>, limits: RegionLimits): Finding[] {
    const covered = new Set<Tb>()
    const found: Finding[] = []
    for (const head of heads) {
      if (covered.has(head)) continue
      const region = this.#translator.region(head, limits)
      found.push({ head, ...region })
      for (const tb of region.blocks) {
        covered.add(tb)
        this.#memory.words[this.#word(tb, Block.count)] = 0
      }
    }
    return found
  }

  /** Puts compiled regions in, in place of those that their heads have. No generated code may be running. */
  #install(tier: 1 | 2, found: readonly Finding[], compiled: CompiledModule): void {
    const { words } = this.#memory
    const module: RegionModule = { bytes: compiled.bytes, regions: new Set() }
    found.forEach(({ head, blocks }, i) => {
      for (const old of [...head.regions]) if (old.head === head) this.drop(old)
      const slot = this.engine.place(compiled, i)
      const region: CompiledRegion = { head, blocks, slot, tier, module, samples: 0 }
      module.regions.add(region)
      for (const b of blocks) b.regions = [...b.regions, region]
      words[this.#word(head, Block.region)] = slot
      words[this.#word(head, Block.need)] = compiled.needs[i] as number
    })
    this.#modules.add(module)
    this.#bytes += module.bytes
    if (this.#bytes > this.#tuning.cacheBytes) this.#evict(module)
  }

  // T2.

  /** A CPU was found in one of these regions. */
  sample(regions: readonly CompiledRegion[]): void {
    const { chance } = this.#tuning
    if (chance) for (const m of [...this.#modules]) if (chance() < 0.2) this.#giveUp(m)
    let hottest: CompiledRegion | undefined
    for (const r of regions) if (!hottest || r.blocks.length > hottest.blocks.length) hottest = r
    if (!hottest) return
    hottest.samples++
    if (hottest.tier === 1 && hottest.samples === this.#tuning.hotSamples) this.#promote(hottest)
  }

  /** Compiles a region and others that are nearly as hot for T2. */
  #promote(region: CompiledRegion): void {
    const batch: CompiledRegion[] = [region]
    const enough = this.#tuning.hotSamples * batchShare
    for (const m of this.#modules)
      for (const r of m.regions)
        if (r !== region && r.tier === 1 && r.samples >= enough && r.samples < this.#tuning.hotSamples)
          batch.push(r)
    const chosen = batch.slice(0, maxBatch)
    for (const r of chosen) r.samples = this.#tuning.hotSamples // asked for
    const found = this.#gather(
      chosen.map(r => r.head),
      regionLimits.wide,
    )
    const code = found.map(f => f.region)
    // What has changed until it can be put in is void, and so is everything made with it.
    const ready = (compiled: CompiledModule): void =>
      void this.#ready.push(() => {
        if (found.every(f => f.blocks.every(this.#isValid))) this.#install(2, found, compiled)
      })
    if (this.#tuning.waitForT2) ready(this.engine.compile(code, 2))
    else void this.engine.compileInBackground(code).then(ready, () => {}) // the host cannot: T1 stays
  }

  /** Puts in what has been compiled in the background. No generated code may be running. */
  installReady(): void {
    if (!this.#ready.length) return
    for (const install of this.#ready.splice(0)) install()
  }

  // Giving up.

  drop(region: CompiledRegion): void {
    const { words } = this.#memory
    for (const b of region.blocks) b.regions = b.regions.filter(r => r !== region)
    words[this.#word(region.head, Block.region)] = 0
    words[this.#word(region.head, Block.need)] = noRegion
    words[this.#word(region.head, Block.count)] = 0 // it may become hot again
    this.engine.release(region.slot, region.tier)
    const { module } = region
    module.regions.delete(region)
    // The host frees a module once nothing in it can be called.
    if (!module.regions.size && this.#modules.delete(module)) this.#bytes -= module.bytes
  }

  /** The block is forgotten, and what was compiled with it. */
  forget(tb: Tb): void {
    this.#hot.delete(tb)
    for (const region of [...tb.regions]) this.drop(region)
  }

  /** Makes room: the oldest modules go, but those in which samples have found a CPU since the last time stay. */
  #evict(newest: RegionModule): void {
    const enough = this.#tuning.cacheBytes / 2
    for (const spareUsed of [true, false]) {
      for (const module of [...this.#modules]) {
        if (this.#bytes <= enough) return
        if (module === newest) continue
        const used = [...module.regions].some(r => r.samples > 0)
        if (used && spareUsed) {
          for (const r of module.regions) r.samples = 0
          continue
        }
        this.#giveUp(module)
      }
    }
  }

  #giveUp(module: RegionModule): void {
    for (const r of [...module.regions]) this.drop(r)
    this.evicted++
  }

  /** Forgets everything. */
  clear(): void {
    for (const module of [...this.#modules]) for (const r of [...module.regions]) this.drop(r)
    this.#hot.clear()
    this.#ready.length = 0
  }
}
