/**
 * Lowers a region: several blocks of guest code in one WebAssembly function of type (cpu) → exit code. Guest registers
 * live in locals, are loaded at the entry and stored at the ways out. Every block pays its instructions from the
 * budget when it begins. At the entry and at the head of each loop the budget must cover the longest way to the next
 * such place or out; a region never runs past it.
 */
import { Block, Exit, Head, Rec } from '../../abi.ts'
import type { Node, Type } from '../../ir/types.ts'
import { Code, type Label, type ModuleWriter } from '../asm/encode.ts'
import { emitChain } from '../lower/chain.ts'
import { cpuLocal } from '../lower/head.ts'
import type { CalleeIndex, Runtime } from '../lower/lower.ts'
import { BlockLowerer } from './block.ts'
import { pcOf } from './graph.ts'
import type { Structure } from './structure.ts'
import { type Region, regionType } from './type.ts'

class RegionLowerer extends BlockLowerer {
  readonly #labels = new Map<number, { merge?: Label; loop?: Label }>()
  /** Type of regions in the module, if they go on to each other without the dispatcher. */
  readonly #chainType: number | undefined
  readonly #shape: Structure

  constructor(
    code: Code,
    index: CalleeIndex,
    runtime: Runtime,
    region: Region,
    chainType: number | undefined,
  ) {
    super(code, index, runtime, region)
    this.#chainType = chainType
    this.#shape = this.graph.shape
    this.#region0()
  }

  /** Budget that the caller must see to before entering. */
  get need(): number {
    return this.graph.need
  }

  #region0(): void {
    const { code } = this
    for (const [offset, slot] of this.slots) this.fetch(offset, slot)
    code.get(cpuLocal)
    code.mem('i32.load', Head.budget)
    code.set(this.budget)
    code.get(cpuLocal)
    code.mem('i32.load', Head.tlb)
    code.set(this.tlb)

    this.leave = code.block()
    const chain = code.block()
    this.out = code.block()
    this.trap = code.block()
    this.side = code.block()
    this.#tree(0)
    code.op('unreachable')
    code.end()
    this.#leaveAtRecord()
    // Exceptions are delivered here; everything else is for the dispatcher.
    code.get(cpuLocal)
    code.mem('i32.load', Head.exit)
    code.i32(Exit.trap)
    code.op('i32.ne')
    code.brIf(this.leave)
    this.storeHead(Head.exit, Exit.next)
    this.#payTrap()
    code.end()
    this.#spillAll()
    code.get(cpuLocal)
    code.call(this.index(this.runtime.deliver))
    code.br(chain)
    code.end()
    this.#spillAll()
    code.end()
    if (this.#chainType !== undefined) emitChain(code, this.#chainType, this.budget, this.rec)
    code.i32(Exit.next)
    code.op('return')
    code.end()
    this.#spillAll()
    code.get(cpuLocal)
    code.mem('i32.load', Head.exit)
  }

  /** An instruction that traps has used its time. */
  #payTrap(): void {
    this.code.get(this.budget)
    this.code.i32(1)
    this.code.op('i32.sub')
    this.code.set(this.budget)
  }

  #spillAll(): void {
    const { code } = this
    this.spill()
    code.get(cpuLocal)
    code.get(this.budget)
    code.mem('i32.store', Head.budget)
  }

  /** Early exit: pc and unused budget follow from the record of the instruction. */
  #leaveAtRecord(): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(this.rec)
    code.mem('i32.store', Head.rec)
    code.get(cpuLocal)
    code.get(this.rec)
    code.mem('i32.load', Rec.block)
    code.mem('i64.load', Block.pc)
    code.get(this.rec)
    code.mem('i64.load16_u', Rec.pcOffset)
    code.op('i64.add')
    code.mem('i64.store', Head.pc)
    code.get(this.budget)
    code.get(this.rec)
    code.mem('i32.load16_u', Rec.left)
    code.op('i32.add')
    code.set(this.budget)
  }

  #tree(n: number): void {
    const { code } = this
    const placed = this.#shape.placed[n]
    if (!placed) throw new Error('region: no such block')
    const labels: { merge?: Label; loop?: Label } = this.#labels.get(n) ?? {}
    this.#labels.set(n, labels)
    if (placed.loop) labels.loop = code.loop()
    const merges = placed.children.filter(c => this.#shape.placed[c]?.merge).reverse()
    for (const m of merges) this.#labels.set(m, { merge: code.block() })
    this.#lowerBlock(n)
    for (const m of [...merges].reverse()) {
      code.end()
      this.#tree(m)
    }
    if (placed.loop) {
      code.op('unreachable')
      code.end()
    }
  }

  #lowerBlock(n: number): void {
    const { code } = this
    this.current = n
    const block = this.block
    this.insnRecord = block.records
    if (this.#shape.placed[n]?.loop) {
      code.get(this.budget)
      code.i32(this.graph.path(n))
      code.op('i32.lt_s')
      code.hint(false)
      code.if()
      this.storeKnownPc(block.pc)
      code.br(this.out)
      code.end()
    }
    code.get(this.budget)
    code.i32(block.length)
    code.op('i32.sub')
    code.set(this.budget)
    const outer = this.vars // blocks nest
    const vars = block.vars.map(type => code.local(type))
    this.vars = vars
    this.counts.block(() => this.lower(block.body, block.count))
    for (const v of vars) code.release(v)
    this.vars = outer
  }

  protected override goTo(target: Node): void {
    const to = this.graph.at(pcOf(target))
    if (to !== undefined && this.#shape.follows(this.current, to)) return this.#goToBlock(to)
    if (this.#returns(target)) return
    this.storePc(target)
    this.code.br(this.out)
  }

  /** A jump to where a register says, perhaps back to a block of the region. */
  #returns(target: Node): boolean {
    const { code } = this
    const from = this.current
    const sites = this.region.blocks[from]?.returnsTo ?? []
    if (!sites.length || pcOf(target) !== undefined) return false
    const wide = target.type === 'i64'
    const pc = code.local(target.type as Type)
    this.value(target)
    code.set(pc)
    for (const site of sites) {
      const to = this.graph.at(site)
      if (to === undefined || !this.#shape.follows(from, to)) continue
      code.get(pc)
      code.const(wide ? 'i64' : 'i32', wide ? BigInt.asIntN(64, site) : Number(BigInt.asIntN(32, site)))
      code.op(wide ? 'i64.eq' : 'i32.eq')
      code.if()
      this.#goToBlock(to)
      code.end()
    }
    code.get(cpuLocal)
    code.get(pc)
    if (!wide) code.op('i64.extend_i32_u')
    code.mem('i64.store', Head.pc)
    code.br(this.out)
    code.release(pc)
    return true
  }

  #goToBlock(to: number): void {
    const from = this.current
    const label = this.#shape.isBack(from, to) ? this.#labels.get(to)?.loop : this.#labels.get(to)?.merge
    if (label) return this.code.br(label)
    this.#tree(to)
    this.current = from
  }
}

/**
 * Adds a region's function to a module under the index that was declared for it. `chain`: it may go on to the next region
 * by itself, through the module's imported table. Returns the budget that the region needs at its entry.
 */
export function defineRegion(
  module: ModuleWriter,
  index: number,
  region: Region,
  callees: CalleeIndex,
  runtime: Runtime,
  chain = false,
): number {
  const code = new Code(['i32'])
  const lowerer = new RegionLowerer(
    code,
    callees,
    runtime,
    region,
    chain ? module.type(regionType) : undefined,
  )
  module.define(index, code)
  return lowerer.need
}
