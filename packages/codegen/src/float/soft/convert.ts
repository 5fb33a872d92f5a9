/**
 * Conversions between formats (IEEE 754-2019 section 5.4.2), with integers (5.4.1, 5.8), and to integral
 * (5.9).
 */

import type { FloatEnv } from './env.ts'
import { INEXACT, INVALID, propagateNaN } from './env.ts'
import type { FloatFormat } from './format.ts'
import { exponentOf, quieten, significandOf } from './format.ts'
import { roundPack, roundShift } from './round.ts'

/**
 * convertFormat. A NaN becomes the canonical one in default-NaN mode, else it keeps its sign and as many
 * leading payload bits as fit, made quiet (section 6.2.3).
 */
export function convertFormat(env: FloatEnv, from: FloatFormat, to: FloatFormat, a: bigint): bigint {
  const magnitude = a & from.magnitudeMask
  const negative = a !== magnitude
  const sign = negative ? to.signMask : 0n
  if (magnitude > from.infinity) {
    const nan = propagateNaN(env, from, [a], 'convert')
    if (env.defaultNaN) return to.defaultNaN
    const growth = to.fractionBits - from.fractionBits
    const payload = nan & from.fractionMask
    const moved = growth < 0 ? payload >> BigInt(-growth) : payload << BigInt(growth)
    return (nan & from.signMask ? to.signMask : 0n) | to.infinity | quieten(to, moved)
  }
  if (magnitude === from.infinity) return sign | to.infinity
  if (magnitude === 0n) return sign
  return roundPack(env, to, negative, exponentOf(from, a), significandOf(from, a))
}

/**
 * convertFromInt: the low `width` bits of `value`, taken as two's complement when `signed`; `fraction`: how many of
 * them stand behind the binary point.
 */
export function fromInt(
  env: FloatEnv,
  format: FloatFormat,
  value: bigint,
  signed: boolean,
  width: number,
  fraction = 0,
): bigint {
  const integer = signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value)
  if (integer === 0n) return 0n
  const negative = integer < 0n
  return roundPack(env, format, negative, -fraction, negative ? -integer : integer)
}

/** Why `toInt` has no integer to deliver: a NaN, above the range (or +inf), below the range (or -inf). */
export type IntOverflow = 'nan' | 'above' | 'below'

/** Delivers what `toInt` returns in place of an integer it cannot represent (section 5.8 leaves it open). */
export type IntOverflowPolicy = (kind: IntOverflow, signed: boolean, width: number) => bigint

/** Nearest end of the range; NaN like above the range (RISC-V). */
export const saturateNaNToMax: IntOverflowPolicy = (kind, signed, width) =>
  kind === 'below' ? minInt(signed, width) : maxInt(signed, width)

/** Nearest end of the range; NaN becomes 0 (Arm, WebAssembly trunc_sat). */
export const saturateNaNToZero: IntOverflowPolicy = (kind, signed, width) =>
  kind === 'nan' ? 0n : saturateNaNToMax(kind, signed, width)

/**
 * One fixed value, the integer indefinite: only the top bit set when signed, all bits when unsigned (x86).
 */
export const integerIndefinite: IntOverflowPolicy = (_kind, signed, width) =>
  signed ? minInt(true, width) : maxInt(false, width)

function maxInt(signed: boolean, width: number): bigint {
  return (1n << BigInt(signed ? width - 1 : width)) - 1n
}

function minInt(signed: boolean, width: number): bigint {
  return signed ? -1n << BigInt(width - 1) : 0n
}

/**
 * convertToInteger in the environment's rounding direction, raising INEXACT (the "Exact" operations of
 * section 5.8). Out of range raises INVALID only and delivers the policy's value. The result is the bit
 * pattern of `width` bits, unsigned also for signed integers; `fraction`: how many of them stand behind the point.
 */
export function toInt(
  env: FloatEnv,
  format: FloatFormat,
  a: bigint,
  signed: boolean,
  width: number,
  policy: IntOverflowPolicy = saturateNaNToMax,
  fraction = 0,
): bigint {
  const magnitude = a & format.magnitudeMask
  if (magnitude === 0n) return 0n
  const negative = a !== magnitude
  const beyond = negative ? 'below' : 'above'
  if (magnitude >= format.infinity) {
    return invalidInt(env, magnitude > format.infinity ? 'nan' : beyond, signed, width, policy)
  }
  const exponent = exponentOf(format, a) + fraction
  if (exponent > width) return invalidInt(env, beyond, signed, width, policy)
  const significand = significandOf(format, a)
  let integer: bigint
  let inexact = false
  if (exponent >= 0) {
    integer = significand << BigInt(exponent)
  } else {
    integer = roundShift(env.rounding, negative, significand, -exponent)
    inexact = BigInt.asUintN(-exponent, significand) !== 0n
  }
  if (negative) integer = -integer
  if (integer < minInt(signed, width) || integer > maxInt(signed, width)) {
    return invalidInt(env, beyond, signed, width, policy)
  }
  if (inexact) env.flags |= INEXACT
  return BigInt.asUintN(width, integer)
}

function invalidInt(
  env: FloatEnv,
  kind: IntOverflow,
  signed: boolean,
  width: number,
  policy: IntOverflowPolicy,
): bigint {
  env.flags |= INVALID
  return BigInt.asUintN(width, policy(kind, signed, width))
}

/**
 * roundToIntegral in the environment's rounding direction (section 5.9). `signalInexact` selects
 * roundToIntegralExact; a zero result keeps the operand's sign.
 */
export function roundToIntegral(env: FloatEnv, format: FloatFormat, a: bigint, signalInexact = true): bigint {
  const magnitude = a & format.magnitudeMask
  if (magnitude > format.infinity) return propagateNaN(env, format, [a], 'round')
  if (magnitude === format.infinity || magnitude === 0n) return a
  const exponent = exponentOf(format, a)
  if (exponent >= 0) return a
  const significand = significandOf(format, a)
  if (BigInt.asUintN(-exponent, significand) === 0n) return a
  if (signalInexact) env.flags |= INEXACT
  const negative = a !== magnitude
  const integer = roundShift(env.rounding, negative, significand, -exponent)
  if (integer === 0n) return negative ? format.signMask : 0n
  return roundPack(env, format, negative, 0, integer)
}
