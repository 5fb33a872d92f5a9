/** formatOf-general-computational arithmetic of IEEE 754-2019 section 5.4.1; NaNs section 6.2, signs 6.3. */

import type { FloatEnv, NaNOperation } from './env.ts'
import { DIVBYZERO, DOWN, INVALID, invalidNaN, propagateNaN } from './env.ts'
import type { FloatFormat } from './format.ts'
import { bitLength, exponentOf, significandOf } from './format.ts'
import { roundPack } from './round.ts'

/** a + b. */
export function add(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  return addSigned(env, format, a, b, false)
}

/** a - b. */
export function sub(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  return addSigned(env, format, a, b, true)
}

function addSigned(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, negateB: boolean): bigint {
  const { magnitudeMask, infinity, signMask } = format
  const magnitudeA = a & magnitudeMask
  const magnitudeB = b & magnitudeMask
  if (magnitudeA > infinity || magnitudeB > infinity) {
    const operation: NaNOperation = negateB ? 'sub' : 'add'
    return propagateNaN(env, format, [a, b], operation)
  }
  const negativeA = a !== magnitudeA
  const negativeB = (b !== magnitudeB) !== negateB
  if (magnitudeA === infinity) {
    return magnitudeB === infinity && negativeA !== negativeB ? invalidNaN(env, format) : a
  }
  if (magnitudeB === infinity || magnitudeA === 0n) {
    if (magnitudeB === 0n) return zeroSum(env, format, negativeA, negativeB)
    return negativeB ? magnitudeB | signMask : magnitudeB
  }
  if (magnitudeB === 0n) return a
  return addExact(
    env,
    format,
    negativeA,
    exponentOf(format, a),
    significandOf(format, a),
    negativeB,
    exponentOf(format, b),
    significandOf(format, b),
  )
}

/** Sum of two zeros, or of two numbers that cancel exactly (section 6.3). */
function zeroSum(env: FloatEnv, format: FloatFormat, negativeA: boolean, negativeB: boolean): bigint {
  const negative = negativeA === negativeB ? negativeA : env.rounding === DOWN
  return negative ? format.signMask : 0n
}

/**
 * Rounded sum of two nonzero numbers (-1)^negative * significand * 2^exponent; significands up to 2p bits.
 */
function addExact(
  env: FloatEnv,
  format: FloatFormat,
  negativeA: boolean,
  exponentA: number,
  significandA: bigint,
  negativeB: boolean,
  exponentB: number,
  significandB: bigint,
): bigint {
  if (exponentA < exponentB) {
    return addExact(env, format, negativeB, exponentB, significandB, negativeA, exponentA, significandA)
  }
  // A term wholly below p + 3 bits under the other's last place counts as one unit there: with the larger
  // term's zeros above it, it is the sticky bit (plus: floor | 1; minus: the floor is odd already).
  const guard = format.precision + 3
  let distance = exponentA - exponentB
  let low = significandB
  if (distance > guard + 2 * format.precision) {
    distance = guard
    low = 1n
  }
  const high = distance === 0 ? significandA : significandA << BigInt(distance)
  const exponent = exponentA - distance
  if (negativeA === negativeB) return roundPack(env, format, negativeA, exponent, high + low)
  const difference = high - low
  if (difference === 0n) return zeroSum(env, format, negativeA, negativeB)
  if (difference < 0n) return roundPack(env, format, negativeB, exponent, -difference)
  return roundPack(env, format, negativeA, exponent, difference)
}

/** a * b. */
export function mul(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  const { magnitudeMask, infinity, signMask } = format
  const magnitudeA = a & magnitudeMask
  const magnitudeB = b & magnitudeMask
  if (magnitudeA > infinity || magnitudeB > infinity) return propagateNaN(env, format, [a, b], 'mul')
  const sign = (a ^ b) & signMask
  if (magnitudeA === infinity || magnitudeB === infinity) {
    return magnitudeA === 0n || magnitudeB === 0n ? invalidNaN(env, format) : sign | infinity
  }
  if (magnitudeA === 0n || magnitudeB === 0n) return sign
  return roundPack(
    env,
    format,
    sign !== 0n,
    exponentOf(format, a) + exponentOf(format, b),
    significandOf(format, a) * significandOf(format, b),
  )
}

/** a / b; x/0 raises DIVBYZERO (section 7.3). */
export function div(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint): bigint {
  const { magnitudeMask, infinity, signMask } = format
  const magnitudeA = a & magnitudeMask
  const magnitudeB = b & magnitudeMask
  if (magnitudeA > infinity || magnitudeB > infinity) return propagateNaN(env, format, [a, b], 'div')
  const sign = (a ^ b) & signMask
  if (magnitudeA === infinity) return magnitudeB === infinity ? invalidNaN(env, format) : sign | infinity
  if (magnitudeB === infinity) return sign
  if (magnitudeB === 0n) {
    if (magnitudeA === 0n) return invalidNaN(env, format)
    env.flags |= DIVBYZERO
    return sign | infinity
  }
  if (magnitudeA === 0n) return sign
  // Divisor below 2^p, dividend at least 2^(2p+2): the quotient has more than p + 2 bits.
  const scale = 2 * format.precision + 2
  const dividend = significandOf(format, a) << BigInt(scale)
  const divisor = significandOf(format, b)
  const quotient = dividend / divisor
  const sticky = quotient * divisor === dividend ? 0n : 1n
  const exponent = exponentOf(format, a) - exponentOf(format, b) - scale
  return roundPack(env, format, sign !== 0n, exponent, quotient | sticky)
}

/** Square root; sqrt(-0) is -0, other negative operands are invalid (sections 5.4.1 and 6.3). */
export function sqrt(env: FloatEnv, format: FloatFormat, a: bigint): bigint {
  const { magnitudeMask, infinity } = format
  const magnitude = a & magnitudeMask
  if (magnitude > infinity) return propagateNaN(env, format, [a], 'sqrt')
  if (magnitude === 0n) return a
  if (a !== magnitude) return invalidNaN(env, format)
  if (magnitude === infinity) return a
  // Scale to an even exponent and at least 2p + 3 bits, so that the root has at least p + 2.
  let exponent = exponentOf(format, a)
  let radicand = significandOf(format, a)
  let shift = 2 * format.precision + 3 - bitLength(radicand)
  if (((exponent - shift) & 1) !== 0) shift += 1
  radicand <<= BigInt(shift)
  exponent -= shift
  const root = integerSqrt(radicand)
  const sticky = root * root === radicand ? 0n : 1n
  return roundPack(env, format, false, exponent / 2, root | sticky)
}

/** Floor of the square root of a positive integer below 2^1000: Newton's iteration from above. */
function integerSqrt(value: bigint): bigint {
  const estimate = BigInt(Math.floor(Math.sqrt(Number(value))))
  let root = estimate + (estimate >> 50n) + 1n
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** fusedMultiplyAdd: a * b + c, rounded once (section 5.4.1). */
export function fma(env: FloatEnv, format: FloatFormat, a: bigint, b: bigint, c: bigint): bigint {
  const { magnitudeMask, infinity, signMask } = format
  const magnitudeA = a & magnitudeMask
  const magnitudeB = b & magnitudeMask
  const magnitudeC = c & magnitudeMask
  const infTimesZero =
    (magnitudeA === infinity && magnitudeB === 0n) || (magnitudeA === 0n && magnitudeB === infinity)
  if (magnitudeA > infinity || magnitudeB > infinity || magnitudeC > infinity) {
    if (infTimesZero && env.invalidInfTimesZeroPlusNaN) env.flags |= INVALID
    return propagateNaN(env, format, [a, b, c], 'fma', infTimesZero)
  }
  if (infTimesZero) return invalidNaN(env, format)
  const signProduct = (a ^ b) & signMask
  const signC = c & signMask
  if (magnitudeA === infinity || magnitudeB === infinity) {
    return magnitudeC === infinity && signC !== signProduct ? invalidNaN(env, format) : signProduct | infinity
  }
  if (magnitudeC === infinity) return c
  if (magnitudeA === 0n || magnitudeB === 0n) {
    return magnitudeC === 0n ? zeroSum(env, format, signProduct !== 0n, signC !== 0n) : c
  }
  const exponent = exponentOf(format, a) + exponentOf(format, b)
  const significand = significandOf(format, a) * significandOf(format, b)
  if (magnitudeC === 0n) return roundPack(env, format, signProduct !== 0n, exponent, significand)
  return addExact(
    env,
    format,
    signProduct !== 0n,
    exponent,
    significand,
    signC !== 0n,
    exponentOf(format, c),
    significandOf(format, c),
  )
}
