/**
 * IR → WebAssembly instructions: what is the same for functions, regions and the interpreter. The three differ in
 * where state lives and in how an instruction is left; they override those parts. Accesses to guest memory are in
 * `guest-access.ts`.
 */
import { Head } from '../../abi.ts'
import { opInfo } from '../../ir/ops.ts'
import { type Callee, type Node, type Type, type Width, widthBytes } from '../../ir/types.ts'
import { type Plan, plan } from '../../passes/placement.ts'
import type { Code, Label } from '../asm/encode.ts'
import { splatCode } from '../asm/opcodes.ts'

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
}

export const loadOp: Readonly<Record<'i32' | 'i64', Readonly<Record<Width, number>>>> = {
  i32: { '8s': 0x2c, '8u': 0x2d, '16s': 0x2e, '16u': 0x2f, '32s': 0x28, '32u': 0x28, '64': 0x29 },
  i64: { '8s': 0x30, '8u': 0x31, '16s': 0x32, '16u': 0x33, '32s': 0x34, '32u': 0x35, '64': 0x29 },
}
export const storeOp: Readonly<Record<'i32' | 'i64', Readonly<Record<1 | 2 | 4 | 8, number>>>> = {
  i32: { 1: 0x3a, 2: 0x3b, 4: 0x36, 8: 0x37 },
  i64: { 1: 0x3c, 2: 0x3d, 4: 0x3e, 8: 0x37 },
}
const slotLoad: Readonly<Record<Type, number>> = { i32: 0x28, i64: 0x29, f32: 0x2a, f64: 0x2b }
const slotStore: Readonly<Record<Type, number>> = { i32: 0x36, i64: 0x37, f32: 0x38, f64: 0x39 }

export const cpuLocal = 0

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
    } else this.code.op(0x1a) // drop
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
    if (info.kind === 'numeric') {
      for (const a of node.args) {
        this.value(a)
        if (info.lanes) code.op(...splatCode)
      }
      code.op(...info.code.slice(0, info.code[0] === 0xfc ? 1 : undefined))
      if (info.code[0] === 0xfc) code.out.u32(info.code[1] as number)
      return
    }
    const [a, b, c] = node.args as [Node, Node, Node]
    const imm = Number(node.imm)
    switch (node.op) {
      case 'const':
        return code.const(node.type as Type, node.imm)
      case 'select':
        this.value(b)
        this.value(c)
        this.value(a)
        return code.op(0x1b)
      case 'cpu':
        return code.get(cpuLocal)
      case 'get':
        return this.getSlot(imm, node.type as Type)
      case 'set':
        return this.setSlot(imm, a)
      case 'getx':
        code.get(cpuLocal)
        this.value(a)
        code.op(0x6a)
        return code.mem(slotLoad[node.type as Type], 0)
      case 'setx':
        code.get(cpuLocal)
        this.value(a)
        code.op(0x6a)
        this.value(b)
        return code.mem(slotStore[b.type as Type], 0)
      case 'vget':
        return code.get(this.varLocal(imm))
      case 'vset':
        this.value(a)
        return code.set(this.varLocal(imm))
      case 'rload':
        this.value(a)
        return code.mem(loadOp[node.type as 'i32' | 'i64'][node.width as Width], imm)
      case 'rstore':
        this.value(a)
        this.value(b)
        return code.mem(storeOp[b.type as 'i32' | 'i64'][widthBytes[node.width as Width]], imm)
      case 'fill':
        for (const x of node.args) this.value(x)
        return code.op(0xfc, 0x0b, 0)
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
    this.code.get(cpuLocal)
    this.code.i32(value)
    this.code.mem(0x36, offset)
  }

  /** The current block goes on at a record, unless something comes between (`Head.resume`). */
  protected keepPlace(record: () => void): void {
    const { code } = this
    code.get(cpuLocal)
    record()
    code.mem(0x36, Head.resume)
    code.get(cpuLocal)
    code.get(cpuLocal)
    code.mem(0x29, Head.flags)
    code.mem(0x37, Head.resumeContext)
  }

  /** Describes the exception of a `raise` in the head. */
  protected describeTrap(cause: Node, value: Node): void {
    const { code } = this
    code.get(cpuLocal)
    this.value(cause)
    code.mem(0x36, Head.trapCause)
    code.get(cpuLocal)
    this.value(value)
    if (value.type === 'i32') code.op(0xad)
    code.mem(0x37, Head.trapValue)
  }
  /** Stores a pc value of either width. */
  protected storePc(pc: Node): void {
    this.code.get(cpuLocal)
    this.value(pc)
    if (pc.type === 'i32') this.code.op(0xad)
    this.code.mem(0x37, Head.pc)
  }
}
