/**
 * Lowers a region: several blocks of guest code in one WebAssembly function of type (cpu) → exit code. Guest registers
 * live in locals, are loaded at the entry and stored at the ways out. Every block pays its instructions from the
 * budget when it begins. At the entry and at the head of each loop the budget must cover the longest way to the next
 * such place or out; a region never runs past it.
 */
import { Block, Exit, Head, Rec, Single } from '../abi.ts'
import { type Node, type Type, type Width, widthBytes } from '../ir/types.ts'
import { emitChain } from './chain.ts'
import { Code, type Label, type ModuleWriter } from './encode.ts'
import { type CalleeIndex, cpuLocal, type FlatMemory, Lowerer, type Runtime, storeOp } from './lower.ts'
import { addConstant, Counts } from './region-counts.ts'
import { pcOf, RegionGraph } from './region-graph.ts'
import { type Slot, slotsOf } from './region-slots.ts'
import { hookCallee, type Region, type RegionBlock, regionType } from './region-type.ts'
import type { Structure } from './structure.ts'

/** Operations before which nothing may be owed: those that end the block, and those that others see the slots at. */
const paysFirst = new Set(['goto', 'branch', 'raise', 'leave', 'hook'])

class RegionLowerer extends Lowerer {
  readonly #region: Region
  readonly #slots: Map<number, Slot>
  readonly #graph: RegionGraph
  readonly #budget: number
  readonly #rec: number
  readonly #tlb: number
  readonly #shape: Structure
  readonly #labels = new Map<number, { merge?: Label; loop?: Label }>()
  /** Type of regions in the module, if they go on to each other without the dispatcher. */
  readonly #chainType: number | undefined
  #side!: Label
  #trap!: Label
  #out!: Label
  #leave!: Label
  #vars: number[] = []
  #current = 0
  #insnRecord = 0
  readonly #counts: Counts

  constructor(
    code: Code,
    index: CalleeIndex,
    runtime: Runtime,
    region: Region,
    chainType: number | undefined,
  ) {
    super(code, index, runtime)
    this.#region = region
    this.#chainType = chainType
    this.#graph = new RegionGraph(region)
    this.#shape = this.#graph.shape
    this.#budget = code.local('i32')
    this.#rec = code.local('i32')
    this.#tlb = code.local('i32')
    const loops = this.#shape.placed.some(p => p?.loop)
    this.#slots = slotsOf(region, code, loops)
    this.#counts = new Counts(code, this.#slots)
    this.#region0()
  }

  /** Budget that the caller must see to before entering. */
  get need(): number {
    return this.#graph.need
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

    this.#leave = code.block()
    const chain = code.block()
    this.#out = code.block()
    this.#trap = code.block()
    this.#side = code.block()
    this.#tree(0)
    code.op(0x00)
    code.end()
    this.#leaveAtRecord()
    // Exceptions are delivered here; everything else is for the dispatcher.
    code.get(cpuLocal)
    code.mem(0x28, Head.exit)
    code.i32(Exit.trap)
    code.op(0x47)
    code.brIf(this.#leave)
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
    if (this.#chainType !== undefined) emitChain(code, this.#chainType, this.#budget, this.#rec)
    code.i32(Exit.next)
    code.op(0x0f)
    code.end()
    this.#spillAll()
    code.get(cpuLocal)
    code.mem(0x28, Head.exit)
  }

  /** An instruction that traps has used its time. */
  #payTrap(): void {
    this.code.get(this.#budget)
    this.code.i32(1)
    this.code.op(0x6b)
    this.code.set(this.#budget)
  }

  #spillAll(): void {
    const { code } = this
    this.#spill()
    code.get(cpuLocal)
    code.get(this.#budget)
    code.mem(0x36, Head.budget)
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
    code.mem(0x29, Block.pc)
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

  #spill(sharedOnly = false): void {
    const { code } = this
    for (const [offset, slot] of this.#slots) {
      if (!slot.written || (sharedOnly && !slot.shared)) continue
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
    this.#lowerBlock(n)
    for (const m of [...merges].reverse()) {
      code.end()
      this.#tree(m)
    }
    if (placed.loop) {
      code.op(0x00)
      code.end()
    }
  }

  #lowerBlock(n: number): void {
    const { code } = this
    this.#current = n
    const block = this.#block
    this.#insnRecord = block.records
    if (this.#shape.placed[n]?.loop) {
      code.get(this.#budget)
      code.i32(this.#graph.path(n))
      code.op(0x48)
      code.hint(false)
      code.if()
      this.#storeKnownPc(block.pc)
      code.br(this.#out)
      code.end()
    }
    code.get(this.#budget)
    code.i32(block.length)
    code.op(0x6b)
    code.set(this.#budget)
    const outer = this.#vars // blocks nest
    const vars = block.vars.map(type => code.local(type))
    this.#vars = vars
    this.#counts.block(() => this.lower(block.body, block.count))
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
    const to = this.#graph.at(pcOf(target))
    if (to !== undefined && this.#shape.follows(this.#current, to)) return this.#goToBlock(to)
    if (this.#returns(target)) return
    this.storePc(target)
    this.code.br(this.#out)
  }

  /** A jump to where a register says, perhaps back to a block of the region. */
  #returns(target: Node): boolean {
    const { code } = this
    const from = this.#current
    const sites = this.#region.blocks[from]?.returnsTo ?? []
    if (!sites.length || pcOf(target) !== undefined) return false
    const wide = target.type === 'i64'
    const pc = code.local(target.type as Type)
    this.value(target)
    code.set(pc)
    for (const site of sites) {
      const to = this.#graph.at(site)
      if (to === undefined || !this.#shape.follows(from, to)) continue
      code.get(pc)
      code.const(wide ? 'i64' : 'i32', wide ? BigInt.asIntN(64, site) : Number(BigInt.asIntN(32, site)))
      code.op(wide ? 0x51 : 0x46)
      code.if()
      this.#goToBlock(to)
      code.end()
    }
    code.get(cpuLocal)
    code.get(pc)
    if (!wide) code.op(0xad)
    code.mem(0x37, Head.pc)
    code.br(this.#out)
    code.release(pc)
    return true
  }

  #goToBlock(to: number): void {
    const from = this.#current
    const label = this.#shape.isBack(from, to) ? this.#labels.get(to)?.loop : this.#labels.get(to)?.merge
    if (label) return this.code.br(label)
    this.#tree(to)
    this.#current = from
  }

  protected override control(node: Node): void {
    const { code } = this
    const [a, b, c] = node.args as [Node, Node, Node]
    if (paysFirst.has(node.op)) this.#counts.pay()
    switch (node.op) {
      case 'insn':
        this.#insnRecord = this.#block.records + (Number(node.imm) << Rec.shift)
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
        return this.#raise()
      case 'leave':
        this.storePc(a)
        this.storeHead(Head.exit, Number(node.imm))
        return code.br(this.#leave)
      case 'exact':
        return this.#sideExit(Exit.step)
      case 'timed':
        return node.imm ? this.#beginExact() : this.storeHead(Head.single, 0)
      case 'pause':
        return this.#pause()
      case 'check':
        return this.checkExit()
      case 'hook':
        return this.#hook(Number(node.imm))
      case 'hooked':
        code.get(cpuLocal)
        code.mem(0x28, Head.request)
        code.if()
        this.#sideExit(Exit.hook)
        return code.end()
      default:
        throw new Error(`IR: ${node.op} does not belong in a region`)
    }
  }

  /** Calls back a plugin. It sees, and may change, the slots that it shares; registers if it said so. */
  #hook(imm: number): void {
    const { code } = this
    const [reads, writes] = [(imm & 1) !== 0, (imm & 2) !== 0]
    if (reads) this.#expose()
    else this.#spill(true)
    code.get(cpuLocal)
    code.mem(0x28, Head.index)
    code.call(this.index(hookCallee(imm >> 2)))
    for (const [offset, slot] of this.#slots) {
      if (!slot.shared && !writes) continue
      super.getSlot(offset, slot.type)
      code.set(slot.local)
    }
  }

  /** Makes the vCPU's state in memory what it is before the current instruction: registers and time. */
  #expose(): void {
    const { code } = this
    this.#spill()
    code.get(cpuLocal)
    this.#left()
    code.mem(0x36, Head.budget)
  }

  /** Pushes the budget before the current instruction. */
  #left(): void {
    this.code.get(this.#budget)
    this.code.i32(this.#block.length - this.#insn)
    this.code.op(0x6a)
  }

  /** The block that is being lowered, and the number of the current instruction in it. */
  get #block(): RegionBlock {
    return this.#region.blocks[this.#current] as RegionBlock
  }
  get #insn(): number {
    return (this.#insnRecord - this.#block.records) >> Rec.shift
  }
  /** Does the current instruction make its slow accesses here? */
  get #reachesDevices(): boolean {
    return this.#block.devices?.has(this.#insn) ?? false
  }

  /** From here the time is exact: in the head is what is left when this instruction is paid and no later one is. */
  #beginExact(): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(this.#budget)
    code.i32(this.#block.length - this.#insn - 1)
    code.op(0x6a)
    code.mem(0x36, Head.budget)
    this.storeHead(Head.single, Single.inRegion)
  }

  protected override beforeSlow(): void {
    if (this.#reachesDevices) this.#beginExact()
  }
  /** A device may have brought the end of the slice nearer. */
  protected override afterSlow(): void {
    if (this.#reachesDevices) {
      const { code } = this
      this.storeHead(Head.single, 0)
      code.get(cpuLocal)
      code.mem(0x28, Head.budget)
      code.i32(this.#block.length - this.#insn - 1)
      code.op(0x6b)
      code.set(this.#budget)
    }
    this.checkExit()
  }

  /** After an instruction that has reached a device: does the budget still cover the way to the next check? */
  #pause(): void {
    const { code } = this
    code.get(this.#budget)
    code.i32(this.#graph.path(this.#current) - this.#block.length)
    code.op(0x48)
    code.get(cpuLocal)
    code.mem(0x28, Head.request)
    code.op(0x72)
    code.hint(false)
    code.if()
    this.#insnRecord += Rec.bytes
    this.#sideExit(Exit.next)
    this.#insnRecord -= Rec.bytes
    code.end()
  }

  protected override emit(node: Node): void {
    const [address, value] = node.args
    switch (node.op) {
      case 'left':
        return this.#left()
      case 'count':
        return this.#counts.count(Number(node.imm), address as Node)
      case 'if':
      case 'loop':
        return this.#counts.nested(node, () => super.emit(node))
      case 'rstore':
        if (address?.op === 'get' && value && this.plan.inline[address.id])
          return this.#storeAtSlot(node, Number(address.imm), value)
    }
    super.emit(node)
  }

  /** A store through a pointer that lives in a slot: what the slot lacks goes into the constant offset. */
  #storeAtSlot({ width, imm }: Node, pointer: number, value: Node): void {
    const store = storeOp[value.type as 'i32' | 'i64'][widthBytes[width as Width]]
    this.#loadSlot(pointer, 'i32')
    this.value(value)
    this.code.mem(store, Number(imm) + Number(this.#counts.lacks(pointer)))
  }

  /** The current instruction traps: everything about it is known here. */
  #raise(): void {
    const { code } = this
    const block = this.#block
    const at = this.#insn
    const offset = block.offsets[at]
    if (offset === undefined) throw new Error('region: no such instruction')
    this.#storeKnownPc(block.pc + BigInt(offset))
    const unused = block.length - at - 1 // an instruction that traps has used its time
    if (unused) {
      code.get(this.#budget)
      code.i32(unused)
      code.op(0x6a)
      code.set(this.#budget)
    }
    code.br(this.#trap)
  }

  #sideExit(exit: number): void {
    this.storeHead(Head.exit, exit)
    this.#toSide()
  }
  #toSide(): void {
    this.#counts.payOnWayOut()
    this.code.i32(this.#insnRecord)
    this.code.set(this.#rec)
    this.code.br(this.#side)
  }
  protected override checkExit(): void {
    this.code.get(cpuLocal)
    this.code.mem(0x28, Head.exit)
    this.code.hint(false)
    this.code.if()
    this.#toSide()
    this.code.end()
  }
  protected override tlbBase(): void {
    this.code.get(this.#tlb)
  }
  protected override get flat(): FlatMemory | undefined {
    return this.#region.flat
  }
  protected override varLocal(index: number): number {
    return this.#vars[index] as number
  }
  protected override getSlot(offset: number, type: Type): void {
    this.#loadSlot(offset, type)
    const lacks = this.#counts.lacks(offset)
    if (lacks) addConstant(this.code, type, lacks)
  }
  #loadSlot(offset: number, type: Type): void {
    const slot = this.#slots.get(offset)
    if (slot) this.code.get(slot.local)
    else super.getSlot(offset, type)
  }
  protected override setSlot(offset: number, value: Node): void {
    const slot = this.#slots.get(offset)
    if (slot) {
      this.value(value)
      this.code.set(slot.local)
    } else super.setSlot(offset, value)
    this.#counts.forget(offset)
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
