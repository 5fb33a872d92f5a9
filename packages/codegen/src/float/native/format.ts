/** The two formats that WebAssembly computes with, and tests of their bits in IR. */
import type { Builder } from '../../ir/builder.ts'
import type { Node } from '../../ir/types.ts'

export interface NativeFormat {
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

export const single: NativeFormat = {
  value: 'f32',
  bits: 'i32',
  fraction: 23,
  sign: 0x80000000n,
  infinity: 0x7f800000n,
  quiet: 0x400000n,
}
export const double: NativeFormat = {
  value: 'f64',
  bits: 'i64',
  fraction: 52,
  sign: 1n << 63n,
  infinity: 0x7ffn << 52n,
  quiet: 1n << 51n,
}

export const floatOf = (f: NativeFormat, b: Builder, bits: Node): Node => b.op(`${f.value}.from_bits`, bits)
export const bitsOf = (f: NativeFormat, b: Builder, value: Node): Node => b.op(`${f.bits}.bits`, value)

/** A value as a double; single to double is exact. */
export const widen = (f: NativeFormat, b: Builder, value: Node): Node =>
  f.value === 'f32' ? b.op('f64.promote', value) : value

/** Neither infinite nor a NaN. */
export const finite = (f: NativeFormat, b: Builder, bits: Node): Node =>
  b.cmp('lt_u', b.shl(bits, b.const(f.bits, 1)), b.const(f.bits, f.infinity << 1n))

/**
 * Normal, but not the smallest normal number, to which a tiny one may have been rounded: a result that an operation
 * can have only exactly or with inexact as its only flag.
 */
export const normal = (f: NativeFormat, b: Builder, bits: Node): Node => {
  const first = (2n << BigInt(f.fraction)) + 2n // exponent 1, fraction 1, without the sign
  const above = b.sub(b.shl(bits, b.const(f.bits, 1)), b.const(f.bits, first))
  return b.cmp('lt_u', above, b.const(f.bits, (f.infinity << 1n) - first))
}
