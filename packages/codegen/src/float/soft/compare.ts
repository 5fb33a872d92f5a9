/** Comparisons (IEEE 754-2019 section 5.11), minimum/maximum (section 9.6) and classification (5.7.2). */

import type { FloatEnv } from './env.ts'
import { INVALID, propagateNaN } from './env.ts'
import type { FloatFormat } from './format.ts'
import { isAnyNaN, isSignalingNaN } from './format.ts'

/** Result of `compare`: less, equal, greater, unordered. */
export type Ordering = -1 | 0 | 1 | 2

/** `compare` found a NaN. */
export const UNORDERED = 2

/** Key that orders non-NaN bit patterns like their values; both zeros have key 0. */
function orderKey(format: FloatFormat, a: bigint): bigint {
  const magnitude = a & format.magnitudeMask
  return a === magnitude ? magnitude : -magnitude
}

/** Compares two values; `signaling` predicates raise INVALID for every NaN, quiet ones for signaling NaNs. */
export function compare(
  env: FloatEnv,
  format: FloatFormat,
  a: bigint,
  b: bigint,
  signaling: boolean,
): Ordering {
  if (isAnyNaN(format, a) || isAnyNaN(format, b)) {
    if (signaling || isSignalingNaN(format, a) || isSignalingNaN(format, b)) env.flags |= INVALID
    return UNORDERED
  }
  const keyA = orderKey(format, a)
  const keyB = orderKey(format, b)
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
}

/** compareQuietEqual, or compareSignalingEqual when asked. */
export function eq(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, signaling = false): boolean {
  return compare(env, format, a, b, signaling) === 0
}

/** compareSignalingLess, or compareQuietLess when asked. */
export function lt(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, signaling = true): boolean {
  return compare(env, format, a, b, signaling) === -1
}

/** compareSignalingLessEqual, or compareQuietLessEqual when asked. */
export function le(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, signaling = true): boolean {
  return compare(env, format, a, b, signaling) <= 0
}

/**
 * minimumNumber (section 9.6): -0 < +0; one NaN operand yields the other operand, two a NaN; a signaling NaN
 * raises INVALID but is otherwise treated as a quiet one.
 */
export function minimumNumber(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  return numberOf(env, format, a, b) ?? lesser(format, a, b)
}

/** maximumNumber (section 9.6), see `minimumNumber`. */
export function maximumNumber(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  return numberOf(env, format, a, b) ?? greater(format, a, b)
}

/** minimum (section 9.6): like `minimumNumber`, but any NaN operand yields a NaN. */
export function minimum(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  if (isAnyNaN(format, a) || isAnyNaN(format, b)) return propagateNaN(env, format, [a, b], 'minmax')
  return lesser(format, a, b)
}

/** maximum (section 9.6): like `maximumNumber`, but any NaN operand yields a NaN. */
export function maximum(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  if (isAnyNaN(format, a) || isAnyNaN(format, b)) return propagateNaN(env, format, [a, b], 'minmax')
  return greater(format, a, b)
}

/** The NaN cases of minimumNumber and maximumNumber; undefined when both operands are numbers. */
function numberOf(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint | undefined {
  const nanA = isAnyNaN(format, a)
  const nanB = isAnyNaN(format, b)
  if (!nanA && !nanB) return undefined
  if (nanA && nanB) return propagateNaN(env, format, [a, b], 'minmax')
  if (isSignalingNaN(format, a) || isSignalingNaN(format, b)) env.flags |= INVALID
  return nanA ? b : a
}

function lesser(format: FloatFormat, a: bigint, b: bigint): bigint {
  const keyA = orderKey(format, a)
  const keyB = orderKey(format, b)
  if (keyA === keyB) return a | b
  return keyA < keyB ? a : b
}

function greater(format: FloatFormat, a: bigint, b: bigint): bigint {
  const keyA = orderKey(format, a)
  const keyB = orderKey(format, b)
  if (keyA === keyB) return a & b
  return keyA > keyB ? a : b
}

/** Classes of section 5.7.2 as the mask bits of RISC-V `fclass`. */
export const CLASS_NEGATIVE_INFINITY = 1
export const CLASS_NEGATIVE_NORMAL = 2
export const CLASS_NEGATIVE_SUBNORMAL = 4
export const CLASS_NEGATIVE_ZERO = 8
export const CLASS_POSITIVE_ZERO = 16
export const CLASS_POSITIVE_SUBNORMAL = 32
export const CLASS_POSITIVE_NORMAL = 64
export const CLASS_POSITIVE_INFINITY = 128
export const CLASS_SIGNALING_NAN = 256
export const CLASS_QUIET_NAN = 512

/** Class of a value, exactly one mask bit; raises nothing. */
export function classify(format: FloatFormat, a: bigint): number {
  const magnitude = a & format.magnitudeMask
  const negative = a !== magnitude
  if (magnitude > format.infinity) return a & format.quietBit ? CLASS_QUIET_NAN : CLASS_SIGNALING_NAN
  if (magnitude === format.infinity) return negative ? CLASS_NEGATIVE_INFINITY : CLASS_POSITIVE_INFINITY
  if (magnitude === 0n) return negative ? CLASS_NEGATIVE_ZERO : CLASS_POSITIVE_ZERO
  if (magnitude < format.minNormal) return negative ? CLASS_NEGATIVE_SUBNORMAL : CLASS_POSITIVE_SUBNORMAL
  return negative ? CLASS_NEGATIVE_NORMAL : CLASS_POSITIVE_NORMAL
}
