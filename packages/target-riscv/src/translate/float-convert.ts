/** Chapters "F" and "D": loads, stores, moves, and conversions to and from integers. */
import type { Builder, Node, Operands } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { address, rd, rs1, rs2, type Xlen, type XType, xType } from './common.ts'
import { dirtyFp, requireFp } from './context.ts'
import {
  accrue,
  bitsOf,
  checkRounding,
  double,
  type Format,
  floatOf,
  inexactKnown,
  normal,
  raisedFlags,
  raiseFlags,
  read,
  rounding,
  single,
  widen,
  write,
} from './float.ts'
import { slowly } from './float-functions.ts'

/** An integer format, as the names of conversions call it. */
export interface Integer {
  readonly name: string
  readonly type: XType
  readonly signed: boolean
}
const words: readonly Integer[] = [
  { name: 'w', type: 'i32', signed: true },
  { name: 'wu', type: 'i32', signed: false },
]
const longs: readonly Integer[] = [
  { name: 'l', type: 'i64', signed: true },
  { name: 'lu', type: 'i64', signed: false },
]

/** fd := memory[rs1 + imm]. */
export const load = (f: Format, name: string, type: XType): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    write(f, b, o, b.gload(f.bits, f.width, address(b, o, type)))
    dirtyFp(b, flags)
  },
})

/** memory[rs1 + imm] := fs2, for narrower formats the low part whatever the upper holds. */
export const store = (f: Format, name: string, type: XType): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    b.gstore(f.width, address(b, o, type), o.reg(rs2, 'i64'))
  },
})

/** Bits from x register to f register, and back (sign-extended, and as they are: not unboxed). */
const moveToFloat = (f: Format, name: string, type: XType): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    write(f, b, o, b.resize(o.reg(rs1, type), f.bits))
    dirtyFp(b, flags)
  },
})
const moveFromFloat = (f: Format, name: string, type: XType): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    o.setReg(rd, b.resize(b.resize(o.reg(rs1, 'i64'), f.bits), type))
  },
})

/** Roundings to an integral number, by rounding mode; to the nearest with ties away there is none. */
const integral = ['nearest', 'trunc', 'floor', 'ceil'] as const

/** Rounds a double; where the mode is not known, rightly if it is 0 or 1 (what compilers use). */
const round = (b: Builder, rm: Node, x: Node): Node => {
  if (rm.op === 'const') return b.op(`f64.${integral[Number(rm.imm)] ?? 'nearest'}`, x)
  return b.select(b.eq(rm, b.i32(1)), b.op('f64.trunc', x), b.op('f64.nearest', x))
}

/** x rd := fs1 as an integer. Out of range: the nearest integer of the range, for NaNs the greatest, and NV. */
export const toInteger = (f: Format, { name, type, signed }: Integer, x: XType): Semantics => ({
  name: `fcvt.${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const rm = rounding(b, o)
    const bits = read(f, b, o, rs1)
    const slow = (): void => {
      checkRounding(b, o, rm)
      const result = slowly(b, `${name}.${f.suffix}`, rm, bits)
      raiseFlags(b, raisedFlags(b), flags)
      o.setReg(rd, b.resize(result, x))
    }
    if (rm.op === 'const' && !integral[Number(rm.imm)]) return slow()

    const value = widen(f, b, floatOf(f, b, bits))
    const rounded = round(b, rm, value)
    // It rounds towards zero by itself, so there need be no waiting for `rounded`.
    const source = rm.op === 'const' && rm.imm === 1 ? value : rounded
    const result = b.op(`${type}.trunc_${signed ? 's' : 'u'}_f64`, source)
    // In range if it comes back; the greatest i64, which is not a double, stands for what is too great.
    const back = b.op(`f64.from_${type}_${signed ? 's' : 'u'}`, result)
    const conditions = [b.op('f64.eq', back, rounded)]
    if (type === 'i64') conditions.push(b.ne(result, b.i64(signed ? (1n << 63n) - 1n : -1n)))
    if (rm.op !== 'const') conditions.push(b.cmp('le_u', rm, b.i32(1)))
    b.if(
      conditions.reduce((p, q) => b.and(p, q)),
      () => {
        raiseFlags(b, b.op('f64.ne', rounded, value), flags) // 1 is NX
        o.setReg(rd, b.resize(result, x))
      },
      slow,
    )
  },
})

/** What a conversion computes, and when that is all, given whether NX is set already and the rounding is to nearest. */
interface Conversion {
  readonly value: Node
  readonly fast: (known: Node) => Node
}

/** fd := converted; otherwise by the host. The rounding mode must exist even where nothing is rounded. */
const convert = (
  f: Format,
  name: string,
  source: (b: Builder, o: Operands) => Node,
  conversion: (b: Builder, source: Node) => Conversion,
): Semantics => ({
  name: `fcvt.${name}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const rm = rounding(b, o)
    checkRounding(b, o, rm)
    const from = source(b, o)
    const { value, fast } = conversion(b, from)
    b.if(
      fast(inexactKnown(b, rm)),
      () => write(f, b, o, bitsOf(f, b, value)),
      () => {
        const result = slowly(b, name, rm, from)
        accrue(b, raisedFlags(b))
        o.setReg(rd, result)
      },
    )
    dirtyFp(b, flags)
  },
})

/** Has the integer few enough significant bits? */
const fits = (f: Format, b: Builder, v: Node, signed: boolean): Node => {
  const type = v.type as XType
  const zero = b.const(type, 0)
  const magnitude = signed ? b.select(b.cmp('lt_s', v, zero), b.sub(zero, v), v) : v
  const outside = b.add(b.op(`${type}.clz`, magnitude), b.op(`${type}.ctz`, v))
  return b.cmp('ge_u', outside, b.const(type, (type === 'i32' ? 32 : 64) - f.fraction - 1))
}

/** fd := the integer in rs1. */
const fromInteger = (f: Format, { name, type, signed }: Integer, x: XType): Semantics =>
  convert(
    f,
    `${f.suffix}.${name}`,
    (b, o) => b.resize(o.reg(rs1, x), type),
    (b, v) => ({
      value: b.op(`${f.value}.from_${type}_${signed ? 's' : 'u'}`, v),
      fast: known => (type === 'i32' && f.bits === 'i64' ? b.i32(1) : b.or(fits(f, b, v, signed), known)),
    }),
  )

/** fd := the double in fs1 as a single. */
const narrow = convert(
  single,
  's.d',
  (b, o) => read(double, b, o, rs1),
  (b, bits) => {
    const from = floatOf(double, b, bits)
    const value = b.op('f32.demote', from)
    const exact = b.op('f64.eq', widen(single, b, value), from)
    return { value, fast: known => b.or(exact, b.and(known, normal(single, b, bitsOf(single, b, value)))) }
  },
)

/** fd := the operand in fs1 in a wider format, which is exact unless it is a NaN. */
export const promote = (from: Format, to: Format): Semantics =>
  convert(
    to,
    `${to.suffix}.${from.suffix}`,
    (b, o) => read(from, b, o, rs1),
    (b, bits) => {
      const narrow = floatOf(from, b, bits)
      const value = to.value === 'f64' ? widen(from, b, narrow) : narrow
      return { value, fast: () => b.op(`${to.value}.eq`, value, value) }
    },
  )

/** The integer formats of a base. */
export const integersOf = (xlen: Xlen): readonly Integer[] => (xlen === 64 ? [...words, ...longs] : words)

const integers = (f: Format, formats: readonly Integer[], x: XType): readonly Semantics[] =>
  formats.flatMap(format => [toInteger(f, format, x), fromInteger(f, format, x)])

/** Chapter "F"; chapter "D" adds conversions between the formats. */
export const singleMoves = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    load(single, 'flw', x),
    store(single, 'fsw', x),
    moveFromFloat(single, 'fmv.x.w', x),
    moveToFloat(single, 'fmv.w.x', x),
    ...integers(single, integersOf(xlen), x),
  ]
}
export const doubleMoves = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  const wide = [
    moveFromFloat(double, 'fmv.x.d', x),
    moveToFloat(double, 'fmv.d.x', x),
    ...integers(double, longs, x),
  ]
  return [
    load(double, 'fld', x),
    store(double, 'fsd', x),
    narrow,
    promote(single, double),
    ...integers(double, words, x),
    ...(xlen === 64 ? wide : []),
  ]
}
