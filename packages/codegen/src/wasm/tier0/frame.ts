/** What the parts of `run` share: its locals, the two places that everything leads back to, and how time is paid. */
import { Block, Head, Rec } from '../../abi.ts'
import type { Code, Label, ModuleWriter } from '../asm/encode.ts'
import type { Opcode } from '../asm/opcodes.ts'
import { cpuLocal, storeHead } from '../lower/head.ts'
import type { CalleeIndex, Runtime } from '../lower/lower.ts'

export class Frame {
  readonly code: Code
  readonly index: CalleeIndex
  readonly runtime: Runtime
  readonly module: ModuleWriter
  /** Locals: the block, its current record, the end of those that are paid for, `Rec.hooked` of it, and others. */
  readonly block: number
  readonly rec: number
  readonly end: number
  readonly budget: number
  readonly exit: number
  readonly entry: number
  readonly single: number
  readonly hooked: number
  /** Leads to where the next block is chosen. */
  dispatch!: Label
  /** Leads to where `exit` says why the instruction has been left. */
  side!: Label

  constructor(code: Code, index: CalleeIndex, runtime: Runtime, module: ModuleWriter) {
    this.code = code
    this.index = index
    this.runtime = runtime
    this.module = module
    this.block = code.local('i32')
    this.rec = code.local('i32')
    this.end = code.local('i32')
    this.budget = code.local('i32')
    this.exit = code.local('i32')
    this.entry = code.local('i32')
    this.single = code.local('i32')
    this.hooked = code.local('i32')
  }

  loadHead(offset: number): void {
    this.code.get(cpuLocal)
    this.code.mem('i32.load', offset)
  }
  loadHead64(offset: number): void {
    this.code.get(cpuLocal)
    this.code.mem('i64.load', offset)
  }
  load(base: number, offset: number, opcode: Opcode = 'i32.load'): void {
    this.code.get(base)
    this.code.mem(opcode, offset)
  }
  /** Pushes the address of the current instruction. */
  here(): void {
    this.load(this.block, Block.pc, 'i64.load')
    this.load(this.rec, Rec.pcOffset, 'i64.load16_u')
    this.code.op('i64.add')
  }
  storeHere(): void {
    this.code.get(cpuLocal)
    this.here()
    this.code.mem('i64.store', Head.pc)
  }

  /** A step asked for through the head is over: the next call of `run` begins anew. */
  endStep(): void {
    storeHead(this.code, Head.single, 0)
    storeHead(this.code, Head.skipHooks, 0)
  }
  leaveWith(exit: number): void {
    this.code.i32(exit)
    this.code.op('return')
  }
  /** Leaves the current instruction before its end, with the exit code on the stack. */
  sideExit(): void {
    const { code } = this
    code.set(this.exit)
    this.storeHere()
    code.get(cpuLocal)
    code.get(this.rec)
    code.mem('i32.store', Head.rec)
    this.addBudget(() => this.unused())
    storeHead(code, Head.exit, 0)
    code.br(this.side)
  }

  addBudget(amount: () => void): void {
    const { code } = this
    code.get(cpuLocal)
    this.loadHead(Head.budget)
    amount()
    code.op('i32.add')
    code.mem('i32.store', Head.budget)
  }
  /** Pushes the number of instructions that are paid for and have not run, the current one included. */
  unused(): void {
    const { code } = this
    code.get(this.end)
    code.get(this.rec)
    code.op('i32.sub')
    code.i32(Rec.shift)
    code.op('i32.shr_u')
  }
  /** Runs a call for plugins while the budget in the head is what it is before the instruction. */
  exactly(call: () => void): void {
    this.addBudget(() => this.unused())
    call()
    this.addBudget(() => {
      this.code.i32(0)
      this.unused()
      this.code.op('i32.sub')
    })
  }
}
