/**
 * A second, independent definition of correct rounding for the tests: exact rationals, and a search over the
 * representable numbers for the two neighbours of the exact value. Slow, and shares no code with the
 * reference arithmetic but the format descriptors.
 */

import type { FloatFormat, Rounding } from '../../src/float/soft/index.ts'

/** numerator / denominator, denominator > 0, not reduced. */
export interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** n * 2^exponent. */
export function scaled(n: bigint, exponent: number): Rational {
  return exponent >= 0
    ? { numerator: n << BigInt(exponent), denominator: 1n }
    : { numerator: n, denominator: 1n << BigInt(-exponent) }
}

export function plus(a: Rational, b: Rational): Rational {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  }
}

export function times(a: Rational, b: Rational): Rational {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator }
}

export function over(a: Rational, b: Rational): Rational {
  const sign = b.numerator < 0n ? -1n : 1n
  return { numerator: sign * a.numerator * b.denominator, denominator: sign * a.denominator * b.numerator }
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator }
}

function order(a: Rational, b: Rational): number {
  const left = a.numerator * b.denominator
  const right = b.numerator * a.denominator
  return left < right ? -1 : left > right ? 1 : 0
}

/** Value of a finite magnitude pattern; that of infinity is 2^(emax + 1), as the overflow rules want it. */
function magnitudeValue(format: FloatFormat, magnitude: bigint): Rational {
  const field = Number(magnitude >> BigInt(format.fractionBits))
  const fraction = BigInt.asUintN(format.fractionBits, magnitude)
  if (field === 0) return scaled(fraction, 1 - format.bias - format.fractionBits)
  return scaled(fraction + (1n << BigInt(format.fractionBits)), field - format.bias - format.fractionBits)
}

/** Value of a finite pattern. */
export function rationalOf(format: FloatFormat, a: bigint): Rational {
  const magnitude = BigInt.asUintN(format.width - 1, a)
  const value = magnitudeValue(format, magnitude)
  return a === magnitude ? value : negate(value)
}

/** An exact non-negative real number, known by how it compares with rationals. */
export type Comparator = (bound: Rational) => number

/** The exact number |x|. */
export function absolute(x: Rational): Comparator {
  const numerator = x.numerator < 0n ? -x.numerator : x.numerator
  return bound => order({ numerator, denominator: x.denominator }, bound)
}

/** The exact number sqrt(x), x >= 0. */
export function squareRoot(x: Rational): Comparator {
  return bound => order(x, times(bound, bound))
}

export interface Rounded {
  readonly bits: bigint
  readonly flags: number
}

/** Picks a neighbour by the definition of each rounding direction; returns the magnitude pattern. */
function choose(
  format: FloatFormat,
  rounding: Rounding,
  negative: boolean,
  low: bigint,
  exact: Comparator,
): bigint {
  if (exact(magnitudeValue(format, low)) === 0) return low
  const high = low + 1n
  const sum = plus(magnitudeValue(format, low), magnitudeValue(format, high))
  const side = exact({ numerator: sum.numerator, denominator: sum.denominator * 2n })
  switch (rounding) {
    case 0:
      return side < 0 ? low : side > 0 ? high : low % 2n === 0n ? low : high
    case 1:
      return low
    case 2:
      return negative ? high : low
    case 3:
      return negative ? low : high
    case 4:
      return side < 0 ? low : high
    case 5:
      return low % 2n === 1n ? low : high
  }
}

/** Largest finite magnitude pattern not above the exact number. */
function neighbourBelow(format: FloatFormat, exact: Comparator): bigint {
  let low = 0n
  let high = format.infinity
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (exact(magnitudeValue(format, middle)) >= 0) low = middle
    else high = middle
  }
  return low
}

/**
 * Correct rounding of a nonzero number with its exception flags, straight from sections 4.3 and 7.4 to 7.6.
 */
export function roundReference(
  format: FloatFormat,
  rounding: Rounding,
  tininessAfterRounding: boolean,
  negative: boolean,
  exact: Comparator,
): Rounded {
  const sign = negative ? 1n << BigInt(format.width - 1) : 0n
  const low = neighbourBelow(format, exact)
  if (exact(magnitudeValue(format, low)) === 0) return { bits: sign | low, flags: 0 }
  // Unbounded range above: where a larger format would place neighbours does not matter, only on which side
  // of 2^(emax + 1) the rounded number falls; directed modes overflow when beyond maxFinite's next neighbour.
  if (low === format.infinity - 1n) return roundAtTop(format, rounding, negative, sign, exact)
  const magnitude = choose(format, rounding, negative, low, exact)
  const smallest = magnitudeValue(format, 1n << BigInt(format.fractionBits))
  let tiny = exact(smallest) < 0
  if (tiny && tininessAfterRounding) {
    // Round as if the exponent had no lower bound: scale by a power of two into the normal range.
    const shift = format.fractionBits + 1
    const up = scaled(1n, -shift)
    const lifted: Comparator = bound => exact(times(bound, up))
    const below = neighbourBelow(format, lifted)
    const limit = times(smallest, scaled(1n, shift))
    const unbounded = magnitudeValue(format, choose(format, rounding, negative, below, lifted))
    tiny = order(unbounded, limit) < 0
  }
  return { bits: sign | magnitude, flags: tiny ? 3 : 1 }
}

function roundAtTop(
  format: FloatFormat,
  rounding: Rounding,
  negative: boolean,
  sign: bigint,
  exact: Comparator,
): Rounded {
  const maxFinite = format.infinity - 1n
  const beyond = exact(magnitudeValue(format, format.infinity)) >= 0
  if (!beyond) {
    const magnitude = choose(format, rounding, negative, maxFinite, exact)
    return { bits: sign | magnitude, flags: magnitude === maxFinite ? 1 : 5 }
  }
  const away = rounding === 0 || rounding === 4 || (negative ? rounding === 2 : rounding === 3)
  return { bits: sign | (away ? format.infinity : maxFinite), flags: 5 }
}
