/** Virtual memory: Bare, Sv32, Sv39, Sv48 ("Privileged Architecture", 4.3 to 4.5), and PMP behind it. */
import { type Builder, Head, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { Access, linearCallee, updateEntryCallee } from '@guestscope/core'
import type { Xlen } from './isa/row.ts'
import { Pmp, PmpResult, pmpCheck } from './pmp.ts'
import { Mstatus, S } from './state.ts'
import { Exc } from './translate/context.ts'

/** Bits of a page table entry. */
const Pte = { V: 1, R: 2, W: 4, X: 8, U: 16, A: 64, D: 128 } as const

/** N of an entry. */
const napotBit = 1n << 63n

/** What differs between the bases: the entries' size and how satp is laid out. */
const formats = {
  32: { pteBytes: 4, pteShift: 2, width: '32u', indexBits: 10, ppnBits: 22n, modeShift: 31 },
  64: { pteBytes: 8, pteShift: 3, width: '64', indexBits: 9, ppnBits: 44n, modeShift: 60 },
} as const

/** By `Access` kind. */
const causes = {
  page: [Exc.loadPage, Exc.storePage, Exc.fetchPage],
  access: [Exc.loadAccess, Exc.storeAccess, Exc.fetchAccess],
} as const

/** The cause of an access fault. */
export const accessFault = (access: number): number => causes.access[(access & 3) as 0 | 1 | 2]

/** A number chosen by the access kind. */
function byKind(b: Builder, kind: Node, [load, store, fetch]: readonly [number, number, number]): Node {
  const other = b.select(b.eq(kind, b.i32(Access.store)), b.i32(store), b.i32(fetch))
  return b.select(b.eqz(kind), b.i32(load), other)
}

/** (cpu, address, cause) → -1: describes a fault in the head. */
const fault: IrFunction = irFunction('riscv.fault', ['i64', 'i32'], 'i64', b => {
  b.set(Head.trapCause, b.vget(1))
  b.set(Head.trapValue, b.vget(0))
  b.return(b.i64(-1))
})

export const mmuFunctions: readonly IrFunction[] = [fault]

/** What page tables a hart knows. */
export interface Scheme {
  readonly xlen: Xlen
  /** Entries may be parts of a page of 64 KiB (Svnapot). */
  readonly napot: boolean
}

/** `Target.functions.translate`. */
export function createTranslate({ xlen, napot }: Scheme): IrFunction {
  return irFunction('riscv.translate', ['i64', 'i32'], 'i64', b => {
    const [address, access] = [0, 1] as const
    const kind = b.newVar('i32')
    const mode = b.newVar('i32')
    const physical = b.newVar('i64')
    const fail = (of: keyof typeof causes): void =>
      b.return(b.call(fault, b.vget(address), byKind(b, b.vget(kind), causes[of])))

    if (xlen === 32) b.vset(address, b.and(b.vget(address), b.i64(0xffffffff)))
    b.vset(kind, b.and(b.vget(access), b.i32(3)))
    b.vset(mode, b.get(S.priv, 'i32'))
    b.if(b.ne(b.vget(kind), b.i32(Access.fetch)), () => {
      const status = b.resize(b.get(S.mstatus, 'i64'), 'i32')
      b.if(b.and(status, b.i32(Number(Mstatus.MPRV))), () =>
        b.vset(mode, b.and(b.shrU(status, b.i32(11)), b.i32(3))),
      )
    })
    b.vset(physical, b.vget(address))
    const scheme = b.resize(b.shrU(b.get(S.satp, 'i64'), b.i64(formats[xlen].modeShift)), 'i32')
    b.if(b.and(b.ne(scheme, b.i32(0)), b.ne(b.vget(mode), b.i32(3))), () =>
      walk(b, { xlen, napot }, { address, access, kind, mode, physical }, fail),
    )
    b.if(b.eqz(b.and(b.vget(access), b.i32(Access.debug))), () => {
      const needed = byKind(b, b.vget(kind), [Pmp.R, Pmp.W, Pmp.X])
      const result = b.call(pmpCheck, b.vget(physical), b.get(Head.accessBytes, 'i32'), needed, b.vget(mode))
      b.if(b.and(result, b.i32(PmpResult.finerThanPage)), () => b.set(Head.uncached, b.i32(1)))
      b.if(b.eqz(b.and(result, b.i32(PmpResult.allowed))), () => fail('access'))
    })
    // -1 says "fault": the last byte of the address space, where nothing is, needs its cause.
    if (xlen === 64) b.if(b.eq(b.vget(physical), b.i64(-1)), () => fail('access'))
    b.return(b.vget(physical))
  })
}

/** Numbers of the variables that the walk shares with `translate`. */
interface WalkVars {
  readonly address: number
  readonly access: number
  readonly kind: number
  readonly mode: number
  readonly physical: number
}

/** The algorithm of 4.3.2. Sets `physical` or returns through `fail`. */
function walk(b: Builder, { xlen, napot }: Scheme, v: WalkVars, fail: (of: 'page' | 'access') => void): void {
  const format = formats[xlen]
  const { address, access, kind, mode, physical } = v
  const table = b.newVar('i64')
  /** Position of the current level's index in the address. */
  const shift = b.newVar('i32')
  const place = b.newVar('i64')
  const linear = b.newVar('i32')
  const pte = b.newVar('i64')
  const bits = b.newVar('i32')
  const wide = (n: Node): Node => b.resize(n, 'i64', true)
  const ppnMask = b.i64((1n << format.ppnBits) - 1n)
  const pageFault = (): void => fail('page')
  /** May the walker (which acts as S) do this to the entry? */
  const guard = (needed: number): void => {
    const result = b.call(pmpCheck, b.vget(place), b.i32(format.pteBytes), b.i32(needed), b.i32(1))
    b.if(b.eqz(b.and(result, b.i32(PmpResult.allowed))), () => fail('access'))
  }

  if (xlen === 32) b.vset(shift, b.i32(22))
  else {
    // Sv39 is 8, Sv48 is 9; other values cannot be written.
    const sv48 = b.cmp('eq', b.shrU(b.get(S.satp, 'i64'), b.i64(60)), b.i64(9))
    b.vset(shift, b.select(sv48, b.i32(39), b.i32(30)))
    const unused = wide(b.sub(b.i32(64 - 9), b.vget(shift)))
    const canonical = b.shrS(b.shl(b.vget(address), unused), unused)
    b.if(b.ne(canonical, b.vget(address)), pageFault)
  }
  b.vset(table, b.shl(b.and(b.get(S.satp, 'i64'), ppnMask), b.i64(12)))
  b.loop(() => {
    const index = b.and(b.shrU(b.vget(address), wide(b.vget(shift))), b.i64((1 << format.indexBits) - 1))
    b.vset(place, b.add(b.vget(table), b.shl(index, b.i64(format.pteShift))))
    guard(Pmp.R)
    b.vset(linear, b.call(linearCallee, b.vget(place)))
    b.if(b.eqz(b.vget(linear)), () => fail('access'))
    b.vset(pte, b.mload('i64', format.width, b.vget(linear)))
    b.vset(bits, b.resize(b.vget(pte), 'i32'))
    b.if(b.eqz(b.and(b.vget(bits), b.i32(Pte.V))), pageFault)
    b.if(b.eq(b.and(b.vget(bits), b.i32(Pte.R | Pte.W)), b.i32(Pte.W)), pageFault)
    // Reserved bits, and those of extensions that are absent (Svpbmt).
    const reserved = napot ? napotBit - (1n << 54n) : -1n << 54n
    if (xlen === 64) b.if(b.ne(b.and(b.vget(pte), b.i64(reserved)), b.i64(0)), pageFault)
    b.if(b.and(b.vget(bits), b.i32(Pte.R | Pte.W | Pte.X)), () => b.break())
    b.if(b.and(b.vget(bits), b.i32(Pte.D | Pte.A | Pte.U)), pageFault)
    if (napot) b.if(b.cmp('lt_s', b.vget(pte), b.i64(0)), pageFault)
    b.vset(shift, b.sub(b.vget(shift), b.i32(format.indexBits)))
    b.if(b.cmp('lt_s', b.vget(shift), b.i32(12)), pageFault)
    b.vset(table, b.shl(b.and(b.shrU(b.vget(pte), b.i64(10)), ppnMask), b.i64(12)))
  })

  if (napot) {
    b.if(b.cmp('lt_s', b.vget(pte), b.i64(0)), () => {
      // Of 16 entries for one page, which all have 8 in the low digit of their page number.
      const digit = b.and(b.shrU(b.vget(pte), b.i64(10)), b.i64(15))
      b.if(b.or(b.ne(b.vget(shift), b.i32(12)), b.ne(digit, b.i64(8))), pageFault)
      b.vset(pte, b.xor(b.vget(pte), b.i64(napotBit | (8n << 10n))))
      b.vset(shift, b.i32(16))
    })
  }

  /** Bits of the address below the page, or superpage. */
  const low = b.sub(b.shl(b.i64(1), wide(b.vget(shift))), b.i64(1))
  const frame = b.shl(b.and(b.shrU(b.vget(pte), b.i64(10)), ppnMask), b.i64(12))
  b.if(b.ne(b.and(frame, low), b.i64(0)), pageFault)
  checkPermissions(b, { kind, mode, bits }, pageFault)
  const needed = b.select(b.eq(b.vget(kind), b.i32(Access.store)), b.i32(Pte.A | Pte.D), b.i32(Pte.A))
  const missing = b.ne(b.and(b.vget(bits), needed), needed)
  b.if(b.and(missing, b.eqz(b.and(b.vget(access), b.i32(Access.debug)))), () => {
    guard(Pmp.W)
    const updated = b.call(updateEntryCallee, b.vget(linear), b.or(b.vget(bits), needed), b.vget(access))
    b.if(b.eqz(updated), () => fail('access'))
  })
  b.set(Head.spanShift, b.vget(shift))
  b.vset(physical, b.or(frame, b.and(b.vget(address), low)))
}

/** The leaf must allow the access: R, W, X with MXR, U with SUM (4.3.1). */
function checkPermissions(
  b: Builder,
  v: { readonly kind: number; readonly mode: number; readonly bits: number },
  pageFault: () => void,
): void {
  const status = b.resize(b.get(S.mstatus, 'i64'), 'i32')
  const readable = b.select(b.and(status, b.i32(Number(Mstatus.MXR))), b.i32(Pte.R | Pte.X), b.i32(Pte.R))
  const other = b.select(b.eq(b.vget(v.kind), b.i32(Access.store)), b.i32(Pte.W), b.i32(Pte.X))
  const sufficient = b.select(b.eqz(b.vget(v.kind)), readable, other)
  b.if(b.eqz(b.and(b.vget(v.bits), sufficient)), pageFault)
  b.if(
    b.and(b.vget(v.bits), b.i32(Pte.U)),
    () => {
      // S touches pages of U as data only, and with SUM.
      const sum = b.and(status, b.i32(Number(Mstatus.SUM)))
      const denied = b.or(b.eqz(sum), b.eq(b.vget(v.kind), b.i32(Access.fetch)))
      b.if(b.and(b.ne(b.vget(v.mode), b.i32(0)), denied), pageFault)
    },
    () => b.if(b.eqz(b.vget(v.mode)), pageFault),
  )
}
