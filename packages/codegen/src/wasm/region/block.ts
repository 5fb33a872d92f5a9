/**
 * Lowers the blocks of a region one by one: guest registers in locals, the time of each instruction, calls of plugins, and
 * the ways out. How the blocks follow each other is the region's (`region.ts`).
 */
import { Exit, Head, Rec, Single } from '../../abi.ts'
import { type Node, type Type, typeBytes, type Width } from '../../ir/types.ts'
import type { Code, Label } from '../asm/encode.ts'
import { AccessLowerer } from '../lower/guest-access.ts'
import type { FlatMemory } from '../lower/guest-place.ts'
import { cpuLocal, keepPlace } from '../lower/head.ts'
import { type CalleeIndex, type Runtime, slotStore } from '../lower/lower.ts'
import { type AccessType, emitStore } from '../lower/memory.ts'
import { addConstant, Counts } from './counts.ts'
import { RegionGraph } from './graph.ts'
import { type Slot, slotsOf } from './slots.ts'
import { hookCallee, type Region, type RegionBlock } from './type.ts'

/** Operations before which nothing may be owed: those that end the block, and those that others see the slots at. */
const paysFirst = new Set(['goto', 'branch', 'raise', 'leave', 'hook'])

/** How a vector is seen by those who read or write a part of it. */
const viewShape = { i32: 'i32x4', i64: 'i64x2', f32: 'f32x4', f64: 'f64x2' } as const
type ViewShape = (typeof viewShape)[keyof typeof viewShape]

export abstract class BlockLowerer extends AccessLowerer {
  protected readonly region: Region
  protected readonly graph: RegionGraph
  protected readonly slots: Map<number, Slot>
  protected readonly counts: Counts
  /** Locals: the budget when all of the block is paid, the record at which a block is left early, the soft TLB. */
  protected readonly budget: number
  protected readonly rec: number
  protected readonly tlb: number
  /** Ways out: early, at a record; by an exception; at the pc in the head, to the next region or to the dispatcher. */
  protected side!: Label
  protected trap!: Label
  protected out!: Label
  protected leave!: Label
  /** Locals of the block's variables. */
  protected vars: readonly number[] = []
  /** Number of the block that is being lowered, and record of its current instruction. */
  protected current = 0
  protected insnRecord = 0

  constructor(code: Code, index: CalleeIndex, runtime: Runtime, region: Region) {
    super(code, index, runtime)
    this.region = region
    this.graph = new RegionGraph(region)
    this.budget = code.local('i32')
    this.rec = code.local('i32')
    this.tlb = code.local('i32')
    const loops = this.graph.shape.placed.some(p => p?.loop)
    this.slots = slotsOf(region, code, loops)
    this.counts = new Counts(code, this.slots)
  }

  /** Goes to a pc from the end of the current block. */
  protected abstract goTo(target: Node): void

  protected spill(sharedOnly = false): void {
    const { code } = this
    for (const [offset, slot] of this.slots) {
      if (!slot.written || (sharedOnly && !slot.shared)) continue
      code.get(cpuLocal)
      code.get(slot.local)
      code.mem(slotStore[slot.type], offset)
    }
  }

  protected storeKnownPc(pc: bigint): void {
    this.code.get(cpuLocal)
    this.code.i64(BigInt.asIntN(64, pc))
    this.code.mem('i64.store', Head.pc)
  }

  protected override control(node: Node): void {
    const { code } = this
    const [a, b, c] = node.args as [Node, Node, Node]
    if (paysFirst.has(node.op)) this.counts.pay()
    switch (node.op) {
      case 'insn':
        this.insnRecord = this.block.records + (Number(node.imm) << Rec.shift)
        return
      case 'goto':
        if (!node.imm) return this.goTo(a)
        this.storePc(a)
        return code.br(this.out)
      case 'branch':
        this.value(a)
        code.if()
        this.goTo(b)
        code.else()
        this.goTo(c)
        code.end()
        return code.op('unreachable')
      case 'raise':
        this.describeTrap(a, b)
        return this.#raise()
      case 'leave':
        this.storePc(a)
        this.storeHead(Head.exit, Number(node.imm))
        return code.br(this.leave)
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
        code.mem('i32.load', Head.request)
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
    else this.spill(true)
    code.get(cpuLocal)
    code.mem('i32.load', Head.index)
    code.call(this.index(hookCallee(imm >> 2)))
    for (const [offset, slot] of this.slots) {
      if (slot.shared || writes) this.fetch(offset, slot)
    }
  }

  /** Memory → local. */
  protected fetch(offset: number, { type, local }: Slot): void {
    super.getSlot(offset, type)
    this.code.set(local)
  }

  /** Makes the vCPU's state in memory what it is before the current instruction: registers and time. */
  #expose(): void {
    const { code } = this
    this.spill()
    code.get(cpuLocal)
    this.#left()
    code.mem('i32.store', Head.budget)
  }

  /** Pushes the budget before the current instruction. */
  #left(): void {
    this.code.get(this.budget)
    this.code.i32(this.#later + 1)
    this.code.op('i32.add')
  }

  /** The block that is being lowered, and the number of the current instruction in it. */
  protected get block(): RegionBlock {
    return this.region.blocks[this.current] as RegionBlock
  }
  get #insn(): number {
    return (this.insnRecord - this.block.records) >> Rec.shift
  }
  /** Instructions of the block behind the current one; they are paid for, too. */
  get #later(): number {
    return this.block.length - this.#insn - 1
  }
  /** Does the current instruction make its slow accesses here? */
  get #reachesDevices(): boolean {
    return this.block.devices?.has(this.#insn) ?? false
  }

  /** From here the time is exact: in the head is what is left when this instruction is paid and no later one is. */
  #beginExact(): void {
    const { code } = this
    code.get(cpuLocal)
    code.get(this.budget)
    code.i32(this.#later)
    code.op('i32.add')
    code.mem('i32.store', Head.budget)
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
      code.mem('i32.load', Head.budget)
      code.i32(this.#later)
      code.op('i32.sub')
      code.set(this.budget)
    }
    this.checkExit()
  }

  /** After an instruction that has reached a device: does the budget still cover the way to the next check? */
  #pause(): void {
    const { code } = this
    code.get(this.budget)
    code.i32(this.graph.path(this.current) - this.block.length)
    code.op('i32.lt_s')
    code.get(cpuLocal)
    code.mem('i32.load', Head.request)
    code.op('i32.or')
    code.hint(false)
    code.if()
    this.insnRecord += Rec.bytes
    keepPlace(code, () => code.i32(this.insnRecord))
    this.#sideExit(Exit.next)
    this.insnRecord -= Rec.bytes
    code.end()
  }

  protected override emit(node: Node): void {
    const [address, value] = node.args
    switch (node.op) {
      case 'left':
        return this.#left()
      case 'count':
        return this.counts.count(Number(node.imm), address as Node)
      case 'if':
      case 'loop':
        return this.counts.nested(node, () => super.emit(node))
      case 'rstore':
        if (address?.op === 'get' && value && this.plan.inline[address.id])
          return this.#storeAtSlot(node, Number(address.imm), value)
    }
    super.emit(node)
  }

  /** A store through a pointer that lives in a slot: what the slot lacks goes into the constant offset. */
  #storeAtSlot({ width, imm }: Node, pointer: number, value: Node): void {
    this.#loadSlot(pointer, 'i32')
    this.value(value)
    const offset = Number(imm) + Number(this.counts.lacks(pointer))
    emitStore(this.code, value.type as AccessType, width as Width, offset)
  }

  /** The current instruction traps: everything about it is known here. */
  #raise(): void {
    const { code } = this
    const offset = this.block.offsets[this.#insn]
    if (offset === undefined) throw new Error('region: no such instruction')
    this.storeKnownPc(this.block.pc + BigInt(offset))
    const unused = this.#later // an instruction that traps has used its time
    if (unused) {
      code.get(this.budget)
      code.i32(unused)
      code.op('i32.add')
      code.set(this.budget)
    }
    code.br(this.trap)
  }

  #sideExit(exit: number): void {
    this.storeHead(Head.exit, exit)
    this.#toSide()
  }
  #toSide(): void {
    this.counts.payOnWayOut()
    this.code.i32(this.insnRecord)
    this.code.set(this.rec)
    this.code.br(this.side)
  }
  protected override checkExit(): void {
    this.code.get(cpuLocal)
    this.code.mem('i32.load', Head.exit)
    this.code.hint(false)
    this.code.if()
    this.#toSide()
    this.code.end()
  }
  protected override tlbBase(): void {
    this.code.get(this.tlb)
  }
  protected override get flat(): FlatMemory | undefined {
    return this.region.flat
  }
  protected override varLocal(index: number): number {
    return this.vars[index] as number
  }
  protected override getSlot(offset: number, type: Type): void {
    this.#loadSlot(offset, type)
    const lacks = this.counts.lacks(offset)
    if (lacks) addConstant(this.code, type, lacks)
  }
  #loadSlot(offset: number, type: Type): void {
    const slot = this.#slotAt(offset, type)
    if (!slot) return super.getSlot(offset, type)
    this.code.get(slot.local)
    if (slot.part) this.code.lane(`${slot.part.shape}.extract_lane`, slot.part.lane)
  }
  protected override setSlot(offset: number, value: Node): void {
    const slot = this.#slotAt(offset, value.type as Type)
    if (slot) {
      if (slot.part) this.code.get(slot.local)
      this.value(value)
      if (slot.part) this.code.lane(`${slot.part.shape}.replace_lane`, slot.part.lane)
      this.code.set(slot.local)
    } else super.setSlot(offset, value)
    this.counts.forget(offset)
  }
  /** The local of a place in the state, and which lane of it is meant if not the whole. */
  #slotAt(
    offset: number,
    type: Type,
  ): { local: number; part?: { shape: ViewShape; lane: number } } | undefined {
    const known = this.slots.get(offset)
    if (known?.type === type) return known
    const home = known ? offset : offset & -16
    const slot = known ?? this.slots.get(home)
    if (!slot || (!known && slot.type !== 'v128')) return undefined
    const lane = (offset - home) / typeBytes[type]
    if (slot.type !== 'v128' || type === 'v128' || !Number.isInteger(lane))
      throw new Error(`region: the slot at ${home} is ${slot.type}: there is no ${type} at ${offset}`)
    return { local: slot.local, part: { shape: viewShape[type], lane } }
  }
}
