/** Finds the block at a pc without leaving WebAssembly: fetch TLB, page walk, block table. */
import {
  Block,
  BlockTable,
  type Builder,
  FetchTlb,
  fetchFault,
  Head,
  type IrFunction,
  irFunction,
  JumpCache,
  type Node,
  pageShift,
  pageSize,
} from '@guestscope/codegen'
import { Space } from './layout.ts'
import type { GuestMemory } from './memory.ts'

const low = (b: Builder, x: Node): Node => b.resize(x, 'i32')

/**
 * `fetchPage` and `lookup` for one machine; `linear`: physical → linear address; `fetch`: virtual → physical; `busError`: cause
 * of a fetch where there is no memory.
 */
export function lookupFunctions(
  memory: GuestMemory,
  linear: IrFunction,
  fetch: IrFunction,
  busError: number,
): { readonly fetchPage: IrFunction; readonly lookup: IrFunction } {
  // (cpu, address) → linear address of the page that code is fetched from; 0: the host must say; -1: a fault is described.
  const fetchPage = irFunction('core.fetchPage', ['i64'], 'i32', b => {
    const address = b.vget(0)
    const entry = b.newVar('i32')
    const host = b.newVar('i32')
    const index = b.and(b.shrU(low(b, address), b.i32(pageShift)), b.i32(FetchTlb.entries - 1))
    b.vset(entry, b.add(b.get(Head.space, 'i32'), b.mul(index, b.i32(FetchTlb.entrySize))))
    const page = b.and(address, b.i64(-pageSize))
    const context = b.get(Head.flags, 'i64')
    const field = (offset: number): number => Space.fetchTlb + offset
    const samePage = b.eq(b.rload('i64', '64', b.vget(entry), field(FetchTlb.page)), page)
    const sameContext = b.eq(b.rload('i64', '64', b.vget(entry), field(FetchTlb.context)), context)
    b.if(b.and(samePage, sameContext), () =>
      b.return(b.rload('i32', '32s', b.vget(entry), field(FetchTlb.linear))),
    )
    const physical = b.call(fetch, address)
    b.if(b.eq(physical, b.i64(-1)), () => b.return(b.i32(fetchFault)))
    b.vset(host, b.and(b.call(linear, physical), b.i32(-pageSize)))
    b.if(b.eqz(b.vget(host)), () => {
      b.set(Head.trapCause, b.i32(busError))
      b.set(Head.trapValue, address)
      b.return(b.i32(fetchFault))
    })
    b.if(b.get(Head.uncached, 'i32'), () => b.return(b.i32(0)))
    b.rstore('64', b.vget(entry), page, field(FetchTlb.page))
    b.rstore('64', b.vget(entry), context, field(FetchTlb.context))
    b.rstore('32u', b.vget(entry), b.vget(host), field(FetchTlb.linear))
    b.return(b.vget(host))
  })

  const lookup = irFunction('core.lookup', [], 'i32', b => {
    const page = b.newVar('i32')
    const code = b.newVar('i32')
    const block = b.newVar('i32')
    const pc = b.get(Head.pc, 'i64')
    const flags = b.get(Head.flags, 'i32')
    const of = (offset: number): Node => b.rload('i32', '32s', b.vget(block), offset)
    const give = (n: Node): void => b.return(n)
    b.vset(page, b.call(fetchPage, pc))
    b.if(b.or(b.eqz(b.vget(page)), b.eq(b.vget(page), b.i32(fetchFault))), () => give(b.vget(page)))
    b.vset(code, b.or(b.vget(page), b.and(low(b, pc), b.i32(pageSize - 1))))
    const mixed = b.xor(b.shrU(b.vget(code), b.i32(1)), b.shrU(b.vget(code), b.i32(17)))
    const ofFlags = b.shrU(b.mul(flags, b.i32(BlockTable.flagsFactor)), b.i32(BlockTable.flagsShift))
    const bucket = b.and(b.xor(mixed, ofFlags), b.i32(BlockTable.buckets - 1)) // as `blockBucket`
    b.vset(block, b.rload('i32', '32s', b.shl(bucket, b.i32(2)), memory.blockTable))
    b.loop(() => {
      b.if(b.eqz(b.vget(block)), () => give(b.i32(0)))
      const samePlace = b.and(b.eq(of(Block.code), b.vget(code)), b.eq(of(Block.flags), flags))
      const samePc = b.eq(b.rload('i64', '64', b.vget(block), Block.pc), pc)
      b.if(b.and(samePlace, samePc), () => b.break())
      b.vset(block, of(Block.next))
    })
    b.if(of(Block.fine), () => give(b.i32(0)))
    b.if(b.cmp('ge_s', of(Block.secondPage), b.i32(0)), () => {
      const second = b.call(fetchPage, b.add(b.or(pc, b.i64(pageSize - 1)), b.i64(1)))
      b.if(b.ne(b.shrU(second, b.i32(pageShift)), of(Block.secondPage)), () => give(b.i32(0)))
    })
    const index = b.and(b.shrU(low(b, pc), b.i32(JumpCache.pcShift)), b.i32(JumpCache.entries - 1))
    const entry = b.add(b.get(Head.space, 'i32'), b.mul(index, b.i32(JumpCache.entrySize)))
    b.rstore('64', entry, pc, JumpCache.pc)
    b.rstore('64', entry, b.get(Head.flags, 'i64'), JumpCache.context)
    b.rstore('32u', entry, b.vget(block), JumpCache.block)
    give(b.vget(block))
  })
  return { fetchPage, lookup }
}
