/**
 * Binary interchange formats of IEEE 754-2019 section 3.4, described by data so that every operation of this
 * directory is written once for all widths. Values are bit patterns: unsigned bigints of `width` bits.
 */

/** Parameters of one binary interchange format (IEEE 754-2019 section 3.3 and table 3.5). */
export interface FloatFormat {
  readonly name: string
  /** Storage width in bits. */
  readonly width: number
  /** Width of the biased exponent field (w). */
  readonly exponentBits: number
  /** Width of the trailing significand field (t = p - 1). */
  readonly fractionBits: number
  /** Precision p in bits, implicit bit included. */
  readonly precision: number
  /** Exponent bias; equals emax. */
  readonly bias: number
  /** Largest exponent of a finite number. */
  readonly emax: number
  /** Smallest exponent of a normal number (1 - emax). */
  readonly emin: number
  /** Exponent of the least significant bit of a subnormal number (emin - t). */
  readonly minQuantum: number
  /** `fractionBits` as a bigint shift count. */
  readonly fractionShift: bigint
  /** The sign bit. */
  readonly signMask: bigint
  /** All bits but the sign. */
  readonly magnitudeMask: bigint
  /** The trailing significand field. */
  readonly fractionMask: bigint
  /** Weight of the implicit leading bit, 2^t. */
  readonly implicitBit: bigint
  /** First bit of the trailing significand: 1 marks a quiet NaN (section 6.2.1). */
  readonly quietBit: bigint
  /** Positive infinity; a magnitude above it is a NaN. */
  readonly infinity: bigint
  /** Largest positive finite number. */
  readonly maxFinite: bigint
  /** Smallest positive normal number. */
  readonly minNormal: bigint
  /** Canonical quiet NaN: positive, only the quiet bit of the payload set. */
  readonly defaultNaN: bigint
}

/** Builds the descriptor of a binary format with an implicit leading bit. */
export function makeFormat(name: string, exponentBits: number, fractionBits: number): FloatFormat {
  const bias = 2 ** (exponentBits - 1) - 1
  const fractionShift = BigInt(fractionBits)
  const implicitBit = 1n << fractionShift
  const quietBit = implicitBit >> 1n
  const infinity = ((1n << BigInt(exponentBits)) - 1n) << fractionShift
  const signMask = 1n << BigInt(exponentBits + fractionBits)
  return {
    name,
    width: 1 + exponentBits + fractionBits,
    exponentBits,
    fractionBits,
    precision: fractionBits + 1,
    bias,
    emax: bias,
    emin: 1 - bias,
    minQuantum: 1 - bias - fractionBits,
    fractionShift,
    signMask,
    magnitudeMask: signMask - 1n,
    fractionMask: implicitBit - 1n,
    implicitBit,
    quietBit,
    infinity,
    maxFinite: infinity - 1n,
    minNormal: implicitBit,
    defaultNaN: infinity | quietBit,
  }
}

/** Half precision. */
export const binary16: FloatFormat = makeFormat('binary16', 5, 10)
/** Single precision. */
export const binary32: FloatFormat = makeFormat('binary32', 8, 23)
/** Double precision. */
export const binary64: FloatFormat = makeFormat('binary64', 11, 52)

/** True for quiet and signaling NaNs. */
export function isAnyNaN(format: FloatFormat, a: bigint): boolean {
  return (a & format.magnitudeMask) > format.infinity
}

/** True for signaling NaNs only. */
export function isSignalingNaN(format: FloatFormat, a: bigint): boolean {
  return (a & format.magnitudeMask) > format.infinity && (a & format.quietBit) === 0n
}

/** Sets the quiet bit; sign and payload stay (section 6.2.3). */
export function quieten(format: FloatFormat, a: bigint): bigint {
  return a | format.quietBit
}

/** Integral significand of a finite value: the value is (-1)^sign * significand * 2^exponentOf. */
export function significandOf(format: FloatFormat, a: bigint): bigint {
  const fraction = a & format.fractionMask
  return (a & format.infinity) === 0n ? fraction : fraction | format.implicitBit
}

/** Exponent of the least significant bit of the significand of a finite value. */
export function exponentOf(format: FloatFormat, a: bigint): number {
  const field = Number((a & format.infinity) >> format.fractionShift)
  return field === 0 ? format.minQuantum : field - 1 + format.minQuantum
}

/** Number of bits of a non-negative integer; 0 for zero. */
export function bitLength(value: bigint): number {
  let rest = value
  let length = 0
  while (rest > 0xffff_ffffn) {
    rest >>= 32n
    length += 32
  }
  return length + 32 - Math.clz32(Number(rest))
}
