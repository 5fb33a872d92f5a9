/**
 * Lowers a region: several blocks of guest code in one WebAssembly function of type (cpu) → exit code. Guest registers
 * live in locals, are loaded at the entry and stored at the ways out. Every block pays its instructions from the
 * budget when it begins. At the entry and at the head of each loop the budget must cover the longest way to the next
 * such place or out; a region never runs past it.
 */
import { Block, Exit, Head, JumpCache, Rec } from '../abi.ts'
import type { Callee, Node, Type } from '../ir/types.ts'
import { Code, type Label, type ModuleWriter } from './encode.ts'
import { type CalleeIndex, cpuLocal, type FlatMemory, Lowerer, type Runtime } from './lower.ts'
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
  /** Distance of each instruction from `pc`. */
  readonly offsets: readonly number[]
  /** Address of the record of the first instruction. */
  readonly records: number
  /** Blocks of the region to which the jump at the end probably returns, by pc: they are tried before the jump cache. */
  readonly returnsTo?: readonly bigint[]
}

/** A region: the first block is the entry. */
export interface Region {
  readonly blocks: readonly RegionBlock[]
  /** Type of a state slot that may live in a local, or undefined if it must stay in memory. */
  promote(offset: number): Type | undefined
  /**
   * Type of a slot of plugins, which they see and may change whenever they are called: it may live in a local between
   * the calls.
   */
  shared?(offset: number): Type | undefined
  /** Memory that loads reach without the soft TLB: `size` bytes from guest address `base`, at a linear address. */
  readonly flat?: FlatMemory | undefined
}

/**
 * The host's function for a `hook`: (number of the vCPU). Each is an import of its own: through one import with the number
 * as an argument a call takes three times as long.
 */
export const hookCallee = (id: number): Callee => ({ name: `hook ${id}`, params: [], result: undefined })

/** Numbers of the hooks in a region. */
export function hooksOf({ blocks }: Region): Set<number> {
  const found = new Set<number>()
  const walk = (body: readonly Node[]): void => {
    for (const n of body) {
      if (n.op === 'hook') found.add(Number(n.imm) >> 2)
      if (n.body) walk(n.body)
      if (n.orelse) walk(n.orelse)
    }
  }
  for (const b of blocks) walk(b.body)
  return found
}

/** How a region is called: (cpu) → exit code. */
export const regionType: { readonly params: readonly ['i32']; readonly result: 'i32' } = {
  params: ['i32'],
  result: 'i32',
}

/** A state slot that lives in a local. */
interface Slot {
  readonly local: number
  readonly type: Type
  written: boolean
  /** Plugins see it at any time: in memory whenever they are called. */
  readonly shared: boolean
}

/** Places that use a slot of plugins from which on it gets a local, and how many slots do. */
const usesForLocal = 4
const maxShared = 4

const pcOf = (node: Node | undefined): bigint | undefined =>
  node?.op === 'const' ? BigInt.asUintN(node.type === 'i32' ? 32 : 64, BigInt(node.imm)) : undefined

class RegionLowerer extends Lowerer {
  readonly #region: Region
  readonly #slots = new Map<number, Slot>()
  /** Uses of slots of plugins. */
  readonly #uses = new Map<number, number>()
  readonly #budget: number
  readonly #rec: number
  readonly #tlb: number
  readonly #blockOf = new Map<bigint, number>()
  readonly #shape: Structure
  readonly #labels = new Map<number, { merge?: Label; loop?: Label }>()
  /** Instructions that each block and the longest way after it, up to a loop or out, take. */
  readonly #paths: number[] = []
  /** Type of regions in the module, if they go on to each other without the dispatcher. */
  readonly #chainType: number | undefined
  #side!: Label
  #trap!: Label
  #out!: Label
  #leave!: Label
  #vars: number[] = []
  #current = 0
  #insnRecord = 0

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
    region.blocks.forEach((b, i) => this.#blockOf.set(b.pc, i))
    this.#shape = structure(region.blocks.map(b => this.#successors(b)))
    this.#budget = code.local('i32')
    this.#rec = code.local('i32')
    this.#tlb = code.local('i32')
    for (const b of region.blocks) this.#collect(b.body)
    this.#collectShared()
    this.#region0()
  }

  #successors(block: RegionBlock): number[] {
    const last = block.body.at(-1)
    const nodes =
      last?.op === 'goto' && !last.imm ? [last.args[0]] : last?.op === 'branch' ? last.args.slice(1) : []
    const targets = [...nodes.map(pcOf), ...(block.returnsTo ?? [])]
    const found = targets.map(t => this.#blockOf.get(t ?? -1n)).filter(t => t !== undefined)
    return [...new Set(found)]
  }

  /** Instructions of the longest way that begins with a block and ends before a loop or out of the region. */
  #path(n: number): number {
    const known = this.#paths[n]
    if (known !== undefined) return known
    const block = this.#region.blocks[n] as RegionBlock
    let longest = 0
    for (const s of this.#successors(block)) {
      const on = this.#shape.follows(n, s) && !this.#shape.isBack(n, s) && !this.#shape.placed[s]?.loop
      if (on) longest = Math.max(longest, this.#path(s))
    }
    const path = block.length + longest
    this.#paths[n] = path
    return path
  }

  /** Budget that the caller must see to before entering. */
  get need(): number {
    return this.#path(0)
  }

  /** Finds the slots that this region keeps in locals. */
  #collect(body: readonly Node[]): void {
    for (const n of body) {
      if (n.op === 'get' || n.op === 'set') {
        const offset = Number(n.imm)
        const type = this.#region.promote(offset)
        if (!type) this.#use(offset)
        else {
          const slot = this.#slots.get(offset) ?? {
            local: this.code.local(type),
            type,
            written: false,
            shared: false,
          }
          if (n.op === 'set') slot.written = true
          this.#slots.set(offset, slot)
        }
      }
      if (n.op === 'count') this.#use(Number(n.imm))
      if (n.body) this.#collect(n.body)
      if (n.orelse) this.#collect(n.orelse)
    }
  }

  #use(offset: number): void {
    if (this.#region.shared?.(offset)) this.#uses.set(offset, (this.#uses.get(offset) ?? 0) + 1)
  }

  /** The few slots of plugins that are used much live in locals, too. */
  #collectShared(): void {
    const much = [...this.#uses].filter(([, uses]) => uses >= usesForLocal)
    much.sort((a, b) => b[1] - a[1])
    for (const [offset] of much.slice(0, maxShared)) {
      const type = this.#region.shared?.(offset) as Type
      this.#slots.set(offset, { local: this.code.local(type), type, written: true, shared: true })
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
    if (this.#chainType !== undefined) this.#chain(this.#chainType)
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

  /** Goes on to the region at pc, as the dispatcher would, if there is one and nothing else is to be done. */
  #chain(type: number): void {
    const { code } = this
    const load = (offset: number, opcode = 0x28): void => {
      code.get(cpuLocal)
      code.mem(opcode, offset)
    }
    load(Head.request)
    code.op(0x45)
    code.if()
    load(Head.jumpCache)
    load(Head.pc)
    code.i32(1)
    code.op(0x76)
    code.i32(JumpCache.entries - 1)
    code.op(0x71)
    code.i32(Math.log2(JumpCache.entrySize))
    code.op(0x74, 0x6a)
    code.tee(this.#rec)
    code.mem(0x29, JumpCache.pc)
    load(Head.pc, 0x29)
    code.op(0x51)
    code.get(this.#rec)
    code.mem(0x28, JumpCache.context)
    load(Head.context)
    code.op(0x46, 0x71)
    code.if()
    code.get(this.#rec)
    code.mem(0x28, JumpCache.block)
    code.tee(this.#rec)
    code.mem(0x28, Block.region)
    code.tee(this.#tlb)
    code.i32(0)
    code.op(0x47)
    code.get(this.#budget)
    code.get(this.#rec)
    code.mem(0x28, Block.need)
    code.op(0x4e, 0x71)
    code.if()
    code.get(cpuLocal)
    code.get(this.#tlb)
    code.callIndirect(type, true)
    code.end()
    code.end()
    code.end()
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
    if (this.#shape.placed[n]?.loop) {
      code.get(this.#budget)
      code.i32(this.#path(n))
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
      const to = this.#blockOf.get(site)
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
        return this.#raise()
      case 'leave':
        this.storePc(a)
        this.storeHead(Head.exit, Number(node.imm))
        return code.br(this.#leave)
      case 'exact':
        return this.#sideExit(Exit.step)
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
    const { code } = this
    const block = this.#region.blocks[this.#current] as RegionBlock
    const done = (this.#insnRecord - block.records) >> Rec.shift
    code.get(this.#budget)
    code.i32(block.length - done)
    code.op(0x6a)
  }

  protected override emit(node: Node): void {
    if (node.op === 'left') this.#left()
    else super.emit(node)
  }

  /** The current instruction traps: everything about it is known here. */
  #raise(): void {
    const { code } = this
    const block = this.#region.blocks[this.#current] as RegionBlock
    const at = (this.#insnRecord - block.records) >> Rec.shift
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
    const slot = this.#slots.get(offset)
    if (slot) this.code.get(slot.local)
    else super.getSlot(offset, type)
  }
  protected override addSlot(offset: number, value: number | bigint): void {
    const { code } = this
    const slot = this.#slots.get(offset)
    if (!slot) return super.addSlot(offset, value)
    code.get(slot.local)
    code.i64(BigInt(value))
    code.op(0x7c)
    code.set(slot.local)
  }
  protected override setSlot(offset: number, value: Node): void {
    const slot = this.#slots.get(offset)
    if (!slot) return super.setSlot(offset, value)
    this.value(value)
    this.code.set(slot.local)
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
