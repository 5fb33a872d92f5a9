/** Vectors as bigints: their lanes, and what an operation on lanes makes of whole vectors. */
import type { Type } from '../types.ts'

export type IntegerShape = 'i8x16' | 'i16x8' | 'i32x4' | 'i64x2'
export type FloatShape = 'f32x4' | 'f64x2'
/** How a vector is divided. */
export type Shape = IntegerShape | FloatShape

/** Bits of a lane, lanes, and the type in which a lane travels alone. */
export const shapes: Readonly<Record<Shape, { bits: number; count: number; scalar: Type }>> = {
  i8x16: { bits: 8, count: 16, scalar: 'i32' },
  i16x8: { bits: 16, count: 8, scalar: 'i32' },
  i32x4: { bits: 32, count: 4, scalar: 'i32' },
  i64x2: { bits: 64, count: 2, scalar: 'i64' },
  f32x4: { bits: 32, count: 4, scalar: 'f32' },
  f64x2: { bits: 64, count: 2, scalar: 'f64' },
}

/** The lanes of a vector, unsigned, the lowest first. */
export function split(shape: Shape, vector: bigint): bigint[] {
  const { bits, count } = shapes[shape]
  return Array.from({ length: count }, (_, i) => BigInt.asUintN(bits, vector >> BigInt(i * bits)))
}

/** A vector of lanes, each cut to its size; those that are absent are 0. */
export function join(shape: Shape, lanes: readonly bigint[]): bigint {
  const { bits } = shapes[shape]
  return lanes.reduce((whole, x, i) => whole | (BigInt.asUintN(bits, x) << BigInt(i * bits)), 0n)
}

export const signedLane = (shape: Shape, lane: bigint): bigint => BigInt.asIntN(shapes[shape].bits, lane)

/** The lanes of a vector as numbers of either sign. */
export const integers = (shape: Shape, vector: bigint, signed: boolean): bigint[] =>
  signed ? split(shape, vector).map(x => signedLane(shape, x)) : split(shape, vector)

const view = new DataView(new ArrayBuffer(8))
export function toFloat(shape: FloatShape, bits: bigint): number {
  if (shape === 'f64x2') {
    view.setBigUint64(0, bits)
    return view.getFloat64(0)
  }
  view.setUint32(0, Number(bits))
  return view.getFloat32(0)
}
/** The bits of a float; of a NaN those that JavaScript likes. */
export function fromFloat(shape: FloatShape, value: number): bigint {
  if (shape === 'f64x2') {
    view.setFloat64(0, value)
    return view.getBigUint64(0)
  }
  view.setFloat32(0, value)
  return BigInt(view.getUint32(0))
}
export const floats = (shape: FloatShape, vector: bigint): number[] =>
  split(shape, vector).map(x => toFloat(shape, x))

/** A lane's positive quiet NaN without a payload. */
export const quietNan = (shape: FloatShape): bigint => (shape === 'f32x4' ? 0x7fc00000n : 0x7ff8n << 48n)
