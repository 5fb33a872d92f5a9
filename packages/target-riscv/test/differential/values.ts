/** Values at which instructions go wrong: the edges of the number formats, and numbers a step away from them. */
import type { Rng } from './stream.ts'

const below = (rng: Rng, n: number): number => Math.floor(rng() * n)

function bits(rng: Rng, count: number): bigint {
  let value = 0n
  for (let done = 0; done < count; done += 16) value = (value << 16n) | BigInt(below(rng, 0x10000))
  return BigInt.asUintN(count, value)
}

/** An integer of 64 bits; RV32 takes the low half. */
export function integer(rng: Rng): bigint {
  const near = BigInt(below(rng, 5) - 2)
  switch (below(rng, 8)) {
    case 0:
      return BigInt.asUintN(64, near)
    case 1:
      return BigInt.asUintN(64, (1n << BigInt(below(rng, 64))) + near)
    case 2:
      return BigInt.asUintN(64, -(1n << BigInt(below(rng, 64))) + near)
    case 3:
      return BigInt.asUintN(64, BigInt.asIntN(32, bits(rng, 32)))
    case 4:
      return BigInt(below(rng, 256))
    case 5:
      return BigInt.asUintN(64, BigInt.asIntN(8, bits(rng, 8)) * 0x0101010101010101n)
    default:
      return bits(rng, 64)
  }
}

interface Format {
  readonly exponentBits: number
  readonly fractionBits: number
}

const half: Format = { exponentBits: 5, fractionBits: 10 }
const single: Format = { exponentBits: 8, fractionBits: 23 }
const double: Format = { exponentBits: 11, fractionBits: 52 }

/** Fractions with long runs of equal bits: these decide ties, carries and double roundings. */
function fraction(rng: Rng, width: number): bigint {
  const one = 1n << BigInt(width)
  switch (below(rng, 6)) {
    case 0:
      return 0n
    case 1:
      return one - 1n - BigInt(below(rng, 4))
    case 2:
      return BigInt(below(rng, 4))
    case 3:
      return BigInt.asUintN(width, 1n << BigInt(below(rng, width)))
    case 4:
      return BigInt.asUintN(width, one - (1n << BigInt(below(rng, width))))
    default:
      return bits(rng, width)
  }
}

/** The bits of a floating-point number. */
function float(rng: Rng, { exponentBits, fractionBits }: Format): bigint {
  const top = (1 << exponentBits) - 1
  const bias = top >> 1
  const sign = BigInt(below(rng, 2))
  const make = (exponent: number, part: bigint): bigint =>
    (((sign << BigInt(exponentBits)) | BigInt(Math.max(0, Math.min(top, exponent)))) <<
      BigInt(fractionBits)) |
    part
  switch (below(rng, 12)) {
    case 0: // zero, subnormal
      return make(0, fraction(rng, fractionBits))
    case 1: // infinity, quiet and signalling NaN
      return make(
        top,
        [0n, 0n, 1n, 1n << BigInt(fractionBits - 1), bits(rng, fractionBits)][below(rng, 5)] ?? 0n,
      )
    case 2: // the largest ones, and those whose squares overflow
      return make(
        below(rng, 2) ? top - 1 - below(rng, 3) : bias + (bias >> 1) + below(rng, 3),
        fraction(rng, fractionBits),
      )
    case 3: // the smallest ones, and those whose squares underflow
      return make(below(rng, 2) ? 1 + below(rng, 3) : bias >> 1, fraction(rng, fractionBits))
    case 4: // products that end among the subnormals
      return make((bias >> 1) + below(rng, 30) - 25, fraction(rng, fractionBits))
    case 5: // the edges of the integer types
      return make(
        bias + ([7, 8, 15, 16, 30, 31, 32, 52, 53, 62, 63, 64][below(rng, 12)] ?? 0),
        fraction(rng, fractionBits),
      )
    case 6: // small integers and halves
      return make(bias + below(rng, 6) - 2, BigInt(below(rng, 16)) << BigInt(fractionBits - 4))
    case 7:
      return make(below(rng, top + 1), bits(rng, fractionBits))
    default: // about 1, so that sums cancel and products stay
      return make(bias + below(rng, 9) - 4, fraction(rng, fractionBits))
  }
}

/** A single, in 32 bits. */
export const singleBits = (rng: Rng): bigint => float(rng, single)
/** A double, in 64 bits. */
export const doubleBits = (rng: Rng): bigint => float(rng, double)

/** Contents of a float register: doubles, NaN-boxed singles, singles whose box is broken; halves, too, if there are any. */
export function floatRegister(rng: Rng, halves: boolean): bigint {
  if (halves && below(rng, 2) === 0) {
    const above = below(rng, 20) === 0 ? bits(rng, 48) : (1n << 48n) - 1n
    return (above << 16n) | float(rng, half)
  }
  const kind = below(rng, 20)
  if (kind < 9) return doubleBits(rng)
  if (kind < 18) return (0xffffffffn << 32n) | singleBits(rng)
  return (bits(rng, 32) << 32n) | singleBits(rng)
}

/** 64 bits of memory that make sense as integers, singles and doubles. */
export function memoryWord(rng: Rng): bigint {
  const kind = below(rng, 3)
  if (kind === 0) return doubleBits(rng)
  return kind === 1 ? integer(rng) : (singleBits(rng) << 32n) | singleBits(rng)
}
