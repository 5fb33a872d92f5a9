/**
 * Exact flags and fused multiply-add from plain machine arithmetic, to be transcribed into WebAssembly:
 * straight line code of f64/f32/i64 operations, `number` for f64 and f32 values, bigint for i64. All of it is
 * for round-to-nearest-even, and finds out only INEXACT (and UNDERFLOW in single precision): a caller whose
 * guest already has that flag set, or rounds otherwise, needs none of it or the slow path.
 *
 * Operation counts are WebAssembly instructions without constants, local access and guards.
 */

/** The operation was exact. */
export const EXACT = 0
/** The operation rounded: the INEXACT flag, with the flag's value. */
export const ROUNDED = 1
/** Operands outside the range of the fast test: take the slow path. */
export const UNKNOWN = 2

/** What a fast test found out; EXACT and ROUNDED may be or-ed into the flags as they are. */
export type Exactness = 0 | 1 | 2

const MIN_NORMAL_64 = 2 ** -1022
const IMPLICIT_BIT_64 = 1n << 52n

const doubles = new Float64Array(1)
const integers = new BigInt64Array(doubles.buffer)

/** i64.reinterpret_f64 */
function bitsOf(x: number): bigint {
  doubles[0] = x
  return integers[0] ?? 0n
}

/** f64.reinterpret_i64 */
function fromBits(bits: bigint): number {
  integers[0] = bits
  return doubles[0] ?? 0
}

/** i64.shl; i64.mul likewise keeps the low 64 bits. */
function shiftLeft(x: bigint, count: bigint): bigint {
  return BigInt.asUintN(64, x << count)
}

/**
 * Guard of double results: normal, not the smallest normal (a tiny number may have been rounded to it),
 * finite.
 */
export function isSafeResult64(r: number): boolean {
  return Math.abs(r) > MIN_NORMAL_64 && Math.abs(r) < Infinity
}

// --- double precision --------------------------------------------------------------------------------------

/**
 * Whether r = a + b was inexact (a - b: pass -b). Valid for every finite r, subnormals included; no UNDERFLOW
 * can happen. An infinite r is OVERFLOW and INEXACT when a and b are finite.
 *
 * 5 operations: sub, ne, sub, ne, or. For |x| >= |y| the difference r - x is exact (the middle term of
 * Fast2Sum), so that it equals y just when the sum was exact. Which operand is larger need not be known: an
 * exact sum satisfies both equations. An r - x that overflows differs from y, too, and belongs to an inexact
 * sum.
 */
export function addInexact64(a: number, b: number, r: number): Exactness {
  return r - a !== b || r - b !== a ? ROUNDED : EXACT
}

/**
 * Whether r = a * b was inexact. Known for `isSafeResult64(r)` with normal a and b (|a|, |b| >= 2^-1022), and
 * for zero times finite; UNKNOWN otherwise, that is for subnormal operands, tiny results, overflow,
 * infinities, NaNs.
 *
 * 13 operations. With integer significands of 53 bits the product has 105 or 106 bits and is representable
 * when the 52 or 53 low ones are zero. The 106 bit case is seen in the fraction: it shrinks below that of a.
 * Sign and exponent need no masking, they only reach product bits from 53 up, which the shift drops.
 */
export function mulInexact64(a: number, b: number, r: number): Exactness {
  if (r === 0 && (a === 0 || b === 0)) return EXACT
  if (!isSafeResult64(r) || Math.abs(a) < MIN_NORMAL_64 || Math.abs(b) < MIN_NORMAL_64) return UNKNOWN
  const bitsA = bitsOf(a)
  const product = (bitsA | IMPLICIT_BIT_64) * (bitsOf(b) | IMPLICIT_BIT_64)
  const carry = shiftLeft(bitsOf(r), 12n) < shiftLeft(bitsA, 12n) ? 1n : 0n
  return shiftLeft(product, 12n - carry) !== 0n ? ROUNDED : EXACT
}

/**
 * Whether r = a / b was inexact. Known for `isSafeResult64(r)` with normal a and b, and for zero by a finite
 * nonzero number; UNKNOWN otherwise.
 *
 * 13 operations. In integer significands the remainder A * 2^k - R * B, with k = 52 for A >= B and 53 for A <
 * B, is at most B / 2 < 2^52 in magnitude; so it is zero when its low 53 bits are. The first term's are the
 * last bit of A at position 52, or nothing.
 */
export function divInexact64(a: number, b: number, r: number): Exactness {
  if (a === 0 && b !== 0 && Math.abs(b) < Infinity) return EXACT
  if (!isSafeResult64(r) || Math.abs(a) < MIN_NORMAL_64 || Math.abs(b) < MIN_NORMAL_64) return UNKNOWN
  const bitsA = bitsOf(a)
  const bitsB = bitsOf(b)
  const product = (bitsOf(r) | IMPLICIT_BIT_64) * (bitsB | IMPLICIT_BIT_64)
  const dividend = shiftLeft(bitsA, 12n) < shiftLeft(bitsB, 12n) ? 0n : shiftLeft(bitsA, 63n)
  return shiftLeft(product, 11n) !== dividend ? ROUNDED : EXACT
}

/**
 * Whether r = sqrt(a) was inexact. Known for normal positive a, and zeros; UNKNOWN otherwise.
 *
 * 9 operations. The remainder A * 2^k - R * R, with k = 52 for an even exponent and 53 for an odd one, is at
 * most R < 2^53 in magnitude; so its low 53 bits decide. The bias is odd: bit 52 set means an even exponent.
 */
export function sqrtInexact64(a: number, r: number): Exactness {
  if (a === 0) return EXACT
  if (!(a >= MIN_NORMAL_64 && a < Infinity)) return UNKNOWN
  const bitsA = bitsOf(a)
  const root = bitsOf(r) | IMPLICIT_BIT_64
  return shiftLeft(root * root, 11n) !== shiftLeft(bitsA & (bitsA >> 52n), 63n) ? ROUNDED : EXACT
}

/**
 * Error of the product p = a * b, which is exactly a representable number (Dekker's TwoProduct with
 * Veltkamp's splitting, 16 operations). Valid for |a|, |b| <= 2^995 and 2^-968 <= |p| <= 2^1021.
 */
export function productError64(a: number, b: number, p: number): number {
  const splitA = 134217729 * a
  const highA = splitA - (splitA - a)
  const lowA = a - highA
  const splitB = 134217729 * b
  const highB = splitB - (splitB - b)
  const lowB = b - highB
  return highA * highB - p + highA * lowB + lowA * highB + lowA * lowB
}

/** Error of the sum s = a + b (Knuth's TwoSum, 5 operations); valid for |a|, |b| < 2^1023. */
export function sumError64(a: number, b: number, s: number): number {
  const partB = s - a
  return a - (s - partB) + (b - partB)
}

/**
 * The sum s = a + b with its error turned into round-to-odd (12 operations): an inexact even s steps to its
 * neighbour on the error's side, which is odd.
 */
export function roundToOdd64(s: number, error: number): number {
  const bits = bitsOf(s)
  const step = ((bits ^ bitsOf(error)) >> 63n) | 1n
  return fromBits(bits + (error !== 0 && (bits & 1n) === 0n ? step : 0n))
}

/** A result and what is known of it; `result` means nothing when `exactness` is UNKNOWN. */
export interface FmaResult {
  readonly result: number
  readonly exactness: Exactness
}

const FMA_UNKNOWN: FmaResult = { result: Number.NaN, exactness: UNKNOWN }

/**
 * Guard of `fma64` for nonzero a and b, p = a * b: the splitting does not overflow, the product's error is a
 * multiple of 2^-1074, and no sum overflows. c may be anything up to 2^1021, also zero or subnormal. False
 * for NaNs and infinities.
 */
export function isFmaRange64(a: number, b: number, c: number, p: number): boolean {
  return (
    Math.max(Math.abs(a), Math.abs(b)) <= 2 ** 995 &&
    Math.max(Math.abs(p), Math.abs(c)) <= 2 ** 1021 &&
    Math.abs(p) >= 2 ** -968
  )
}

/**
 * a * b + c rounded once, after Boldo and Melquiond: "Emulation of a FMA and correctly rounded sums: proved
 * algorithms using rounding to odd" (2008). Known in the range of `isFmaRange64`, and for zero a or b with
 * all operands finite. Everything is a multiple of 2^-1074 there, so tiny results are exact: no UNDERFLOW,
 * and no OVERFLOW.
 *
 * 54 operations (the product 1, its error 16, three sums with errors 18, round to odd 12, the result 1, its
 * exactness 6, sharing the test of the last error), guard 11.
 */
export function fma64(a: number, b: number, c: number): FmaResult {
  const product = a * b
  if (!isFmaRange64(a, b, c, product)) {
    // Zero product: the sum is exact and its zero signs are right. Products of nonzero numbers that round to
    // zero, infinities and NaNs stay with the slow path.
    const zero = (a === 0 || b === 0) && product === 0 && Math.abs(c) < Infinity
    return zero ? { result: product + c, exactness: EXACT } : FMA_UNKNOWN
  }
  const productLow = productError64(a, b, product)
  const inner = c + productLow
  const innerLow = sumError64(c, productLow, inner)
  const outer = product + inner
  const outerLow = sumError64(product, inner, outer)
  const rest = innerLow + outerLow
  const restLow = sumError64(innerLow, outerLow, rest)
  const odd = roundToOdd64(rest, restLow)
  const result = outer + odd
  const inexact = restLow !== 0 || result - outer !== odd || result - odd !== outer
  return { result, exactness: inexact ? ROUNDED : EXACT }
}

// --- single precision --------------------------------------------------------------------------------------

/**
 * Numbers below it in magnitude are tiny after rounding to single (IEEE 754-2019 section 7.5): halfway from
 * the last 24 bit number below 2^-126 to 2^-126 itself.
 */
export const TINY_BOUND_32: number = 2 ** -126 - 2 ** -151

/**
 * Whether a single result with the given double value before the last rounding is tiny after rounding;
 * UNDERFLOW is this and inexact. Right for the exact product of `mulInexact32`, the double quotient a / b (no
 * quotient of singles is close enough to the bound for its rounding to matter), `Fma32Result.odd`, and a
 * demoted double.
 */
export function isTiny32(wide: number): boolean {
  return Math.abs(wide) < TINY_BOUND_32
}

/**
 * Whether r = f32 a + b was inexact, in f64 or in f32 arithmetic: see `addInexact64` (5 operations). Every
 * finite r, and infinite r of finite a and b; never UNDERFLOW.
 */
export function addInexact32(a: number, b: number, r: number): Exactness {
  return r - a !== b || r - b !== a ? ROUNDED : EXACT
}

/**
 * Whether r = f32 a * b was inexact: the double product is exact (2 operations, and 1 demotes it to r). All
 * finite a and b, also for subnormal r and for overflow to infinity.
 */
export function mulInexact32(a: number, b: number, r: number): Exactness {
  return a * b !== r ? ROUNDED : EXACT
}

/**
 * Whether r = f32 a / b was inexact: the double product r * b is exact (2 operations). All finite a and b but
 * b = 0, also for subnormal or zero r and for overflow to infinity.
 */
export function divInexact32(a: number, b: number, r: number): Exactness {
  return r * b !== a ? ROUNDED : EXACT
}

/**
 * Whether r = f32 sqrt(a) was inexact (2 operations); all a >= 0, also zeros and infinity. Never UNDERFLOW.
 */
export function sqrtInexact32(a: number, r: number): Exactness {
  return r * r !== a ? ROUNDED : EXACT
}

/** Whether the demotion r of a double was inexact (1 operation, and 1 promotes r); all a but NaNs. */
export function demoteInexact(a: number, r: number): Exactness {
  return r !== a ? ROUNDED : EXACT
}

/** Result of `fma32`; `odd` is the sum rounded to odd, for `isTiny32`. */
export interface Fma32Result extends FmaResult {
  readonly odd: number
}

/**
 * Single a * b + c rounded once: the product is exact in double precision, the sum is rounded to odd there,
 * and 53 >= 24 + 2 bits make the demotion correct, also to subnormals and infinity. Known for all finite
 * operands.
 *
 * 22 operations (product, sum, its error 5, round to odd 12, demote, promote, ne), guard 2. An inexact sum
 * ends in a one that no single has, so one comparison tells inexactness.
 */
export function fma32(a: number, b: number, c: number): Fma32Result {
  const product = a * b
  const sum = product + c
  if (!(Math.abs(sum) < Infinity)) return { ...FMA_UNKNOWN, odd: sum }
  const odd = roundToOdd64(sum, sumError64(product, c, sum))
  const result = Math.fround(odd)
  return { result, odd, exactness: result !== odd ? ROUNDED : EXACT }
}
