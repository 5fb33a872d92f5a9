/** The way to the next block: through the jump cache, and from a region straight to the next one. */
import { Block, Head, JumpCache } from '../../abi.ts'
import type { Code } from '../asm/encode.ts'
import { cpuLocal } from './lower.ts'

/**
 * Looks for pc in the jump cache: the entry's address goes into a local, onto the stack whether the entry is that of pc in
 * this context. The index is taken from pc bits 1 to 12.
 */
export function emitJumpCacheProbe(code: Code, entry: number): void {
  const load = (offset: number, opcode = 0x28): void => {
    code.get(cpuLocal)
    code.mem(opcode, offset)
  }
  load(Head.space)
  load(Head.pc)
  code.i32(JumpCache.pcShift)
  code.op(0x76)
  code.i32(JumpCache.entries - 1)
  code.op(0x71)
  code.i32(Math.log2(JumpCache.entrySize))
  code.op(0x74, 0x6a)
  code.tee(entry)
  code.mem(0x29, JumpCache.pc)
  load(Head.pc, 0x29)
  code.op(0x51)
  code.get(entry)
  code.mem(0x29, JumpCache.context)
  load(Head.flags, 0x29)
  code.op(0x51, 0x71)
}

/**
 * Goes on to the region at pc by a tail call, as the dispatcher would, if there is one and nothing else is to be done.
 * `budget` holds what is left; `block` is free.
 */
export function emitChain(code: Code, type: number, budget: number, block: number): void {
  code.get(cpuLocal)
  code.mem(0x28, Head.request)
  code.op(0x45)
  code.if()
  emitJumpCacheProbe(code, block)
  code.if()
  code.get(block)
  code.mem(0x28, JumpCache.block)
  code.set(block)
  code.get(budget)
  code.get(block)
  code.mem(0x28, Block.need)
  code.op(0x4e)
  code.if()
  code.get(cpuLocal)
  code.get(block)
  code.mem(0x28, Block.region)
  code.callIndirect(type, true)
  code.end()
  code.end()
  code.end()
}
