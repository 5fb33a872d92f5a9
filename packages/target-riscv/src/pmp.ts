/** Physical memory protection ("Privileged Architecture", 3.7): 16 entries, granularity of 4 bytes. */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { coreHost } from '@guestscope/core'
import { Flags, S } from './state.ts'
import { updateMode } from './trap.ts'

export const pmpEntries = 16

/** Bits of an entry's configuration. */
export const Pmp = { R: 1, W: 2, X: 4, A: 0x18, tor: 0x08, na4: 0x10, napot: 0x18, L: 0x80 } as const

/** Bits 5 and 6 are reserved. So is W = 1 with R = 0; R, W and X are one WARL field (3.7.1): then W stays 0. */
const configMask = 0x9f

/** Result of `pmpCheck`: bits. */
export const PmpResult = { allowed: 1, finerThanPage: 2 } as const

/** cpu + 8 * index, for rload and rstore with an offset of an array of i64. */
const element = (b: Builder, index: Node): Node => b.add(b.cpu(), b.shl(index, b.i32(3)))
const config = (b: Builder, index: Node, offset = 0): Node =>
  b.rload('i32', '8u', b.add(b.cpu(), index), S.pmpcfg + offset)

/**
 * (cpu, physical address i64, bytes i32, permissions needed i32, privilege mode i32) → `PmpResult`. The lowest entry
 * that matches any byte decides, and must match them all. Nothing matches: M may, others may not.
 */
export const pmpCheck: IrFunction = irFunction('riscv.pmpCheck', ['i64', 'i32', 'i32', 'i32'], 'i32', b => {
  const [first, bytes, needed, mode] = [0, 1, 2, 3] as const
  const index = b.newVar('i32')
  const finer = b.newVar('i32')
  const end = b.newVar('i64')
  const page = b.newVar('i64')
  b.vset(index, b.i32(0))
  b.vset(finer, b.i32(0))
  b.vset(end, b.add(b.vget(first), b.resize(b.vget(bytes), 'i64', true)))
  b.vset(page, b.and(b.vget(first), b.i64(-4096)))
  b.loop(() => {
    b.if(b.cmp('ge_u', b.vget(index), b.get(S.pmpActive, 'i32')), () => b.break())
    const low = b.rload('i64', '64', element(b, b.vget(index)), S.pmpLow)
    const high = b.rload('i64', '64', element(b, b.vget(index)), S.pmpHigh)
    // Does a border lie inside the page?
    const inside = (border: Node): Node =>
      b.cmp('lt_u', b.sub(b.sub(border, b.vget(page)), b.i64(1)), b.i64(4095))
    b.if(b.or(inside(low), inside(high)), () => b.vset(finer, b.i32(PmpResult.finerThanPage)))
    b.if(b.and(b.cmp('lt_u', low, b.vget(end)), b.cmp('gt_u', high, b.vget(first))), () => {
      b.if(b.or(b.cmp('gt_u', low, b.vget(first)), b.cmp('lt_u', high, b.vget(end))), () =>
        b.return(b.vget(finer)),
      )
      const cfg = config(b, b.vget(index))
      const machine = b.and(b.eq(b.vget(mode), b.i32(3)), b.eqz(b.and(cfg, b.i32(Pmp.L))))
      const allowed = b.or(machine, b.eq(b.and(cfg, b.vget(needed)), b.vget(needed)))
      b.return(b.or(allowed, b.vget(finer)))
    })
    b.vset(index, b.add(b.vget(index), b.i32(1)))
  })
  b.return(b.or(b.eq(b.vget(mode), b.i32(3)), b.vget(finer)))
})

/** (cpu): decodes all entries into ranges after a change, and forgets translations. */
const pmpUpdate: IrFunction = irFunction('riscv.pmpUpdate', [], undefined, b => {
  const index = b.newVar('i32')
  const low = b.newVar('i64')
  const high = b.newVar('i64')
  /** Start of a TOR entry: where the entry before ends. */
  const previous = b.newVar('i64')
  b.vset(index, b.i32(0))
  b.vset(previous, b.i64(0))
  b.set(S.pmpActive, b.i32(0))
  b.loop(() => {
    const kind = b.and(config(b, b.vget(index)), b.i32(Pmp.A))
    const address = b.rload('i64', '64', element(b, b.vget(index)), S.pmpaddr)
    const bytes = b.shl(address, b.i64(2))
    b.vset(low, b.i64(0))
    b.vset(high, b.i64(0))
    b.if(b.eq(kind, b.i32(Pmp.tor)), () => {
      b.if(b.cmp('lt_u', b.vget(previous), bytes), () => {
        b.vset(low, b.vget(previous))
        b.vset(high, bytes)
      })
    })
    b.if(b.eq(kind, b.i32(Pmp.na4)), () => {
      b.vset(low, bytes)
      b.vset(high, b.add(bytes, b.i64(4)))
    })
    b.if(b.eq(kind, b.i32(Pmp.napot)), () => {
      // The ones at the end of the address and the 0 before them give the size.
      const ones = b.xor(address, b.add(address, b.i64(1)))
      b.vset(low, b.shl(b.and(address, b.not(ones)), b.i64(2)))
      b.vset(high, b.add(b.vget(low), b.shl(b.add(ones, b.i64(1)), b.i64(2))))
    })
    b.rstore('64', element(b, b.vget(index)), b.vget(low), S.pmpLow)
    b.rstore('64', element(b, b.vget(index)), b.vget(high), S.pmpHigh)
    b.vset(previous, bytes)
    b.vset(index, b.add(b.vget(index), b.i32(1)))
    b.if(b.op('i64.ne', b.vget(high), b.i64(0)), () => b.set(S.pmpActive, b.vget(index)))
    b.if(b.eq(b.vget(index), b.i32(pmpEntries)), () => b.break())
  })
  const configs = b.or(b.get(S.pmpcfg, 'i64'), b.get(S.pmpcfg + 8, 'i64'))
  const locked = b.ne(b.and(configs, b.i64(0x8080808080808080n)), b.i64(0))
  const context = b.and(b.get(Head.flags, 'i32'), b.i32(~Flags.locked))
  b.set(Head.flags, b.or(context, b.select(locked, b.i32(Flags.locked), b.i32(0))))
  b.call(updateMode)
  b.call(coreHost.flush)
})

/** (cpu, first entry i32, value i64, entries i32): writes consecutive configurations; locked ones stay. */
export const pmpWriteConfig: IrFunction = irFunction(
  'riscv.pmpWriteConfig',
  ['i32', 'i64', 'i32'],
  undefined,
  b => {
    const [first, value, count] = [0, 1, 2] as const
    const end = b.newVar('i32')
    b.vset(end, b.add(b.vget(first), b.vget(count)))
    b.loop(() => {
      b.if(b.eqz(b.and(config(b, b.vget(first)), b.i32(Pmp.L))), () => {
        const written = b.and(b.resize(b.vget(value), 'i32'), b.i32(configMask))
        const bits = b.select(b.and(written, b.i32(Pmp.R)), written, b.and(written, b.i32(~Pmp.W)))
        b.rstore('8u', b.add(b.cpu(), b.vget(first)), bits, S.pmpcfg)
      })
      b.vset(value, b.shrU(b.vget(value), b.i64(8)))
      b.vset(first, b.add(b.vget(first), b.i32(1)))
      b.if(b.eq(b.vget(first), b.vget(end)), () => b.break())
    })
    b.call(pmpUpdate)
  },
)

/** (cpu, entry i32, value i64): writes an address unless it is locked, as it also is by a locked TOR entry after it. */
export const pmpWriteAddress: IrFunction = irFunction(
  'riscv.pmpWriteAddress',
  ['i32', 'i64'],
  undefined,
  b => {
    const [index, value] = [0, 1] as const
    b.if(b.and(config(b, b.vget(index)), b.i32(Pmp.L)), () => b.return())
    b.if(b.cmp('lt_u', b.vget(index), b.i32(pmpEntries - 1)), () => {
      const next = b.and(config(b, b.vget(index), 1), b.i32(Pmp.L | Pmp.A))
      b.if(b.eq(next, b.i32(Pmp.L | Pmp.tor)), () => b.return())
    })
    b.rstore('64', element(b, b.vget(index)), b.vget(value), S.pmpaddr)
    b.call(pmpUpdate)
  },
)

export const pmpFunctions: readonly IrFunction[] = [pmpCheck, pmpUpdate, pmpWriteConfig, pmpWriteAddress]
