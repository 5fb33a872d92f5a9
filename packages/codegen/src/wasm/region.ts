/**
 * Lowers a region: several blocks of guest code in one WebAssembly function of type (cpu) → exit code. Guest registers
 * live in locals, are loaded at the entry and stored at the one way out. Every block pays its instructions from the
 * budget when it begins; a region never runs past it.
 */
import { Exit, Head, Rec } from '../abi.ts'
import type { Node, Type } from '../ir/types.ts'
import { Code, type Label, type ModuleWriter } from './encode.ts'
import { type CalleeIndex, cpuLocal, Lowerer, type Runtime } from './lower.ts'
import { type Structure, structure } from './structure.ts'

/** One block of a region. */
export interface RegionBlock {
  readonly pc: bigint
  /** Statements; the last one is a terminator. */
  readonly body: readonly Node[]
  /** Nodes are numbered below this. */
  readonly count: number
  /** Types of the block's variables. */
  readonly vars: readonly Type[]
  /** Number of instructions, paid at entry. */
  readonly length: number
  /** Address of the record of the first instruction. */
  readonly records: number
}

/** A region: the first block is the entry. */
export interface Region {
  readonly blocks: readonly RegionBlock[]
  /** Type of a state slot that may live in a local, or undefined if it must stay in memory. */
  promote(offset: number): Type | undefined
}

const pcOf = (node: Node | undefined): bigint | undefined =>
  node?.op === 'const' ? BigInt.asUintN(node.type === 'i32' ? 32 : 64, BigInt(node.imm)) : undefined

class RegionLowerer extends Lowerer {
  readonly #region: Region
  readonly #slots = new Map<number, { local: number; type: Type; written: boolean }>()
  readonly #budget: number
  readonly #rec: number
  readonly #tlb: number
  readonly #blockOf = new Map<bigint, number>()
  readonly #shape: Structure
  readonly #labels = new Map<number, { merge?: Label; loop?: Label }>()
  #side!: Label
  #out!: Label
  #vars: number[] = []
  #current = 0
  #insnRecord = 0

  constructor(code: Code, index: CalleeIndex, runtime: Runtime, region: Region) {
    super(code, index, runtime)
    this.#region = region
    region.blocks.forEach((b, i) => this.#blockOf.set(b.pc, i))
    this.#shape = structure(region.blocks.map(b => this.#successors(b)))
    this.#budget = code.local('i32')
    this.#rec = code.local('i32')
    this.#tlb = code.local('i32')
    for (const b of region.blocks) this.#collect(b.body)
    this.#region0()
  }

  #successors(block: RegionBlock): number[] {
    const last = block.body.at(-1)
    const targets =
      last?.op === 'goto' && !last.imm ? [last.args[0]] : last?.op === 'branch' ? last.args.slice(1) : []
    const found = targets.map(t => this.#blockOf.get(pcOf(t) ?? -1n)).filter(t => t !== undefined)
    return [...new Set(found)]
  }

  /** Finds the slots that this region keeps in locals. */
  #collect(body: readonly Node[]): void {
    for (const n of body) {
      if (n.op === 'get' || n.op === 'set') {
        const offset = Number(n.imm)
        const type = this.#region.promote(offset)
        if (type) {
          const slot = this.#slots.get(offset) ?? { local: this.code.local(type), type, written: false }
          if (n.op === 'set') slot.written = true
          this.#slots.set(offset, slot)
        }
      }
      if (n.body) this.#collect(n.body)
      if (n.orelse) this.#collect(n.orelse)
    }
  }

  #region0(): void {
    const { code } = this
    for (const [offset, slot] of this.#slots) {
      super.getSlot(offset, slot.type)
      code.set(slot.local)
    }
    super.getSlot(Head.budget, 'i32')
    code.set(this.#budget)
    super.getSlot(Head.tlb, 'i32')
    code.set(this.#tlb)

    this.#out = code.block()
    this.#side = code.block()
    this.#tree(0)
    code.op(0x00)
    code.end()
    this.#leaveAtRecord()
    code.end()
    this.#spill()
    code.get(cpuLocal)
    code.get(this.#budget)
    code.mem(0x36, Head.budget)
    code.get(cpuLocal)
    code.mem(0x28, Head.exit)
  }

  /** Early exit: pc and unused budget follow from the record of the instruction. */
  #leaveAtRecord(): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(this.#rec)
    code.mem(0x36, Head.rec)
    code.get(cpuLocal)
    code.get(this.#rec)
    code.mem(0x28, Rec.block)
    code.mem(0x29, 16)
    code.get(this.#rec)
    code.mem(0x33, Rec.pcOffset)
    code.op(0x7c)
    code.mem(0x37, Head.pc)
    code.get(this.#budget)
    code.get(this.#rec)
    code.mem(0x2f, Rec.left)
    code.op(0x6a)
    code.set(this.#budget)
  }

  #spill(): void {
    const { code } = this
    for (const [offset, slot] of this.#slots) {
      if (!slot.written) continue
      code.get(cpuLocal)
      code.get(slot.local)
      code.mem(slot.type === 'i32' ? 0x36 : 0x37, offset)
    }
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
    this.#block(n)
    for (const m of [...merges].reverse()) {
      code.end()
      this.#tree(m)
    }
    if (placed.loop) {
      code.op(0x00)
      code.end()
    }
  }

  #block(n: number): void {
    const { code } = this
    const block = this.#region.blocks[n] as RegionBlock
    this.#current = n
    this.#insnRecord = block.records
    code.get(this.#budget)
    code.i32(block.length)
    code.op(0x6b)
    code.tee(this.#budget)
    code.i32(0)
    code.op(0x48)
    code.if()
    code.get(this.#budget)
    code.i32(block.length)
    code.op(0x6a)
    code.set(this.#budget)
    this.#storeKnownPc(block.pc)
    code.br(this.#out)
    code.end()
    const outer = this.#vars // blocks nest
    const vars = block.vars.map(type => code.local(type))
    this.#vars = vars
    this.lower(block.body, block.count)
    for (const v of vars) code.release(v)
    this.#vars = outer
  }

  #storeKnownPc(pc: bigint): void {
    this.code.get(cpuLocal)
    this.code.i64(BigInt.asIntN(64, pc))
    this.code.mem(0x37, Head.pc)
  }

  /** Goes to a pc from the end of the current block. */
  #goTo(target: Node): void {
    const to = this.#blockOf.get(pcOf(target) ?? -1n)
    const from = this.#current
    if (to === undefined || !this.#shape.follows(from, to)) {
      this.storePc(target)
      return this.code.br(this.#out)
    }
    const label = this.#shape.isBack(from, to) ? this.#labels.get(to)?.loop : this.#labels.get(to)?.merge
    if (label) return this.code.br(label)
    this.#tree(to)
    this.#current = from
  }

  protected override control(node: Node): void {
    const { code } = this
    const [a, b, c] = node.args as [Node, Node, Node]
    switch (node.op) {
      case 'insn':
        this.#insnRecord =
          (this.#region.blocks[this.#current] as RegionBlock).records + (Number(node.imm) << Rec.shift)
        return
      case 'goto':
        if (!node.imm) return this.#goTo(a)
        this.storePc(a)
        return code.br(this.#out)
      case 'branch':
        this.value(a)
        code.if()
        this.#goTo(b)
        code.else()
        this.#goTo(c)
        code.end()
        return code.op(0x00)
      case 'raise':
        this.describeTrap(a, b)
        return this.#sideExit(Exit.trap)
      case 'leave':
        this.storePc(a)
        this.storeHead(Head.exit, Number(node.imm))
        return code.br(this.#out)
      case 'exact':
        return this.#sideExit(Exit.step)
      case 'check':
        return this.checkExit()
      case 'hook':
        if (Number(node.imm) & 1) this.#expose()
        code.get(cpuLocal)
        code.i32(Number(node.imm) >> 1)
        code.call(this.index(this.runtime.hook))
        code.if()
        this.#sideExit(Exit.hook)
        return code.end()
      default:
        throw new Error(`IR: ${node.op} does not belong in a region`)
    }
  }

  /** Makes the vCPU's state in memory what it is before the current instruction: registers and time. */
  #expose(): void {
    const { code } = this
    const block = this.#region.blocks[this.#current] as RegionBlock
    const done = (this.#insnRecord - block.records) >> Rec.shift
    this.#spill()
    code.get(cpuLocal)
    code.get(this.#budget)
    code.i32(block.length - done)
    code.op(0x6a)
    code.mem(0x36, Head.budget)
  }

  #sideExit(exit: number): void {
    this.storeHead(Head.exit, exit)
    this.#toSide()
  }
  #toSide(): void {
    this.code.i32(this.#insnRecord)
    this.code.set(this.#rec)
    this.code.br(this.#side)
  }
  protected override checkExit(): void {
    this.code.get(cpuLocal)
    this.code.mem(0x28, Head.exit)
    this.code.if()
    this.#toSide()
    this.code.end()
  }
  protected override tlbBase(): void {
    this.code.get(this.#tlb)
  }
  protected override varLocal(index: number): number {
    return this.#vars[index] as number
  }
  protected override getSlot(offset: number, type: Type): void {
    const slot = this.#slots.get(offset)
    if (slot) this.code.get(slot.local)
    else super.getSlot(offset, type)
  }
  protected override setSlot(offset: number, value: Node): void {
    const slot = this.#slots.get(offset)
    if (!slot) return super.setSlot(offset, value)
    this.value(value)
    this.code.set(slot.local)
  }
}

/** Adds a region's function to a module under the index that was declared for it. */
export function defineRegion(
  module: ModuleWriter,
  index: number,
  region: Region,
  callees: CalleeIndex,
  runtime: Runtime,
): void {
  const code = new Code(['i32'])
  new RegionLowerer(code, callees, runtime, region)
  module.define(index, code)
}
