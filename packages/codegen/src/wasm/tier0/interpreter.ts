/**
 * Makes the function `run(cpu) → exit code`: the dispatcher (`dispatcher.ts`) and T0, the interpreter of decoded blocks.
 * It runs the records of a block with handlers lowered from the same semantics that regions are made of (`handler.ts`).
 */
import { Block, Exit, Head, Rec } from '../../abi.ts'
import { Code, type ModuleWriter } from '../asm/encode.ts'
import { cpuLocal, keepPlace, storeHead } from '../lower/head.ts'
import type { CalleeIndex, Runtime } from '../lower/lower.ts'
import { emitDispatch, type InterpreterOptions } from './dispatcher.ts'
import { Frame } from './frame.ts'
import { type Handler, HandlerLowerer } from './handler.ts'
import { HookCalls } from './hooks.ts'

/** Behind the last record that is paid for: the pc is after it, and what is left of the block is kept in mind. */
function emitEndOfBlock(frame: Frame): void {
  const { code } = frame
  code.get(frame.rec)
  code.get(frame.end)
  code.op('i32.eq')
  code.if()
  code.get(cpuLocal)
  frame.load(frame.block, Block.pc, 'i64.load')
  code.get(frame.rec)
  code.i32(Rec.bytes)
  code.op('i32.sub')
  code.tee(frame.rec)
  code.mem('i64.load16_u', Rec.pcOffset)
  code.op('i64.add')
  frame.load(frame.rec, Rec.size, 'i64.load8_u')
  code.op('i64.add')
  code.mem('i64.store', Head.pc)
  frame.load(frame.rec, Rec.left, 'i32.load16_u')
  code.i32(1)
  code.op('i32.gt_s')
  code.if()
  keepPlace(code, () => {
    code.get(frame.rec)
    code.i32(Rec.bytes)
    code.op('i32.add')
  })
  code.end()
  code.br(frame.dispatch)
  code.end()
}

/** Runs one record after the other. */
function emitRecords(
  frame: Frame,
  handlers: readonly (Handler | undefined)[],
  hooks: HookCalls | undefined,
): void {
  const { code } = frame
  const lowerer = new HandlerLowerer(frame, hooks)
  const next = code.loop()
  emitEndOfBlock(frame)
  hooks?.before()

  const done = code.block()
  const missing = code.block()
  const made = handlers.filter(h => h !== undefined)
  const blocks = new Map(made.toReversed().map(h => [h, code.block()]))
  frame.load(frame.rec, Rec.handler, 'i32.load16_u')
  code.brTable(
    handlers.map(h => (h && blocks.get(h)) ?? missing),
    missing,
  )
  for (const handler of made) {
    code.end()
    lowerer.handler(handler)
    code.br(done)
  }
  code.end()
  code.op('unreachable')
  code.end()
  code.get(frame.rec)
  code.i32(Rec.bytes)
  code.op('i32.add')
  code.set(frame.rec)
  code.br(next)
  code.end()
  code.op('unreachable')
}

/** Where `frame.side` leads: an exit code from a region (state is exact) or from a handler (made exact before). */
function emitLeave(frame: Frame): void {
  const { code } = frame
  code.get(frame.exit)
  code.i32(Exit.trap)
  code.op('i32.eq')
  code.if()
  frame.addBudget(() => code.i32(-1)) // an instruction that traps has used its time
  code.get(cpuLocal)
  code.call(frame.index(frame.runtime.deliver))
  code.br(frame.dispatch)
  code.end()
  code.get(frame.exit)
  code.i32(Exit.step)
  code.op('i32.eq')
  code.if()
  storeHead(code, Head.single, 1)
  storeHead(code, Head.skipHooks, 1)
  code.i32(1)
  code.set(frame.single)
  code.br(frame.dispatch)
  code.end()
  frame.endStep()
  code.get(frame.exit)
  code.op('return')
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
  const frame = new Frame(code, callees, runtime, module)
  const hooks = (options.hooks ?? true) ? new HookCalls(frame) : undefined
  // The caller asks for a single step through the head.
  frame.loadHead(Head.single)
  code.set(frame.single)
  frame.dispatch = code.loop()
  frame.side = code.block()
  const execute = code.block()
  emitDispatch(frame, execute, options)
  code.end()
  emitRecords(frame, handlers, hooks)
  code.end()
  emitLeave(frame)
  code.end()
  code.op('unreachable')
  module.define(index, code)
}
