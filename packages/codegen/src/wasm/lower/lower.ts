/**
 * IR → WebAssembly instructions: what is the same for functions, regions and the interpreter. The three differ in
 * where state lives and in how an instruction is left; they override those parts. Accesses to guest memory are in
 * `guest-access.ts`.
 */
import { Head } from '../../abi.ts'
import { type NumericOp, opInfo } from '../../ir/ops/index.ts'
import type { Callee, Node, Type, Width } from '../../ir/types.ts'
import { type Plan, plan } from '../../passes/placement.ts'
import type { Code, Label } from '../asm/encode.ts'
import type { Opcode } from '../asm/opcodes.ts'
import { emitExpanded } from './expand.ts'
import { cpuLocal, storeHead } from './head.ts'
import { type AccessType, emitLoad, emitStore } from './memory.ts'

/** Gives each function that code may call its index in the module under construction. */
export type CalleeIndex = (callee: Callee) => number

/** The functions that the soft TLB's slow path and the hooks go through; core defines them. */
export interface Runtime {
  /** As `slowLoad` and `slowStore`, but first make the access without translating anew, if all of its pages are known. */
  readonly missedLoad: Callee
  readonly missedStore: Callee
  /** (cpu, address i64, `AccessHow` i32) → value i64, zero-extended; sets `Head.exit` if it fails. */
  readonly slowLoad: Callee
  /** (cpu, address i64, `AccessHow` i32, value i64); sets `Head.exit` if it fails. */
  readonly slowStore: Callee
  /** As `slowLoad`, of what will be stored to: faults as a store. */
  readonly slowModify: Callee
  /** (cpu, address i64, `AccessHow` i32): as slowStore, but stores nothing. */
  readonly slowProbe: Callee
  /** (cpu, record): the same for the interpreter, all callbacks of one instruction. */
  readonly recordHook: Callee
  /** (cpu, record): the interpreter has made the access that the head describes; the end of a block, at `Head.pc`. */
  readonly accessHook: Callee
  readonly edgeHook: Callee
  /** (cpu): delivers the exception that the head describes. */
  readonly deliver: Callee
  /** (cpu) → address of the block at pc, entered into the jump cache, or 0: the host must say. */
  readonly lookup: Callee
  /** Distance of soft TLB 0 from `Head.space`; the others follow. */
  readonly tlbs: number
  /**
   * Number of the memory in which guest RAM and ROM lie. Default: 0, as everything else; another one may be shared between
   * threads or have 64-bit addresses where the host knows several memories.
   */
  readonly guestMemory?: number
}

/** Loads and stores of a value of a type as it is. */
const slotLoad: Readonly<Record<Type, Opcode>> = {
  i32: 'i32.load',
  i64: 'i64.load',
  f32: 'f32.load',
  f64: 'f64.load',
  v128: 'v128.load',
}
export const slotStore: Readonly<Record<Type, Opcode>> = {
  i32: 'i32.store',
  i64: 'i64.store',
  f32: 'f32.store',
  f64: 'f64.store',
  v128: 'v128.store',
}

export abstract class Lowerer {
  readonly code: Code
  readonly index: CalleeIndex
  readonly runtime: Runtime
  protected plan!: Plan
  /** Local of each materialised value, by node id; -1: none yet. */
  #local!: Int32Array
  #left!: Int32Array
  #loopCount = 0
  readonly #loopOf: number[] = []
  readonly #breaks: Label[] = []

  constructor(code: Code, index: CalleeIndex, runtime: Runtime) {
    this.code = code
    this.index = index
    this.runtime = runtime
  }

  /** Number of the memory of the guest. */
  protected get guestMemory(): number {
    return this.runtime.guestMemory ?? 0
  }

  /** Lowers the statements of one body whose nodes are numbered below `count`. */
  protected lower(body: readonly Node[], count: number): void {
    const outer = [this.plan, this.#local, this.#left, this.#loopCount] as const // blocks of a region nest
    this.plan = plan(body, count)
    this.#local = new Int32Array(count).fill(-1)
    this.#left = this.plan.uses.slice()
    this.#loopCount = 0 // the plan of each body numbers its own loops
    this.statements(body)
    ;[this.plan, this.#local, this.#left, this.#loopCount] = outer
  }

  protected statements(body: readonly Node[]): void {
    for (const node of body) {
      if (this.plan.inline[node.id]) continue
      const info = opInfo(node.op)
      const removable = info.kind === 'numeric' || info.effect === 'none' || info.effect === 'read'
      if (removable && !this.plan.uses[node.id]) continue
      this.#statement(node)
    }
  }

  #statement(node: Node): void {
    this.emit(node)
    if (!node.type) return
    if (this.plan.uses[node.id]) {
      const local = this.code.local(node.type)
      this.#local[node.id] = local
      this.code.set(local)
    } else this.code.op('drop')
  }

  /** Puts a node's value on the stack. */
  protected value(node: Node): void {
    if (this.plan.inline[node.id]) return this.emit(node)
    const local = this.#local[node.id] as number
    if (local < 0) throw new Error(`IR: value ${node.id} (${node.op}) is used before it is defined`)
    this.code.get(local)
    const left = (this.#left[node.id] as number) - 1
    this.#left[node.id] = left
    // A value from outside a loop is needed again in the next round.
    if (left === 0 && this.plan.loop[node.id] === (this.#loopOf.at(-1) ?? 0)) this.code.release(local)
  }

  /** Emits one operation: its arguments, then itself. */
  protected emit(node: Node): void {
    const info = opInfo(node.op)
    const { code } = this
    if (info.kind === 'numeric') return this.#numeric(node, info)
    const [a, b, c] = node.args as [Node, Node, Node]
    const imm = Number(node.imm)
    switch (node.op) {
      case 'const':
        return code.const(node.type as Type, node.imm)
      case 'select':
        this.value(b)
        this.value(c)
        this.value(a)
        return code.op('select')
      case 'cpu':
        return code.get(cpuLocal)
      case 'get':
        return this.getSlot(imm, node.type as Type)
      case 'set':
        return this.setSlot(imm, a)
      case 'getx':
        code.get(cpuLocal)
        this.value(a)
        code.op('i32.add')
        return code.mem(slotLoad[node.type as Type], 0)
      case 'setx':
        code.get(cpuLocal)
        this.value(a)
        code.op('i32.add')
        this.value(b)
        return code.mem(slotStore[b.type as Type], 0)
      case 'vget':
        return code.get(this.varLocal(imm))
      case 'vset':
        this.value(a)
        return code.set(this.varLocal(imm))
      case 'rload':
        this.value(a)
        return emitLoad(code, node.type as AccessType, node.width as Width, imm)
      case 'rstore':
        this.value(a)
        this.value(b)
        return emitStore(code, b.type as AccessType, node.width as Width, imm)
      case 'mload':
        this.value(a)
        return emitLoad(code, node.type as AccessType, node.width as Width, imm, this.guestMemory)
      case 'mstore':
        this.value(a)
        this.value(b)
        return emitStore(code, b.type as AccessType, node.width as Width, imm, this.guestMemory)
      case 'fill':
        for (const x of node.args) this.value(x)
        return code.fill()
      case 'call':
        code.get(cpuLocal)
        for (const x of node.args) this.value(x)
        return code.call(this.index(node.callee as Callee))
      case 'if':
        return this.#if(a, node.body ?? [], node.orelse ?? [])
      case 'loop':
        return this.#loop(node.body ?? [])
      case 'break':
        return code.br(this.#breaks.at(-1) as Label)
      default:
        return this.control(node)
    }
  }

  #numeric({ op, args, imm }: Node, info: NumericOp): void {
    const { code } = this
    if (!info.code) {
      const pushes = args.map((a, i) => ({ type: info.args[i] as Type, push: () => this.value(a) }))
      return emitExpanded(code, op, pushes)
    }
    for (const a of args) this.value(a)
    if (info.immediate === undefined) code.op(info.code)
    else if (info.immediate === 'shuffle') code.shuffle(BigInt(imm))
    else code.lane(info.code, Number(imm))
  }

  #if(cond: Node, body: readonly Node[], orelse: readonly Node[]): void {
    this.value(cond)
    this.code.if()
    this.statements(body)
    if (orelse.length) {
      this.code.else()
      this.statements(orelse)
    }
    this.code.end()
  }

  #loop(body: readonly Node[]): void {
    const { code } = this
    this.#breaks.push(code.block())
    const again = code.loop()
    this.#loopOf.push(++this.#loopCount)
    this.statements(body)
    this.#loopOf.pop()
    code.br(again)
    code.end()
    code.end()
    this.#breaks.pop()
  }

  protected getSlot(offset: number, type: Type): void {
    this.code.get(cpuLocal)
    this.code.mem(slotLoad[type], offset)
  }
  protected setSlot(offset: number, value: Node): void {
    this.code.get(cpuLocal)
    this.value(value)
    this.code.mem(slotStore[value.type as Type], offset)
  }
  protected abstract varLocal(index: number): number
  /** Operations that leave the instruction, and those of one mode alone. */
  protected abstract control(node: Node): void
  /** cpu.slot := constant, in memory. */
  protected storeHead(offset: number, value: number): void {
    storeHead(this.code, offset, value)
  }

  /** Describes the exception of a `raise` in the head. */
  protected describeTrap(cause: Node, value: Node): void {
    const { code } = this
    code.get(cpuLocal)
    this.value(cause)
    code.mem('i32.store', Head.trapCause)
    code.get(cpuLocal)
    this.value(value)
    if (value.type === 'i32') code.op('i64.extend_i32_u')
    code.mem('i64.store', Head.trapValue)
  }
  /** Stores a pc value of either width. */
  protected storePc(pc: Node): void {
    this.code.get(cpuLocal)
    this.value(pc)
    if (pc.type === 'i32') this.code.op('i64.extend_i32_u')
    this.code.mem('i64.store', Head.pc)
  }
}
