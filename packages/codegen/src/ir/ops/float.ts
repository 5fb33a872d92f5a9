/**
 * Floating point. The sign and payload of a NaN that an operation gives are undefined (but for `neg`, `abs`, `copysign`,
 * which work on bits), and so are those of a float on its way to a lane or from one: semantics replace it by the NaN of
 * their guest before anybody can see it.
 */
import { fma } from '../../float/soft/arithmetic.ts'
import { createEnv } from '../../float/soft/env.ts'
import { binary64 } from '../../float/soft/format.ts'
import { type NumericOp, numeric, type Val } from './info.ts'

/** Of two floats of one type, to 0 or 1. */
export type FloatCompare = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge'
/** Of two floats of one type, to a third. */
export type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign'
/** Of a float, to another of its type. */
export type FloatUnary = 'abs' | 'neg' | 'ceil' | 'floor' | 'trunc' | 'nearest' | 'sqrt'
type OtherOp =
  | 'f64.promote'
  | 'f32.demote'
  | 'i32.bits'
  | 'i64.bits'
  | `${'f32' | 'f64'}.from_bits`
  | `${'i32' | 'i64'}.trunc_${'s' | 'u'}_${'f32' | 'f64'}`
  | `${'f32' | 'f64'}.from_${'i32' | 'i64'}_${'s' | 'u'}`
  | 'f64.fma'
export type FloatOp = `${'f32' | 'f64'}.${FloatCompare | FloatBinary | FloatUnary}` | OtherOp

/** Of numbers and of bigints alike. */
export const compare: Readonly<Record<FloatCompare, (a: Val, b: Val) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  gt: (a, b) => a > b,
  le: (a, b) => a <= b,
  ge: (a, b) => a >= b,
}

const negative = (x: number): boolean => x < 0 || Object.is(x, -0)

const binary: Readonly<Record<FloatBinary, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  // A NaN if there is one; -0 is less than 0.
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  copysign: (a, b) => (negative(b) ? -Math.abs(a) : Math.abs(a)),
}

const nearest = (x: number): number => {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52 || x === 0) return x
  const f = Math.floor(x)
  const d = x - f
  const r = d < 0.5 ? f : d > 0.5 ? f + 1 : f % 2 === 0 ? f : f + 1
  return r === 0 ? (x < 0 ? -0 : 0) : r
}

const unary: Readonly<Record<FloatUnary, (a: number) => number>> = {
  abs: Math.abs,
  neg: a => -a,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
  sqrt: Math.sqrt,
}

const view = new DataView(new ArrayBuffer(8))
const bitsF64 = (x: number): bigint => {
  view.setFloat64(0, x)
  return view.getBigInt64(0)
}
const f64Bits = (x: bigint): number => {
  view.setBigInt64(0, x)
  return view.getFloat64(0)
}
const bitsF32 = (x: number): number => {
  view.setFloat32(0, x)
  return view.getInt32(0)
}
const f32Bits = (x: number): number => {
  view.setInt32(0, x)
  return view.getFloat32(0)
}

/** Towards zero; what does not fit becomes the nearest that does, a NaN 0. */
export const truncate = (bits: number, signed: boolean, x: number): bigint => {
  const lo = signed ? -(1n << BigInt(bits - 1)) : 0n
  const hi = (1n << BigInt(signed ? bits - 1 : bits)) - 1n
  if (Number.isNaN(x)) return 0n
  if (x === Infinity) return hi
  if (x === -Infinity) return lo
  const t = BigInt(Math.trunc(x))
  return t < lo ? lo : t > hi ? hi : t
}
const to32 = (signed: boolean) => (x: number) => Number(BigInt.asIntN(32, truncate(32, signed, x)))
const to64 = (signed: boolean) => (x: number) => BigInt.asIntN(64, truncate(64, signed, x))

/** bigint → float32 without double rounding: round to odd in double first. */
const f32FromBig = (x: bigint): number => {
  const near = Number(x)
  if (BigInt(near) === x) return Math.fround(near)
  // Step towards the exact value on an odd double so that the second rounding sees the sticky bit.
  const bits = bitsF64(near)
  const odd = bits & 1n ? near : f64Bits(BigInt(near) > x === near > 0 ? bits - 1n : bits + 1n)
  return Math.fround(odd)
}

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const exactFma = (x: number, y: number, z: number): number =>
  f64Bits(fma(createEnv(), binary64, u64(bitsF64(x)), u64(bitsF64(y)), u64(bitsF64(z))))

const others: Readonly<Record<OtherOp, NumericOp>> = {
  'f64.promote': numeric(['f32'], 'f64', 'f64.promote_f32', (a: number) => a),
  'f32.demote': numeric(['f64'], 'f32', 'f32.demote_f64', (a: number) => Math.fround(a)),
  'i32.bits': numeric(['f32'], 'i32', 'i32.reinterpret_f32', bitsF32),
  'i64.bits': numeric(['f64'], 'i64', 'i64.reinterpret_f64', bitsF64),
  'f32.from_bits': numeric(['i32'], 'f32', 'f32.reinterpret_i32', f32Bits),
  'f64.from_bits': numeric(['i64'], 'f64', 'f64.reinterpret_i64', f64Bits),
  // Saturating: `truncate`.
  'i32.trunc_s_f32': numeric(['f32'], 'i32', 'i32.trunc_sat_f32_s', to32(true)),
  'i32.trunc_u_f32': numeric(['f32'], 'i32', 'i32.trunc_sat_f32_u', to32(false)),
  'i64.trunc_s_f32': numeric(['f32'], 'i64', 'i64.trunc_sat_f32_s', to64(true)),
  'i64.trunc_u_f32': numeric(['f32'], 'i64', 'i64.trunc_sat_f32_u', to64(false)),
  'i32.trunc_s_f64': numeric(['f64'], 'i32', 'i32.trunc_sat_f64_s', to32(true)),
  'i32.trunc_u_f64': numeric(['f64'], 'i32', 'i32.trunc_sat_f64_u', to32(false)),
  'i64.trunc_s_f64': numeric(['f64'], 'i64', 'i64.trunc_sat_f64_s', to64(true)),
  'i64.trunc_u_f64': numeric(['f64'], 'i64', 'i64.trunc_sat_f64_u', to64(false)),
  'f32.from_i32_s': numeric(['i32'], 'f32', 'f32.convert_i32_s', (a: number) => Math.fround(a)),
  'f32.from_i32_u': numeric(['i32'], 'f32', 'f32.convert_i32_u', (a: number) => Math.fround(a >>> 0)),
  'f32.from_i64_s': numeric(['i64'], 'f32', 'f32.convert_i64_s', (a: bigint) => f32FromBig(a)),
  'f32.from_i64_u': numeric(['i64'], 'f32', 'f32.convert_i64_u', (a: bigint) => f32FromBig(u64(a))),
  'f64.from_i32_s': numeric(['i32'], 'f64', 'f64.convert_i32_s', (a: number) => a),
  'f64.from_i32_u': numeric(['i32'], 'f64', 'f64.convert_i32_u', (a: number) => a >>> 0),
  'f64.from_i64_s': numeric(['i64'], 'f64', 'f64.convert_i64_s', (a: bigint) => Number(a)),
  'f64.from_i64_u': numeric(['i64'], 'f64', 'f64.convert_i64_u', (a: bigint) => Number(u64(a))),
  // x * y + z rounded once; see `hasFusedMultiplyAdd`.
  'f64.fma': numeric(['f64', 'f64', 'f64'], 'f64', undefined, exactFma),
}

export const floatOps: Record<string, NumericOp> = { ...others }
for (const type of ['f32', 'f64'] as const) {
  const round = type === 'f32' ? Math.fround : (x: number): number => x
  for (const [name, is] of Object.entries(compare))
    floatOps[`${type}.${name}`] = numeric(
      [type, type],
      'i32',
      `${type}.${name as FloatCompare}`,
      (a: number, b: number) => Number(is(a, b)),
    )
  for (const [name, of] of Object.entries(binary))
    floatOps[`${type}.${name}`] = numeric(
      [type, type],
      type,
      `${type}.${name as FloatBinary}`,
      (a: number, b: number) => round(of(a, b)),
    )
  for (const [name, of] of Object.entries(unary))
    floatOps[`${type}.${name}`] = numeric([type], type, `${type}.${name as FloatUnary}`, (a: number) =>
      round(of(a)),
    )
}
