/**
 * The dispatcher of `run`: finds the block at pc through the jump cache, calls its region if there is one and the budget
 * covers it, and otherwise makes the block ready for the interpreter.
 */
import { Block, Exit, fetchFault, Head, JumpCache, Rec } from '../../abi.ts'
import type { Label } from '../asm/encode.ts'
import { emitJumpCacheProbe } from '../lower/chain.ts'
import { cpuLocal, storeHead } from '../lower/head.ts'
import { regionType } from '../region/type.ts'
import type { Frame } from './frame.ts'

export interface InterpreterOptions {
  /** Executions of a block after which `run` asks for a region; 0: never. */
  readonly hotThreshold: number
  /** False: without the code that serves callbacks of plugins; no record may ask for any (`Rec.hooked`). Default: true. */
  readonly hooks?: boolean
}

/** Finds what to run next; falls through or jumps to `execute` with `rec` and `end` set and the budget paid. */
export function emitDispatch(frame: Frame, execute: Label, options: InterpreterOptions): void {
  const { code } = frame
  code.get(frame.single)
  code.if()
  code.i32(0)
  code.set(frame.single)
  frame.loadHead(Head.rec)
  code.tee(frame.rec)
  code.i32(Rec.bytes)
  code.op('i32.add')
  code.set(frame.end)
  frame.load(frame.rec, Rec.block)
  code.set(frame.block)
  frame.addBudget(() => code.i32(-1))
  code.br(execute)
  code.end()

  frame.endStep()
  frame.loadHead(Head.request)
  frame.loadHead(Head.resume)
  code.op('i32.or')
  code.hint(false)
  code.if()
  frame.loadHead(Head.request)
  code.if()
  frame.leaveWith(Exit.request)
  code.end()
  emitResume(frame, execute)
  code.end()

  emitJumpCacheProbe(code, frame.entry)
  code.op('i32.eqz')
  code.if('i32')
  // At the end of a slice nothing may be looked up: it would touch page tables early.
  frame.loadHead(Head.budget)
  code.op('i32.eqz')
  code.if()
  frame.leaveWith(Exit.budget)
  code.end()
  code.get(cpuLocal)
  code.call(frame.index(frame.runtime.lookup))
  code.tee(frame.block)
  code.op('i32.eqz')
  code.if()
  frame.leaveWith(Exit.lookup)
  code.end()
  code.get(frame.block)
  code.i32(fetchFault)
  code.op('i32.eq')
  code.if()
  code.i32(Exit.trap)
  code.set(frame.exit)
  code.br(frame.side)
  code.end()
  code.get(frame.block)
  code.else()
  frame.load(frame.entry, JumpCache.block)
  code.end()
  code.set(frame.block)

  frame.loadHead(Head.budget)
  code.set(frame.budget)
  code.get(frame.budget)
  frame.load(frame.block, Block.need)
  code.op('i32.ge_s')
  code.if()
  storeHead(code, Head.reportedRec, 0) // what was reported in T0 says nothing about regions
  code.get(cpuLocal)
  frame.load(frame.block, Block.region)
  code.callIndirect(frame.module.type(regionType))
  code.tee(frame.exit)
  code.op('i32.eqz')
  code.brIf(frame.dispatch)
  storeHead(code, Head.exit, 0)
  code.br(frame.side)
  code.end()

  code.get(frame.budget)
  code.op('i32.eqz')
  code.if()
  frame.leaveWith(Exit.budget)
  code.end()

  if (options.hotThreshold) {
    code.get(frame.block)
    frame.load(frame.block, Block.count)
    code.i32(1)
    code.op('i32.add')
    code.tee(frame.exit)
    code.mem('i32.store', Block.count)
    code.get(frame.exit)
    code.i32(options.hotThreshold)
    code.op('i32.eq')
    code.if()
    frame.leaveWith(Exit.hot)
    code.end()
  }

  code.get(frame.block)
  code.i32(Block.size)
  code.op('i32.add')
  code.set(frame.rec)
  emitPay(frame, () => frame.load(frame.block, Block.length))
}

/** Goes on in the middle of the block that was left there, if nothing else has come between; else falls through. */
function emitResume(frame: Frame, execute: Label): void {
  const { code } = frame
  frame.loadHead(Head.budget)
  code.tee(frame.budget)
  code.op('i32.eqz')
  code.if()
  frame.leaveWith(Exit.budget)
  code.end()
  frame.loadHead(Head.resume)
  code.set(frame.rec)
  storeHead(code, Head.resume, 0)
  frame.load(frame.rec, Rec.block)
  code.set(frame.block)

  frame.load(frame.block, Block.pc, 'i64.load')
  frame.load(frame.rec, Rec.pcOffset, 'i64.load16_u')
  code.op('i64.add')
  frame.loadHead64(Head.pc)
  code.op('i64.eq')
  frame.loadHead64(Head.flags)
  frame.loadHead64(Head.resumeContext)
  code.op('i64.eq', 'i32.and')
  frame.load(frame.block, Block.length)
  code.i32(0)
  code.op('i32.ne', 'i32.and')
  code.if()
  emitPay(frame, () => frame.load(frame.rec, Rec.left, 'i32.load16_u'))
  code.br(execute)
  code.end()
}

/** Pays for the instructions from `rec` on, as many as the budget allows, and sets `end` behind them. */
function emitPay(frame: Frame, length: () => void): void {
  const { code } = frame
  length()
  code.get(frame.budget)
  length()
  code.get(frame.budget)
  code.op('i32.lt_s', 'select')
  code.set(frame.exit)
  frame.addBudget(() => {
    code.i32(0)
    code.get(frame.exit)
    code.op('i32.sub')
  })
  code.get(frame.rec)
  code.get(frame.exit)
  code.i32(Rec.shift)
  code.op('i32.shl', 'i32.add')
  code.set(frame.end)
}
