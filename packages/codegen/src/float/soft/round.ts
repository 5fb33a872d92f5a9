/** The one place where exact results become representable ones (IEEE 754-2019 sections 4.3, 7.4 and 7.5). */

import type { FloatEnv, Rounding } from './env.ts'
import {
  DOWN,
  INEXACT,
  NEAREST_EVEN,
  NEAREST_MAX_MAGNITUDE,
  OVERFLOW,
  TO_ODD,
  TOWARD_ZERO,
  UNDERFLOW,
  UP,
} from './env.ts'
import type { FloatFormat } from './format.ts'
import { bitLength } from './format.ts'

/**
 * Divides the magnitude `significand` by 2^shift (shift > 0) and rounds to an integer in the given direction.
 * `negative` is the sign of the number whose magnitude is rounded.
 */
export function roundShift(
  rounding: Rounding,
  negative: boolean,
  significand: bigint,
  shift: number,
): bigint {
  const kept = significand >> BigInt(shift)
  const rest = BigInt.asUintN(shift, significand)
  if (rest === 0n) return kept
  switch (rounding) {
    case NEAREST_EVEN: {
      const half = 1n << BigInt(shift - 1)
      return rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept
    }
    case TOWARD_ZERO:
      return kept
    case DOWN:
      return negative ? kept + 1n : kept
    case UP:
      return negative ? kept : kept + 1n
    case NEAREST_MAX_MAGNITUDE:
      return rest >= 1n << BigInt(shift - 1) ? kept + 1n : kept
    case TO_ODD:
      return kept | 1n
  }
}

/** Result of an overflow (section 7.4): infinity or the largest finite number, by rounding direction. */
function overflow(env: FloatEnv, format: FloatFormat, negative: boolean): bigint {
  env.flags |= OVERFLOW | INEXACT
  const { rounding } = env
  const toFinite =
    rounding === TOWARD_ZERO || rounding === TO_ODD || (negative ? rounding === UP : rounding === DOWN)
  const magnitude = toFinite ? format.maxFinite : format.infinity
  return negative ? magnitude | format.signMask : magnitude
}

/**
 * Rounds (-1)^negative * significand * 2^exponent, significand > 0, to the format and raises OVERFLOW,
 * UNDERFLOW and INEXACT as needed.
 *
 * A caller may hand in an inexact significand when it has at least precision + 2 bits and its last bit is a
 * sticky bit: truncated value, last bit set if anything was cut off.
 */
export function roundPack(
  env: FloatEnv,
  format: FloatFormat,
  negative: boolean,
  exponent: number,
  significand: bigint,
): bigint {
  // Exponent of the leading bit, then of the result's last place: the wider of precision and subnormal limit.
  const leading = exponent + bitLength(significand) - 1
  if (env.flushToZero && leading < format.emin) {
    env.flags |= UNDERFLOW
    return negative ? format.signMask : 0n
  }
  const normalExponent = Math.max(leading, format.emin)
  const shift = normalExponent - format.fractionBits - exponent
  let rounded: bigint
  if (shift <= 0) {
    rounded = shift === 0 ? significand : significand << BigInt(-shift)
  } else {
    rounded = roundShift(env.rounding, negative, significand, shift)
    if (BigInt.asUintN(shift, significand) !== 0n) {
      env.flags |= INEXACT
      if (leading < format.emin && isTiny(env, format, negative, significand, leading, shift)) {
        env.flags |= UNDERFLOW
      }
    }
  }
  // The implicit bit adds 1 to the exponent field, as does a carry out of the rounding.
  const magnitude = (BigInt(normalExponent - format.emin) << format.fractionShift) + rounded
  if (magnitude >= format.infinity) return overflow(env, format, negative)
  return negative ? magnitude | format.signMask : magnitude
}

/**
 * Section 7.5 for a magnitude below 2^emin. Detected after rounding, the number is tiny unless rounding with
 * unbounded exponent range (one more bit than the subnormal keeps) would carry it to 2^emin.
 */
function isTiny(
  env: FloatEnv,
  format: FloatFormat,
  negative: boolean,
  significand: bigint,
  leading: number,
  shift: number,
): boolean {
  if (!env.tininessAfterRounding || leading < format.emin - 1) return true
  const rounded = shift === 1 ? significand : roundShift(env.rounding, negative, significand, shift - 1)
  return rounded < format.implicitBit << 1n
}
