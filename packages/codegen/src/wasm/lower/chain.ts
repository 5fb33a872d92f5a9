/** The way to the next block: through the jump cache, and from a region straight to the next one. */
import { Block, Head, JumpCache } from '../../abi.ts'
import type { Code } from '../asm/encode.ts'
import type { Opcode } from '../asm/opcodes.ts'
import { cpuLocal } from './head.ts'

/**
 * Looks for pc in the jump cache: the entry's address goes into a local, onto the stack whether the entry is that of pc in
 * this context. The index is taken from pc bits 1 to 12.
 */
export function emitJumpCacheProbe(code: Code, entry: number): void {
  const load = (offset: number, opcode: Opcode = 'i32.load'): void => {
    code.get(cpuLocal)
    code.mem(opcode, offset)
  }
  load(Head.space)
  load(Head.pc)
  code.i32(JumpCache.pcShift)
  code.op('i32.shr_u')
  code.i32(JumpCache.entries - 1)
  code.op('i32.and')
  code.i32(Math.log2(JumpCache.entrySize))
  code.op('i32.shl', 'i32.add')
  code.tee(entry)
  code.mem('i64.load', JumpCache.pc)
  load(Head.pc, 'i64.load')
  code.op('i64.eq')
  code.get(entry)
  code.mem('i64.load', JumpCache.context)
  load(Head.flags, 'i64.load')
  code.op('i64.eq', 'i32.and')
}

/**
 * Goes on to the region at pc by a tail call, as the dispatcher would, if there is one and nothing else is to be done.
 * `budget` holds what is left; `block` is free.
 */
export function emitChain(code: Code, type: number, budget: number, block: number): void {
  code.get(cpuLocal)
  code.mem('i32.load', Head.request)
  code.op('i32.eqz')
  code.if()
  emitJumpCacheProbe(code, block)
  code.if()
  code.get(block)
  code.mem('i32.load', JumpCache.block)
  code.set(block)
  code.get(budget)
  code.get(block)
  code.mem('i32.load', Block.need)
  code.op('i32.ge_s')
  code.if()
  code.get(cpuLocal)
  code.get(block)
  code.mem('i32.load', Block.region)
  code.callIndirect(type, true)
  code.end()
  code.end()
  code.end()
}
