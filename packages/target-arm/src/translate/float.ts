/**
 * What the floating-point semantics share (Armv7-M ARM, A2.5, A6). Singles are i32 slots, doubles i64 slots that
 * cover two of them.
 *
 * Plan: an instruction computes with the machine's own arithmetic, which rounds to nearest even. Where FPSCR asks for
 * that, without flushing to zero, and the result is in the range in which no other flag than IXC can arise, IXC is set
 * already or easily found, all is done. Otherwise functions find the flags, or the host does (`float-host.ts`).
 */
import type { Builder, Node, Type } from '@guestscope/codegen'
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
export interface Format {
  readonly suffix: 'f32' | 'f64'
  /** IR type of a value, and of its bits. */
  readonly value: 'f32' | 'f64'
  readonly bits: 'i32' | 'i64'
  /** Explicit bits of the significand. */
  readonly fraction: number
  readonly sign: bigint
  readonly infinity: bigint
  /** The most significant bit of the significand: 1 in quiet NaNs. */
  readonly quiet: bigint
}

export const single: Format = {
  suffix: 'f32',
  value: 'f32',
  bits: 'i32',
  fraction: 23,
  sign: 0x80000000n,
  infinity: 0x7f800000n,
  quiet: 0x400000n,
}
export const double: Format = {
  suffix: 'f64',
  value: 'f64',
  bits: 'i64',
  fraction: 52,
  sign: 1n << 63n,
  infinity: 0x7ffn << 52n,
  quiet: 1n << 51n,
}
export const formats: readonly Format[] = [single, double]

/**
 * An instruction that needs floating point: ExecuteFPCheck comes first (B1.5.7). While `Flags.fpReady` is clear it runs alone
 * in T0, because the check changes registers that regions keep in locals, and `Head.context`.
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

/** Registers that regions may keep in locals: singles where there are no doubles in the same place. */
export const promoteFloat = (doubles: boolean, offset: number): Type | undefined =>
  offset === S.fpscr || (!doubles && offset >= S.s && offset < S.s + 128) ? 'i32' : undefined

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
export const floatOf = (f: Format, b: Builder, bits: Node): Node => b.op(`${f.value}.from_bits`, bits)
export const bitsOf = (f: Format, b: Builder, value: Node): Node => b.op(`${f.bits}.bits`, value)
export const constant = (f: Format, b: Builder, value: bigint): Node => b.const(f.bits, value)
/** A value as a double; single to double is exact. */
export const widen = (f: Format, b: Builder, value: Node): Node =>
  f.value === 'f32' ? b.op('f64.promote', value) : value
/** FPNeg, FPAbs: of the bits, whatever they are. */
export const negate = (f: Format, b: Builder, bits: Node): Node => b.xor(bits, constant(f, b, f.sign))
export const magnitude = (f: Format, b: Builder, bits: Node): Node => b.and(bits, constant(f, b, f.sign - 1n))
/** Not a NaN. */
export const isNumber = (f: Format, b: Builder, value: Node): Node => b.op(`${f.value}.eq`, value, value)

/** Neither infinite nor a NaN. */
export const finite = (f: Format, b: Builder, bits: Node): Node =>
  b.cmp('lt_u', b.shl(bits, constant(f, b, 1n)), constant(f, b, f.infinity << 1n))

/**
 * Normal, but not the smallest normal number, to which a tiny one may have been rounded: a result that an operation
 * can have only exactly or with IXC.
 */
export const normal = (f: Format, b: Builder, bits: Node): Node => {
  const first = (2n << BigInt(f.fraction)) + 2n // exponent 1, fraction 1, without the sign
  const above = b.sub(b.shl(bits, constant(f, b, 1n)), constant(f, b, first))
  return b.cmp('lt_u', above, constant(f, b, (f.infinity << 1n) - first))
}

// FPSCR.
export const fpscr = (b: Builder): Node => b.get(S.fpscr, 'i32')
const isClear = (b: Builder, mask: number): Node => b.eqz(b.and(fpscr(b), b.i32(mask)))
/** Rounding to nearest even, subnormal numbers are what they are. */
export const plainMode = (b: Builder): Node => isClear(b, Fpscr.rounding | Fpscr.flushToZero)
export const noFlush = (b: Builder): Node => isClear(b, Fpscr.flushToZero)
export const roundsToNearest = (b: Builder): Node => isClear(b, Fpscr.rounding)
/** `plainMode`, and IXC is set already. */
export const inexactKnown = (b: Builder): Node =>
  b.eq(b.and(fpscr(b), b.i32(Fpscr.rounding | Fpscr.flushToZero | Fpscr.ixc)), b.i32(Fpscr.ixc))

/** FPSCR |= flags. */
export const accrue = (b: Builder, flags: Node): void => b.set(S.fpscr, b.or(fpscr(b), flags))
/** IXC if the condition (0 or 1) holds. */
export const accrueInexact = (b: Builder, inexact: Node): void => accrue(b, b.shl(inexact, b.i32(ixcShift)))

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
