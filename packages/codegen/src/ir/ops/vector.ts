/**
 * Operations on vectors of 128 bits: each meaning for a lane, times the shapes. Names are those of WebAssembly; where it
 * lacks a shape (`i64x2.min_u`, `i8x16.mul` …) the operation is here all the same, and the lowering puts it together.
 *
 * As for scalars, the sign and payload of a NaN that float arithmetic gives are undefined, until `canonical` makes every
 * NaN the positive quiet one. `neg`, `abs`, `copysign`, `pmin`, `pmax` and everything on bits are exact.
 */
import { isOpcode } from '../../wasm/asm/opcodes.ts'
import type { Type } from '../types.ts'
import { compare, type FloatBinary, type FloatCompare, type FloatUnary, floatOps, truncate } from './float.ts'
import { type NumericOp, numeric, type Val } from './info.ts'
import type { IntegerCompare } from './integer.ts'
import {
  type FloatShape,
  floats,
  fromFloat,
  type IntegerShape,
  integers,
  join,
  quietNan,
  type Shape,
  shapes,
  signedLane,
  split,
  toFloat,
} from './lanes.ts'

export type { FloatShape, IntegerShape, Shape } from './lanes.ts'

type Sign = 's' | 'u'
type Unary = 'abs' | 'neg' | 'popcnt'
type Binary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'avgr_u'
  | `${'min' | 'max' | 'add_sat' | 'sub_sat'}_${Sign}`
  /** Shifts of each lane by the same lane of the second vector, modulo the size of lanes. */
  | 'shlv'
  | `shrv_${Sign}`
/** By an i32, modulo the size of lanes. */
type Shift = 'shl' | `shr_${Sign}`
type FloatOnly = 'pmin' | 'pmax' | 'canonical'
type Wider = 'i16x8' | 'i32x4' | 'i64x2'
type HalfOf = { i16x8: 'i8x16'; i32x4: 'i16x8'; i64x2: 'i32x4' }
type Half = 'low' | 'high'
/** Between a shape and the one with lanes of half its size. */
type Resizing = {
  [W in Wider]:
    | `${W}.${`${'extend' | 'extmul'}_${Half}` | 'extadd_pairwise'}_${HalfOf[W]}_${Sign}`
    | `${HalfOf[W]}.narrow_${W}_${Sign}`
}[Wider]
type Conversion =
  | `f32x4.convert_i32x4_${Sign}`
  | `f64x2.convert_${'low_i32x4' | 'i64x2'}_${Sign}`
  | `i32x4.trunc_sat_f32x4_${Sign}`
  | `i32x4.trunc_sat_f64x2_${Sign}_zero`
  | `i64x2.trunc_sat_f64x2_${Sign}`
  | 'f32x4.demote_f64x2_zero'
  | 'f64x2.promote_low_f32x4'

/** Names of the operations on vectors without an immediate. */
export type VectorOp =
  | `v128.${'not' | 'and' | 'andnot' | 'or' | 'xor' | 'bitselect' | 'any_true'}`
  | `${IntegerShape}.${Unary | Binary | Shift | IntegerCompare | 'all_true' | 'bitmask'}`
  | `${FloatShape}.${FloatUnary | FloatBinary | FloatCompare | FloatOnly}`
  | `${Shape}.splat`
  | 'i8x16.swizzle'
  | Resizing
  | 'i32x4.dot_i16x8_s'
  | 'i16x8.q15mulr_sat_s'
  | Conversion

/** Those with a lane's number or a shuffle's pattern. */
export type LaneOp =
  | `${'i8x16' | 'i16x8'}.extract_lane_${Sign}`
  | `${Exclude<Shape, 'i8x16' | 'i16x8'>}.extract_lane`
  | `${Shape}.replace_lane`
  | 'i8x16.shuffle'

type Vectors = (...vectors: bigint[]) => bigint

/** What fits into a lane, or the nearest that does. */
function saturate(bits: number, signed: boolean, x: bigint): bigint {
  const low = signed ? -(1n << BigInt(bits - 1)) : 0n
  const high = (1n << BigInt(signed ? bits - 1 : bits)) - 1n
  return x < low ? low : x > high ? high : x
}

// Math.min knows no bigints.
const least = (a: bigint, b: bigint): bigint => (a <= b ? a : b)
const greatest = (a: bigint, b: bigint): bigint => (a <= b ? b : a)

/** Meanings for integer lanes; the signs of the operands are those that the name says, signed if it says nothing. */
const lane: Readonly<
  Record<Unary | Binary, (a: bigint, b: bigint, bits: number, signed: boolean) => bigint>
> = {
  abs: a => (a < 0n ? -a : a),
  neg: a => -a,
  popcnt: (a, _, bits) => BigInt(BigInt.asUintN(bits, a).toString(2).replaceAll('0', '').length),
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  avgr_u: (a, b) => (a + b + 1n) >> 1n,
  min_s: least,
  min_u: least,
  max_s: greatest,
  max_u: greatest,
  add_sat_s: (a, b, bits, signed) => saturate(bits, signed, a + b),
  add_sat_u: (a, b, bits, signed) => saturate(bits, signed, a + b),
  sub_sat_s: (a, b, bits, signed) => saturate(bits, signed, a - b),
  sub_sat_u: (a, b, bits, signed) => saturate(bits, signed, a - b),
  shlv: (a, b, bits) => a << BigInt.asUintN(Math.log2(bits), b),
  shrv_s: (a, b, bits) => a >> BigInt.asUintN(Math.log2(bits), b),
  shrv_u: (a, b, bits) => a >> BigInt.asUintN(Math.log2(bits), b),
}
const unary: ReadonlySet<string> = new Set<Unary>(['abs', 'neg', 'popcnt'])

const comparisons = Object.entries(compare) as [FloatCompare, (typeof compare)[FloatCompare]][]
/** A lane of a comparison's result. */
const mask = (is: boolean): bigint => (is ? -1n : 0n)

const v1: readonly Type[] = ['v128']
const v2: readonly Type[] = ['v128', 'v128']

/** The operations on vectors by name. */
export function vectorOps(): Record<string, NumericOp> {
  const ops: Record<string, NumericOp> = {}
  const add = (
    name: VectorOp | LaneOp,
    args: readonly Type[],
    result: Type,
    meaning: (...args: never[]) => Val,
    immediate?: number | 'shuffle',
  ): void => {
    ops[name] = numeric(args, result, isOpcode(name) ? name : undefined, meaning, immediate)
  }
  const vectors = (name: VectorOp, count: number, meaning: Vectors): void =>
    add(name, Array(count).fill('v128'), 'v128', meaning)

  whole(vectors, add)
  for (const shape of ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const) {
    integerShape(shape, vectors, add)
    scalars(shape, add)
  }
  for (const shape of ['f32x4', 'f64x2'] as const) {
    floatShape(shape, vectors)
    scalars(shape, add)
  }
  resizing('i16x8', 'i8x16', vectors)
  resizing('i32x4', 'i16x8', vectors)
  resizing('i64x2', 'i32x4', vectors)
  for (const sign of ['s', 'u'] as const) conversions(sign, vectors)
  return ops
}

type AddVectors = (name: VectorOp, count: number, meaning: Vectors) => void
type Add = (
  name: VectorOp | LaneOp,
  args: readonly Type[],
  result: Type,
  meaning: (...args: never[]) => Val,
  immediate?: number | 'shuffle',
) => void

/** Bits, bytes, and what only one shape has. */
function whole(vectors: AddVectors, add: Add): void {
  vectors('v128.not', 1, (a = 0n) => BigInt.asUintN(128, ~a))
  vectors('v128.and', 2, (a = 0n, b = 0n) => a & b)
  vectors('v128.andnot', 2, (a = 0n, b = 0n) => a & ~b)
  vectors('v128.or', 2, (a = 0n, b = 0n) => a | b)
  vectors('v128.xor', 2, (a = 0n, b = 0n) => a ^ b)
  // The bits of the first where the third is 1.
  vectors('v128.bitselect', 3, (a = 0n, b = 0n, c = 0n) => (a & c) | (b & ~c))
  add('v128.any_true', v1, 'i32', (a: bigint) => Number(a !== 0n))
  const bytes = (pool: readonly bigint[], index: bigint): bigint =>
    join(
      'i8x16',
      split('i8x16', index).map(i => pool[Number(i)] ?? 0n),
    )
  vectors('i8x16.swizzle', 2, (a = 0n, b = 0n) => bytes(split('i8x16', a), b))
  add(
    'i8x16.shuffle',
    v2,
    'v128',
    (a: bigint, b: bigint, index: bigint) => bytes([...split('i8x16', a), ...split('i8x16', b)], index),
    'shuffle',
  )
  vectors('f32x4.demote_f64x2_zero', 1, (a = 0n) =>
    join(
      'f32x4',
      floats('f64x2', a).map(x => fromFloat('f32x4', Math.fround(x))),
    ),
  )
  vectors('f64x2.promote_low_f32x4', 1, (a = 0n) =>
    join(
      'f64x2',
      floats('f32x4', a)
        .slice(0, 2)
        .map(x => fromFloat('f64x2', x)),
    ),
  )
  vectors('i16x8.q15mulr_sat_s', 2, (a = 0n, b = 0n) => {
    const other = integers('i16x8', b, true)
    const product = (x: bigint, i: number): bigint => (x * (other[i] as bigint) + 0x4000n) >> 15n
    return join(
      'i16x8',
      integers('i16x8', a, true).map((x, i) => saturate(16, true, product(x, i))),
    )
  })
  vectors('i32x4.dot_i16x8_s', 2, (a = 0n, b = 0n) => {
    const other = integers('i16x8', b, true)
    return join('i32x4', pairs(integers('i16x8', a, true).map((x, i) => x * (other[i] as bigint))))
  })
}

/** Sums of neighbours. */
const pairs = (lanes: readonly bigint[]): bigint[] =>
  lanes.flatMap((x, i) => (i % 2 ? [] : [x + (lanes[i + 1] as bigint)]))

function integerShape(shape: IntegerShape, vectors: AddVectors, add: Add): void {
  const { bits } = shapes[shape]
  for (const [name, of] of Object.entries(lane) as [Unary | Binary, (typeof lane)[Unary | Binary]][]) {
    const signed = !name.endsWith('_u')
    vectors(`${shape}.${name}`, unary.has(name) ? 1 : 2, (a = 0n, b = 0n) => {
      const other = integers(shape, b, signed)
      return join(
        shape,
        integers(shape, a, signed).map((x, i) => of(x, other[i] as bigint, bits, signed)),
      )
    })
  }
  for (const [base, is] of comparisons)
    for (const sign of ['s', 'u'] as const) {
      const name = base === 'eq' || base === 'ne' ? base : (`${base}_${sign}` as const)
      vectors(`${shape}.${name}`, 2, (a = 0n, b = 0n) => {
        const other = integers(shape, b, sign === 's')
        return join(
          shape,
          integers(shape, a, sign === 's').map((x, i) => mask(is(x, other[i] as bigint))),
        )
      })
    }
  const shift = (name: Shift, by: 'shlv' | `shrv_${Sign}`, signed: boolean): void =>
    add(`${shape}.${name}`, ['v128', 'i32'], 'v128', (a: bigint, n: number) =>
      join(
        shape,
        integers(shape, a, signed).map(x => lane[by](x, BigInt(n), bits, signed)),
      ),
    )
  shift('shl', 'shlv', true)
  shift('shr_s', 'shrv_s', true)
  shift('shr_u', 'shrv_u', false)
  add(`${shape}.all_true`, v1, 'i32', (a: bigint) => Number(split(shape, a).every(x => x !== 0n)))
  add(`${shape}.bitmask`, v1, 'i32', (a: bigint) =>
    split(shape, a).reduce((set, x, i) => set | (signedLane(shape, x) < 0n ? 1 << i : 0), 0),
  )
}

function floatShape(shape: FloatShape, vectors: AddVectors): void {
  const { bits, scalar } = shapes[shape]
  const sign = 1n << BigInt(bits - 1)
  const onBits = (name: FloatUnary | FloatBinary | FloatOnly, count: number, of: Vectors): void =>
    vectors(`${shape}.${name}`, count, (a = 0n, b = 0n) => {
      const other = split(shape, b)
      return join(
        shape,
        split(shape, a).map((x, i) => of(x, other[i] as bigint)),
      )
    })
  const arithmetic = (name: FloatUnary | FloatBinary, count: number): void => {
    const of = floatOps[`${scalar}.${name}`]?.eval as (...x: number[]) => number
    onBits(name, count, (...lanes) => fromFloat(shape, of(...lanes.map(x => toFloat(shape, x)))))
  }
  for (const name of ['ceil', 'floor', 'trunc', 'nearest', 'sqrt'] as const) arithmetic(name, 1)
  for (const name of ['add', 'sub', 'mul', 'div', 'min', 'max'] as const) arithmetic(name, 2)
  onBits('abs', 1, (a = 0n) => a & ~sign)
  onBits('neg', 1, (a = 0n) => a ^ sign)
  onBits('copysign', 2, (a = 0n, b = 0n) => (a & ~sign) | (b & sign))
  // The second if it is less (greater), else the first: a NaN is neither, and zeros are equal.
  onBits('pmin', 2, (a = 0n, b = 0n) => (toFloat(shape, b) < toFloat(shape, a) ? b : a))
  onBits('pmax', 2, (a = 0n, b = 0n) => (toFloat(shape, a) < toFloat(shape, b) ? b : a))
  onBits('canonical', 1, (a = 0n) => (Number.isNaN(toFloat(shape, a)) ? quietNan(shape) : a))
  for (const [name, is] of comparisons)
    vectors(`${shape}.${name}`, 2, (a = 0n, b = 0n) => {
      const other = floats(shape, b)
      return join(
        shape,
        floats(shape, a).map((x, i) => mask(is(x, other[i] as number))),
      )
    })
}

/** Vectors of scalars and scalars of vectors. */
function scalars(shape: Shape, add: Add): void {
  const { bits, count, scalar } = shapes[shape]
  const isFloat = scalar === 'f32' || scalar === 'f64'
  const toLane = (x: Val): bigint => (isFloat ? fromFloat(shape as FloatShape, Number(x)) : BigInt(x))
  const fromLane = (x: bigint, signed: boolean): Val => {
    if (isFloat) return toFloat(shape as FloatShape, x)
    const value = signed ? BigInt.asIntN(bits, x) : x
    return scalar === 'i64' ? value : Number(value)
  }
  add(`${shape}.splat`, [scalar], 'v128', (x: Val) => join(shape, Array(count).fill(toLane(x))))
  add(
    `${shape}.replace_lane`,
    ['v128', scalar],
    'v128',
    (a: bigint, x: Val, n: number) => join(shape, split(shape, a).with(n, toLane(x))),
    count,
  )
  const extract = (name: LaneOp, signed: boolean): void =>
    add(name, v1, scalar, (a: bigint, n: number) => fromLane(split(shape, a)[n] as bigint, signed), count)
  if (shape === 'i8x16' || shape === 'i16x8') {
    extract(`${shape}.extract_lane_s`, true)
    extract(`${shape}.extract_lane_u`, false)
  } else extract(`${shape}.extract_lane`, true)
}

/** Between lanes of one size and of half of it. */
function resizing<W extends Wider>(wide: W, half: HalfOf[W], vectors: AddVectors): void {
  const { bits, count } = shapes[half]
  const name = (text: string): VectorOp => text as VectorOp
  for (const sign of ['s', 'u'] as const) {
    const lanes = (x: bigint): bigint[] => integers(half, x, sign === 's')
    for (const part of ['low', 'high'] as const) {
      const cut = (x: bigint): bigint[] =>
        part === 'low' ? lanes(x).slice(0, count / 2) : lanes(x).slice(count / 2)
      vectors(name(`${wide}.extend_${part}_${half}_${sign}`), 1, (a = 0n) => join(wide, cut(a)))
      vectors(name(`${wide}.extmul_${part}_${half}_${sign}`), 2, (a = 0n, b = 0n) => {
        const other = cut(b)
        return join(
          wide,
          cut(a).map((x, i) => x * (other[i] as bigint)),
        )
      })
    }
    vectors(name(`${wide}.extadd_pairwise_${half}_${sign}`), 1, (a = 0n) => join(wide, pairs(lanes(a))))
    // The wide lanes are signed ones either way.
    vectors(name(`${half}.narrow_${wide}_${sign}`), 2, (a = 0n, b = 0n) => {
      const both = [...integers(wide, a, true), ...integers(wide, b, true)]
      return join(
        half,
        both.map(x => saturate(bits, sign === 's', x)),
      )
    })
  }
}

function conversions(sign: Sign, vectors: AddVectors): void {
  const signed = sign === 's'
  const toFloats = (from: 'i32' | 'i64', shape: FloatShape, x: bigint): bigint => {
    const of = floatOps[`${shapes[shape].scalar}.from_${from}_${sign}`]?.eval as (x: Val) => number
    const lanes = integers(from === 'i32' ? 'i32x4' : 'i64x2', x, true)
    const values = lanes.slice(0, shapes[shape].count)
    return join(
      shape,
      values.map(v => fromFloat(shape, of(from === 'i32' ? Number(v) : v))),
    )
  }
  const toIntegers = (shape: IntegerShape, values: readonly number[]): bigint =>
    join(
      shape,
      values.map(x => truncate(shapes[shape].bits, signed, x)),
    )
  vectors(`f32x4.convert_i32x4_${sign}`, 1, (a = 0n) => toFloats('i32', 'f32x4', a))
  vectors(`f64x2.convert_low_i32x4_${sign}`, 1, (a = 0n) => toFloats('i32', 'f64x2', a))
  vectors(`f64x2.convert_i64x2_${sign}`, 1, (a = 0n) => toFloats('i64', 'f64x2', a))
  vectors(`i32x4.trunc_sat_f32x4_${sign}`, 1, (a = 0n) => toIntegers('i32x4', floats('f32x4', a)))
  vectors(`i32x4.trunc_sat_f64x2_${sign}_zero`, 1, (a = 0n) => toIntegers('i32x4', floats('f64x2', a)))
  vectors(`i64x2.trunc_sat_f64x2_${sign}`, 1, (a = 0n) => toIntegers('i64x2', floats('f64x2', a)))
}
