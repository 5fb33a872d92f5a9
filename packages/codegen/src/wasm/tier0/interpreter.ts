/**
 * Makes the function `run(cpu) → exit code`: the dispatcher (`dispatcher.ts`) and T0, the interpreter of decoded blocks.
 * It runs the records of a block with handlers lowered from the same semantics that regions are made of.
 */
import { accessInfo, Block, Exit, Head, Hooked, Rec } from '../../abi.ts'
import { Field } from '../../ir/operands.ts'
import type { Node, Type } from '../../ir/types.ts'
import { Code, type ModuleWriter } from '../asm/encode.ts'
import type { LoweredAccess } from '../lower/guest-access.ts'
import { type CalleeIndex, cpuLocal, type Runtime } from '../lower/lower.ts'
import type { AccessType } from '../lower/memory.ts'
import { Dispatcher, type InterpreterOptions } from './dispatcher.ts'

/** The semantics of one handler, over record operands. */
export interface Handler {
  readonly name: string
  readonly body: readonly Node[]
  readonly count: number
  readonly vars: readonly Type[]
}

const fieldAt = [Rec.regs, Rec.regs + 2, Rec.regs + 4, Rec.regs + 6, Rec.imm, Rec.aux, Rec.size, Rec.word]

class InterpreterLowerer extends Dispatcher {
  /** `Rec.hooked` of the current instruction. */
  readonly #hooked: number
  /** Records may ask for callbacks. */
  readonly #hooks: boolean
  #vars: number[] = []

  constructor(
    code: Code,
    index: CalleeIndex,
    runtime: Runtime,
    module: ModuleWriter,
    handlers: readonly (Handler | undefined)[],
    options: InterpreterOptions,
  ) {
    super(code, index, runtime, module)
    this.#hooks = options.hooks ?? true
    this.#hooked = code.local('i32')

    // The caller asks for a single step through the head.
    this.loadHead(Head.single)
    code.set(this.single)
    this.dispatch = code.loop()
    this.side = code.block() // leads to `#leave`, with `#exit` set
    const execute = code.block()
    this.choose(execute, options)
    code.end()
    this.#interpret(handlers)
    code.end()
    this.#leave()
    code.end()
    code.op('unreachable')
  }

  /** How many accesses of the instruction plugins know already, from an attempt that left to run it alone. */
  #beginTelling(): void {
    const { code } = this
    code.get(cpuLocal)
    this.loadHead(Head.told)
    code.i32(0)
    this.loadHead(Head.toldRec)
    code.get(this.rec)
    code.op('i32.eq')
    this.loadHead(Head.skipHooks)
    code.op('i32.and', 'select')
    code.mem('i32.store', Head.toldBefore)
    this.storeHead(Head.told, 0)
    code.get(cpuLocal)
    code.get(this.rec)
    code.mem('i32.store', Head.toldRec)
  }

  protected override get observed(): boolean {
    return this.#hooks
  }
  protected override accessed(access: LoweredAccess): void {
    const { code } = this
    const long = (local: number, type: AccessType, offset: number, lane = 0): void => {
      code.get(cpuLocal)
      code.get(local)
      if (type === 'i32') code.op('i64.extend_i32_u')
      if (type === 'v128') code.lane('i64x2.extract_lane', lane)
      code.mem('i64.store', offset)
    }
    code.get(this.#hooked)
    code.i32(Hooked.memory)
    code.op('i32.and')
    code.if()
    long(access.address, access.wide ? 'i64' : 'i32', Head.accessAddress)
    long(access.value, access.type, Head.accessValue)
    if (access.type === 'v128') long(access.value, access.type, Head.accessHigh, 1)
    this.storeHead(Head.accessInfo, accessInfo(access.width, access.store))
    code.get(cpuLocal)
    this.here()
    code.mem('i64.store', Head.pc)
    this.exactly(() => this.#tell(this.runtime.accessHook))
    this.checkExit() // a callback has set the pc
    code.end()
  }
  #tell(callee: Runtime['accessHook']): void {
    this.code.get(cpuLocal)
    this.code.get(this.rec)
    this.code.call(this.index(callee))
  }

  /** The block ends, `Head.pc` is set; `info` pushes what `Head.accessInfo` says of it. */
  #edge(info: () => void): void {
    if (!this.#hooks) return
    const { code } = this
    code.get(this.#hooked)
    code.i32(Hooked.edge)
    code.op('i32.and')
    code.if()
    code.get(cpuLocal)
    info()
    code.mem('i32.store', Head.accessInfo)
    this.exactly(() => this.#tell(this.runtime.edgeHook))
    code.end()
  }

  #interpret(handlers: readonly (Handler | undefined)[]): void {
    const { code } = this
    const next = code.loop()
    // Fell out of the block (or of the budget): pc is after the last instruction.
    code.get(this.rec)
    code.get(this.end)
    code.op('i32.eq')
    code.if()
    code.get(cpuLocal)
    this.load(this.block, Block.pc, 'i64.load')
    code.get(this.rec)
    code.i32(Rec.bytes)
    code.op('i32.sub')
    code.tee(this.rec)
    code.mem('i64.load16_u', Rec.pcOffset)
    code.op('i64.add')
    this.load(this.rec, Rec.size, 'i64.load8_u')
    code.op('i64.add')
    code.mem('i64.store', Head.pc)
    this.load(this.rec, Rec.left, 'i32.load16_u')
    code.i32(1)
    code.op('i32.gt_s')
    code.if()
    this.keepPlace(() => {
      code.get(this.rec)
      code.i32(Rec.bytes)
      code.op('i32.add')
    })
    code.end()
    code.br(this.dispatch)
    code.end()

    if (this.#hooks) this.#callHooks()

    const done = code.block()
    const missing = code.block()
    const made = handlers.filter(h => h !== undefined)
    const blocks = new Map(made.toReversed().map(h => [h, code.block()]))
    this.load(this.rec, Rec.handler, 'i32.load16_u')
    code.brTable(
      handlers.map(h => (h && blocks.get(h)) ?? missing),
      missing,
    )
    made.forEach(h => {
      code.end()
      this.#vars = h.vars.map(type => code.local(type))
      this.lower(h.body, h.count)
      this.#vars.forEach(v => code.release(v))
      code.br(done)
    })
    code.end()
    code.op('unreachable')
    code.end()
    code.get(this.rec)
    code.i32(Rec.bytes)
    code.op('i32.add')
    code.set(this.rec)
    code.br(next)
    code.end()
    code.op('unreachable')
  }

  /** Calls what plugins have registered for the instruction. */
  #callHooks(): void {
    const { code } = this
    this.load(this.rec, Rec.hooked, 'i32.load8_u')
    code.tee(this.#hooked)
    code.if()
    this.#beginTelling()
    this.loadHead(Head.skipHooks)
    code.op('i32.eqz')
    code.get(this.#hooked)
    code.i32(Hooked.exec)
    code.op('i32.and', 'i32.and')
    code.if()
    // Callbacks see pc and time as before the instruction.
    code.get(cpuLocal)
    this.here()
    code.mem('i64.store', Head.pc)
    this.exactly(() => {
      code.get(cpuLocal)
      code.get(this.rec)
      code.call(this.index(this.runtime.recordHook))
    })
    code.if()
    code.i32(Exit.hook)
    this.#sideExit()
    code.end()
    code.end()
    code.end()
  }

  /** Where `#side` leads: an exit code from a region (state is exact) or from a handler (made exact before). */
  #leave(): void {
    const { code } = this
    code.get(this.exit)
    code.i32(Exit.trap)
    code.op('i32.eq')
    code.if()
    this.addBudget(() => code.i32(-1)) // an instruction that traps has used its time
    code.get(cpuLocal)
    code.call(this.index(this.runtime.deliver))
    code.br(this.dispatch)
    code.end()
    code.get(this.exit)
    code.i32(Exit.step)
    code.op('i32.eq')
    code.if()
    this.storeHead(Head.single, 1)
    this.storeHead(Head.skipHooks, 1)
    code.i32(1)
    code.set(this.single)
    code.br(this.dispatch)
    code.end()
    this.endStep()
    code.get(this.exit)
    code.op('return')
  }

  /** The current instruction begins anew, alone, if it is not alone yet. */
  #alone(): void {
    const { code } = this
    this.loadHead(Head.single)
    code.op('i32.eqz')
    code.if()
    code.i32(Exit.step)
    this.#sideExit()
    code.end()
  }

  /** Leaves the current instruction before its end, with the exit code on the stack. */
  #sideExit(): void {
    const { code } = this
    code.set(this.exit)
    code.get(cpuLocal)
    this.here()
    code.mem('i64.store', Head.pc)
    code.get(cpuLocal)
    code.get(this.rec)
    code.mem('i32.store', Head.rec)
    this.addBudget(() => this.unused())
    this.storeHead(Head.exit, 0)
    code.br(this.side)
  }

  protected here(): void {
    this.load(this.block, Block.pc, 'i64.load')
    this.load(this.rec, Rec.pcOffset, 'i64.load16_u')
    this.code.op('i64.add')
  }

  protected override emit(node: Node): void {
    if (node.op === 'operand') {
      const field = Number(node.imm)
      const opcode = field <= Field.r3 ? 'i32.load16_u' : field === Field.size ? 'i32.load8_u' : 'i32.load'
      return this.load(this.rec, fieldAt[field] as number, opcode)
    }
    if (node.op === 'here') return this.here()
    super.emit(node)
  }

  protected override control(node: Node): void {
    const { code } = this
    const [a, b, c] = node.args as [Node, Node, Node]
    switch (node.op) {
      case 'insn':
        return
      case 'goto':
        this.storePc(a)
        this.#edge(() => code.i32(2))
        return code.br(this.dispatch)
      case 'branch': {
        const taken = code.local('i32')
        this.value(a)
        code.set(taken)
        code.get(cpuLocal)
        this.value(b)
        if (b.type === 'i32') code.op('i64.extend_i32_u')
        this.value(c)
        if (c.type === 'i32') code.op('i64.extend_i32_u')
        code.get(taken)
        code.op('select')
        code.mem('i64.store', Head.pc)
        this.#edge(() => {
          code.get(taken)
          code.i32(0)
          code.op('i32.ne')
        })
        code.release(taken)
        return code.br(this.dispatch)
      }
      case 'raise':
        this.describeTrap(a, b)
        code.i32(Exit.trap)
        return this.#sideExit()
      case 'leave':
        this.storePc(a)
        this.endStep()
        return this.leaveWith(Number(node.imm))
      case 'timed':
        return node.imm ? this.#alone() : undefined
      case 'exact':
        return this.#alone()
      case 'check':
        return this.checkExit()
      default:
        throw new Error(`IR: ${node.op} does not belong in a handler`)
    }
  }

  protected override checkExit(): void {
    const { code } = this
    this.loadHead(Head.exit)
    code.if()
    this.loadHead(Head.exit)
    this.#sideExit()
    code.end()
  }
  protected override tlbBase(): void {
    this.loadHead(Head.tlb)
  }
  protected override varLocal(index: number): number {
    return this.#vars[index] as number
  }
}

/**
 * Adds `run` to a module under the index that was declared for it: (cpu) → exit code. Records of handlers that are
 * undefined must not come up.
 */
export function defineInterpreter(
  module: ModuleWriter,
  index: number,
  handlers: readonly (Handler | undefined)[],
  callees: CalleeIndex,
  runtime: Runtime,
  options: InterpreterOptions,
): void {
  const code = new Code(['i32'])
  new InterpreterLowerer(code, callees, runtime, module, handlers, options)
  module.define(index, code)
}
