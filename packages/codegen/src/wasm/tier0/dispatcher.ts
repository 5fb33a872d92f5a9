/**
 * The dispatcher of `run`: finds the block at pc through the jump cache, calls its region if there is one and the budget
 * covers it, and otherwise makes the block ready for the interpreter.
 */
import { Block, Exit, fetchFault, Head, JumpCache, Rec } from '../../abi.ts'
import type { Code, Label, ModuleWriter } from '../asm/encode.ts'
import type { Opcode } from '../asm/opcodes.ts'
import { emitJumpCacheProbe } from '../lower/chain.ts'
import { AccessLowerer } from '../lower/guest-access.ts'
import { type CalleeIndex, cpuLocal, type Runtime } from '../lower/lower.ts'
import { regionType } from '../region/type.ts'

export interface InterpreterOptions {
  /** Executions of a block after which `run` asks for a region; 0: never. */
  readonly hotThreshold: number
  /** False: without the code that serves callbacks of plugins; no record may ask for any (`Rec.hooked`). Default: true. */
  readonly hooks?: boolean
}

export abstract class Dispatcher extends AccessLowerer {
  protected readonly module: ModuleWriter
  /** Locals: the block, its current record, the end of those that are paid for, and others. */
  protected readonly block: number
  protected readonly rec: number
  protected readonly end: number
  protected readonly budget: number
  protected readonly exit: number
  protected readonly entry: number
  protected readonly single: number
  protected dispatch!: Label
  /** Leads to where `exit` says why the instruction has been left. */
  protected side!: Label

  constructor(code: Code, index: CalleeIndex, runtime: Runtime, module: ModuleWriter) {
    super(code, index, runtime)
    this.module = module
    this.block = code.local('i32')
    this.rec = code.local('i32')
    this.end = code.local('i32')
    this.budget = code.local('i32')
    this.exit = code.local('i32')
    this.entry = code.local('i32')
    this.single = code.local('i32')
  }

  protected loadHead(offset: number): void {
    this.code.get(cpuLocal)
    this.code.mem('i32.load', offset)
  }
  protected loadHead64(offset: number): void {
    this.code.get(cpuLocal)
    this.code.mem('i64.load', offset)
  }
  protected load(base: number, offset: number, opcode: Opcode = 'i32.load'): void {
    this.code.get(base)
    this.code.mem(opcode, offset)
  }
  /** A step asked for through the head is over: the next call of `run` begins anew. */
  protected endStep(): void {
    this.storeHead(Head.single, 0)
    this.storeHead(Head.skipHooks, 0)
  }
  protected leaveWith(exit: number): void {
    this.code.i32(exit)
    this.code.op('return')
  }

  /** Finds what to run next; falls through or jumps to `execute` with rec and end set and the budget paid. */
  protected choose(execute: Label, options: InterpreterOptions): void {
    const { code } = this
    code.get(this.single)
    code.if()
    code.i32(0)
    code.set(this.single)
    this.loadHead(Head.rec)
    code.tee(this.rec)
    code.i32(Rec.bytes)
    code.op('i32.add')
    code.set(this.end)
    this.load(this.rec, Rec.block)
    code.set(this.block)
    this.addBudget(() => code.i32(-1))
    code.br(execute)
    code.end()

    this.endStep()
    this.loadHead(Head.request)
    this.loadHead(Head.resume)
    code.op('i32.or')
    code.hint(false)
    code.if()
    this.loadHead(Head.request)
    code.if()
    this.leaveWith(Exit.request)
    code.end()
    this.#resume(execute)
    code.end()

    emitJumpCacheProbe(code, this.entry)
    code.op('i32.eqz')
    code.if('i32')
    // At the end of a slice nothing may be looked up: it would touch page tables early.
    this.loadHead(Head.budget)
    code.op('i32.eqz')
    code.if()
    this.leaveWith(Exit.budget)
    code.end()
    code.get(cpuLocal)
    code.call(this.index(this.runtime.lookup))
    code.tee(this.block)
    code.op('i32.eqz')
    code.if()
    this.leaveWith(Exit.lookup)
    code.end()
    code.get(this.block)
    code.i32(fetchFault)
    code.op('i32.eq')
    code.if()
    code.i32(Exit.trap)
    code.set(this.exit)
    code.br(this.side)
    code.end()
    code.get(this.block)
    code.else()
    this.load(this.entry, JumpCache.block)
    code.end()
    code.set(this.block)

    this.loadHead(Head.budget)
    code.set(this.budget)
    code.get(this.budget)
    this.load(this.block, Block.need)
    code.op('i32.ge_s')
    code.if()
    this.storeHead(Head.toldRec, 0) // what was told in T0 says nothing about regions
    code.get(cpuLocal)
    this.load(this.block, Block.region)
    code.callIndirect(this.module.type(regionType))
    code.tee(this.exit)
    code.op('i32.eqz')
    code.brIf(this.dispatch)
    this.storeHead(Head.exit, 0)
    code.br(this.side)
    code.end()

    code.get(this.budget)
    code.op('i32.eqz')
    code.if()
    this.leaveWith(Exit.budget)
    code.end()

    if (options.hotThreshold) {
      code.get(this.block)
      this.load(this.block, Block.count)
      code.i32(1)
      code.op('i32.add')
      code.tee(this.exit)
      code.mem('i32.store', Block.count)
      code.get(this.exit)
      code.i32(options.hotThreshold)
      code.op('i32.eq')
      code.if()
      this.leaveWith(Exit.hot)
      code.end()
    }

    code.get(this.block)
    code.i32(Block.size)
    code.op('i32.add')
    code.set(this.rec)
    this.#pay(() => this.load(this.block, Block.length))
  }

  /** Goes on in the middle of the block that was left there, if nothing else has come between; else falls through. */
  #resume(execute: Label): void {
    const { code } = this
    this.loadHead(Head.budget)
    code.tee(this.budget)
    code.op('i32.eqz')
    code.if()
    this.leaveWith(Exit.budget)
    code.end()
    this.loadHead(Head.resume)
    code.set(this.rec)
    this.storeHead(Head.resume, 0)
    this.load(this.rec, Rec.block)
    code.set(this.block)

    this.load(this.block, Block.pc, 'i64.load')
    this.load(this.rec, Rec.pcOffset, 'i64.load16_u')
    code.op('i64.add')
    this.loadHead64(Head.pc)
    code.op('i64.eq')
    this.loadHead64(Head.flags)
    this.loadHead64(Head.resumeContext)
    code.op('i64.eq', 'i32.and')
    this.load(this.block, Block.length)
    code.i32(0)
    code.op('i32.ne', 'i32.and')
    code.if()
    this.#pay(() => this.load(this.rec, Rec.left, 'i32.load16_u'))
    code.br(execute)
    code.end()
  }

  /** Pays for the instructions from `rec` on, as many as the budget allows, and sets `end` behind them. */
  #pay(length: () => void): void {
    const { code } = this
    length()
    code.get(this.budget)
    length()
    code.get(this.budget)
    code.op('i32.lt_s', 'select')
    code.set(this.exit)
    this.addBudget(() => {
      code.i32(0)
      code.get(this.exit)
      code.op('i32.sub')
    })
    code.get(this.rec)
    code.get(this.exit)
    code.i32(Rec.shift)
    code.op('i32.shl', 'i32.add')
    code.set(this.end)
  }

  protected addBudget(amount: () => void): void {
    const { code } = this
    code.get(cpuLocal)
    this.loadHead(Head.budget)
    amount()
    code.op('i32.add')
    code.mem('i32.store', Head.budget)
  }

  /** Pushes the number of instructions that are paid for and have not run, the current one included. */
  protected unused(): void {
    const { code } = this
    code.get(this.end)
    code.get(this.rec)
    code.op('i32.sub')
    code.i32(Rec.shift)
    code.op('i32.shr_u')
  }

  /** Runs a call for plugins while the budget in the head is what it is before the instruction. */
  protected exactly(call: () => void): void {
    this.addBudget(() => this.unused())
    call()
    this.addBudget(() => {
      this.code.i32(0)
      this.unused()
      this.code.op('i32.sub')
    })
  }
}
