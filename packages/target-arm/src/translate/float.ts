/**
 * What the floating-point semantics share (Armv7-M ARM, A2.5, A6). Singles are i32 slots, doubles i64 slots that
 * cover two of them.
 *
 * Plan: an instruction computes with the machine's own arithmetic, which rounds to nearest even. Where FPSCR asks for
 * that, without flushing to zero, and the result is in the range in which no other flag than IXC can arise, IXC is set
 * already or easily found, all is done. Otherwise functions find the flags, or the host does (`float-host.ts`).
 */
import { type Builder, type Node, nativeFloat, type Type } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Flags, S, Slot } from '../state.ts'
import { floatCalls } from '../system-calls.ts'
import { type Body, type Ctx, plain } from './context.ts'

/** Bits of FPSCR (A2.5.3). */
export const Fpscr = {
  ioc: 0x1,
  dzc: 0x2,
  ofc: 0x4,
  ufc: 0x8,
  ixc: 0x10,
  idc: 0x80,
  roundingShift: 22,
  rounding: 0xc00000,
  flushToZero: 0x1000000,
  defaultNaN: 0x2000000,
  alternativeHalf: 0x4000000,
  /** What VMSR can write: N Z C V, modes, flags. */
  writable: -0x083fff61,
} as const
const ixcShift = 4

/** One of the two formats. */
export interface Format extends nativeFloat.NativeFormat {
  readonly suffix: 'f32' | 'f64'
}
export const single: Format = { ...nativeFloat.single, suffix: 'f32' }
export const double: Format = { ...nativeFloat.double, suffix: 'f64' }
export const formats: readonly Format[] = [single, double]

/**
 * An instruction that needs floating point: ExecuteFPCheck comes first (B1.5.7). While `Flags.fpReady` is clear it runs alone
 * in T0, because the check changes registers that regions keep in locals, and `Head.flags`.
 */
export const float = (name: string, body: Body): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    b.if(b.eqz(x.flag(Flags.fpReady)), () => {
      b.exact()
      const cause = b.call(floatCalls.prepare)
      b.if(cause, () => b.raise(cause, x.o.word()))
    })
    body(x)
  })

// Registers as bits.
export const readN = (f: Format, x: Ctx): Node => x.o.reg(Slot.rn, f.bits)
export const readM = (f: Format, x: Ctx): Node => x.o.reg(Slot.rm, f.bits)
export const readD = (f: Format, x: Ctx): Node => x.o.reg(Slot.rd, f.bits)

/** A state slot at a distance from that of a register. */
const place = (x: Ctx, slot: number, distance: number): Node => x.b.add(x.o.offset(slot), x.b.i32(distance))
export const getAt = (x: Ctx, offset: Node): Node =>
  offset.op === 'const' ? x.b.get(Number(offset.imm), 'i32') : x.b.getx(offset, 'i32')
export const setAt = (x: Ctx, offset: Node, value: Node): void => {
  if (offset.op === 'const') x.b.set(Number(offset.imm), value)
  else x.b.setx(offset, value)
}
/** The two singles from that in a slot on, or the halves of a double, low one first. */
export const readPair = (x: Ctx, slot: number): readonly [Node, Node] => [
  getAt(x, place(x, slot, 0)),
  getAt(x, place(x, slot, 4)),
]
export const writePair = (x: Ctx, slot: number, low: Node, high: Node): void => {
  setAt(x, place(x, slot, 0), low)
  setAt(x, place(x, slot, 4), high)
}

// Values.
type Native = typeof nativeFloat
export const floatOf: Native['floatOf'] = nativeFloat.floatOf
export const bitsOf: Native['bitsOf'] = nativeFloat.bitsOf
export const widen: Native['widen'] = nativeFloat.widen
export const finite: Native['finite'] = nativeFloat.finite
export const normal: Native['normal'] = nativeFloat.normal
export const constant = (f: Format, b: Builder, value: bigint): Node => b.const(f.bits, value)
/** FPNeg, FPAbs: of the bits, whatever they are. */
export const negate = (f: Format, b: Builder, bits: Node): Node => b.xor(bits, constant(f, b, f.sign))
export const magnitude = (f: Format, b: Builder, bits: Node): Node => b.and(bits, constant(f, b, f.sign - 1n))
/** Not a NaN. */
export const isNumber = (f: Format, b: Builder, value: Node): Node => b.op(`${f.value}.eq`, value, value)

// FPSCR.
export const fpscr = (b: Builder): Node => b.get(S.fpscr, 'i32')
const isClear = (b: Builder, mask: number, value: Node = fpscr(b)): Node => b.eqz(b.and(value, b.i32(mask)))
/** Rounding to nearest even, subnormal numbers are what they are. */
export const plainMode = (b: Builder, modes?: Node): Node =>
  isClear(b, Fpscr.rounding | Fpscr.flushToZero, modes)
export const noFlush = (b: Builder): Node => isClear(b, Fpscr.flushToZero)
export const roundsToNearest = (b: Builder): Node => isClear(b, Fpscr.rounding)
/** `plainMode`, and IXC is set already. */
export const inexactKnown = (b: Builder): Node =>
  b.eq(b.and(fpscr(b), b.i32(Fpscr.rounding | Fpscr.flushToZero | Fpscr.ixc)), b.i32(Fpscr.ixc))

/** IXC if the condition (0 or 1) holds. */
export const inexactFlag = (b: Builder, inexact: Node): Node => b.shl(inexact, b.i32(ixcShift))

/** FPSCR |= flags. */
export const accrue = (b: Builder, flags: Node): void => b.set(S.fpscr, b.or(fpscr(b), flags))
export const accrueInexact = (b: Builder, inexact: Node): void => accrue(b, inexactFlag(b, inexact))

/** All of them. */
export const all = (b: Builder, conditions: readonly Node[]): Node => conditions.reduce((p, q) => b.and(p, q))

/** One value on either way. */
export const either = (b: Builder, type: Type, cond: Node, then: () => Node, orelse: () => Node): Node => {
  const result = b.newVar(type)
  b.if(
    cond,
    () => b.vset(result, then()),
    () => b.vset(result, orelse()),
  )
  return b.vget(result)
}
