import { describe, expect, it, vi } from 'vitest'
import type { FloatFormat, Rounding } from '../../src/float/soft/index.ts'
import {
  binary16,
  binary32,
  binary64,
  classify,
  convertFormat,
  createEnv,
  fromInt,
  INVALID,
  integerIndefinite,
  makeFormat,
  roundToIntegral,
  saturateNaNToZero,
  toInt,
} from '../../src/float/soft/index.ts'
import type { Rational } from './reference.ts'
import { absolute, rationalOf, roundReference } from './reference.ts'
import { interesting, Random, specials } from './values.ts'

// Bigint loops of about a second each; machines may be slow or busy.
vi.setConfig({ testTimeout: 60_000 })

const ROUNDINGS: readonly Rounding[] = [0, 1, 2, 3, 4, 5]
const TARGETS = [
  [true, 32],
  [false, 32],
  [true, 64],
  [false, 64],
] as const

/** Rounds a rational to an integer by the definitions of section 4.3. */
function roundRational(value: Rational, rounding: Rounding): bigint {
  const { numerator, denominator } = value
  let floor = numerator / denominator
  if (floor * denominator > numerator) floor -= 1n
  const rest = numerator - floor * denominator
  if (rest === 0n) return floor
  const side = 2n * rest - denominator
  switch (rounding) {
    case 0:
      return side > 0n || (side === 0n && floor % 2n !== 0n) ? floor + 1n : floor
    case 1:
      return numerator < 0n ? floor + 1n : floor
    case 2:
      return floor
    case 3:
      return floor + 1n
    case 4:
      return side > 0n || (side === 0n && numerator > 0n) ? floor + 1n : floor
    case 5:
      return floor % 2n === 0n ? floor + 1n : floor
  }
}

/** Of the values that are looked at: all in the long tests. */
const stride = process.env.GUESTSCOPE_LONG ? 1n : 3n

function isFiniteBits(format: FloatFormat, a: bigint): boolean {
  return (classify(format, a) & (1 | 128 | 256 | 512)) === 0
}

function checkToInt(format: FloatFormat, a: bigint): void {
  for (const rounding of ROUNDINGS) {
    const value = isFiniteBits(format, a) ? rationalOf(format, a) : undefined
    const integer = value && roundRational(value, rounding)
    const negative = (a & format.signMask) !== 0n
    for (const [signed, width] of TARGETS) {
      const low = signed ? -(2n ** BigInt(width - 1)) : 0n
      const high = low + 2n ** BigInt(width) - 1n
      const env = createEnv({ rounding })
      const got = toInt(env, format, a, signed, width)
      let want = negative && classify(format, a) < 256 ? low : high
      let flags = INVALID
      if (value && integer !== undefined && integer >= low && integer <= high) {
        want = integer
        flags = integer * value.denominator === value.numerator ? 0 : 1
      }
      want = BigInt.asUintN(width, want)
      if (got !== want || env.flags !== flags) {
        expect([format.name, a, rounding, signed, width, got, env.flags]).toEqual([
          format.name,
          a,
          rounding,
          signed,
          width,
          want,
          flags,
        ])
      }
    }
    if (!value || integer === undefined || value.numerator === 0n) continue
    const env = createEnv({ rounding })
    const got = roundToIntegral(env, format, a)
    const sign = negative ? format.signMask : 0n
    const size = { numerator: integer < 0n ? -integer : integer, denominator: 1n }
    const bits = integer === 0n ? sign : roundReference(format, 1, true, negative, absolute(size)).bits
    const flags = integer * value.denominator === value.numerator ? 0 : 1
    if (got !== bits || env.flags !== flags) {
      expect([format.name, 'integral', a, rounding, got, env.flags]).toEqual([
        format.name,
        'integral',
        a,
        rounding,
        bits,
        flags,
      ])
    }
  }
}

describe('to integer and to integral', () => {
  it('is right for binary16 values of the whole range', () => {
    // A step that is no multiple of two meets all fractions; NaNs and infinities are among the values.
    for (let a = 0n; a < 1n << 16n; a += stride * 7n) checkToInt(binary16, a)
  })

  it.each([binary32, binary64])('is right around the ends of the ranges in $name', format => {
    for (const special of specials(format)) checkToInt(format, special)
    for (const exponent of [-2, -1, 0, 1, 22, 23, 30, 31, 32, 51, 52, 53, 62, 63, 64, 65]) {
      const power = BigInt(format.bias + exponent) << format.fractionShift
      const quantum = format.fractionBits - exponent
      for (let delta = -40n; delta <= 40n; delta += stride) {
        checkToInt(format, power + delta)
        checkToInt(format, (power + delta) | format.signMask)
        // Halves around the power of two.
        if (quantum < 1) continue
        checkToInt(format, power + (delta << BigInt(quantum - 1)))
        checkToInt(format, (power + (delta << BigInt(quantum - 1))) | format.signMask)
      }
    }
  })

  it.each([binary32, binary64])('is right for random values of $name', format => {
    const random = new Random(11)
    for (let n = 0; n < 1500; n++) checkToInt(format, interesting(random, format))
  })

  it('leaves out-of-range results to the policy', () => {
    const env = createEnv()
    const nan = binary64.defaultNaN
    const huge = binary64.maxFinite | binary64.signMask
    expect(toInt(env, binary64, nan, true, 32, saturateNaNToZero)).toBe(0n)
    expect(toInt(env, binary64, huge, true, 32, saturateNaNToZero)).toBe(0x8000_0000n)
    expect(toInt(env, binary64, binary64.infinity, true, 64, integerIndefinite)).toBe(1n << 63n)
    expect(toInt(env, binary64, nan, false, 32, integerIndefinite)).toBe(0xffff_ffffn)
  })

  it('can round to integral without INEXACT, and keeps NaNs and infinities', () => {
    const env = createEnv()
    expect(roundToIntegral(env, binary32, 0x3fc0_0000n, false)).toBe(0x4000_0000n)
    expect(roundToIntegral(env, binary32, 0xff80_0000n)).toBe(0xff80_0000n)
    expect(roundToIntegral(env, binary32, 0x8000_0000n)).toBe(0x8000_0000n)
    expect(roundToIntegral(env, binary32, 0xffc0_0001n)).toBe(0x7fc0_0000n)
    expect(env.flags).toBe(0)
    expect(roundToIntegral(env, binary32, 0x7f80_0001n)).toBe(0x7fc0_0000n)
    expect(env.flags).toBe(INVALID)
  })
})

describe('from integer', () => {
  it.each([binary16, binary32, binary64])('is right for $name', format => {
    const random = new Random(13)
    const integers = [0n, 1n, -1n, 3n]
    for (let bit = 0n; bit < 65n; bit += 1n) {
      for (let delta = -2n; delta <= 2n; delta += 1n) integers.push((1n << bit) + delta)
      const top = BigInt(format.fractionBits)
      if (bit > top)
        integers.push((1n << bit) + (1n << (bit - top - 1n)), (1n << bit) + (3n << (bit - top - 1n)))
    }
    for (let n = 0; n < 300; n++) integers.push(random.bits(64) >> BigInt(random.below(64)))
    for (const integer of integers) {
      for (const [signed, width] of TARGETS) {
        const value = signed ? BigInt.asIntN(width, integer) : BigInt.asUintN(width, integer)
        for (const rounding of ROUNDINGS) {
          const env = createEnv({ rounding })
          const got = fromInt(env, format, BigInt.asUintN(width, integer), signed, width)
          const exact = absolute({ numerator: value, denominator: 1n })
          const want =
            value === 0n ? { bits: 0n, flags: 0 } : roundReference(format, rounding, true, value < 0n, exact)
          if (got !== want.bits || env.flags !== want.flags) {
            expect([integer, signed, width, rounding, got, env.flags]).toEqual([
              integer,
              signed,
              width,
              rounding,
              want.bits,
              want.flags,
            ])
          }
        }
      }
    }
  })
})

describe('between formats', () => {
  function checkConvert(from: FloatFormat, to: FloatFormat, a: bigint, tininessAfterRounding: boolean): void {
    if (!isFiniteBits(from, a) || (a & from.magnitudeMask) === 0n) return
    const value = rationalOf(from, a)
    for (const rounding of ROUNDINGS) {
      const env = createEnv({ rounding, tininessAfterRounding })
      const got = convertFormat(env, from, to, a)
      const want = roundReference(to, rounding, tininessAfterRounding, value.numerator < 0n, absolute(value))
      if (got !== want.bits || env.flags !== want.flags) {
        expect([from.name, to.name, a, rounding, got, env.flags]).toEqual([
          from.name,
          to.name,
          a,
          rounding,
          want.bits,
          want.flags,
        ])
      }
    }
  }

  it('is right from binary16 to a tiny format', () => {
    const tiny = makeFormat('tiny8', 4, 3)
    for (let a = 0n; a < 1n << 16n; a += stride * 5n) checkConvert(binary16, tiny, a, a % 2n === 0n)
  })

  it.each([
    [binary64, binary32],
    [binary32, binary64],
    [binary32, binary16],
    [binary16, binary64],
  ])('is right from $name', (from, to) => {
    const random = new Random(17)
    for (let n = 0; n < 1000; n++) checkConvert(from, to, interesting(random, from), n % 2 === 0)
    // Around the narrower format's limits: largest number, smallest normal, smallest subnormal, and halves.
    const narrow = from.width > to.width ? to : from
    const env = createEnv()
    for (const edge of [narrow.maxFinite, narrow.minNormal, 1n, 2n, 3n]) {
      const base = narrow === from ? edge : convertFormat(env, narrow, from, edge)
      const half = narrow === from ? 1n : 1n << BigInt(from.fractionBits - narrow.fractionBits - 1)
      for (let k = -4n; k <= 4n; k += 1n) {
        for (let delta = -2n; delta <= 2n; delta += 1n) {
          const a = base + k * half + delta
          if (a < 0n) continue
          checkConvert(from, to, a, true)
          checkConvert(from, to, a | from.signMask, false)
        }
      }
    }
  })

  it('treats zeros, infinities and NaNs', () => {
    const env = createEnv()
    expect(convertFormat(env, binary32, binary64, 0x8000_0000n)).toBe(binary64.signMask)
    expect(convertFormat(env, binary32, binary64, 0xff80_0000n)).toBe(0xfff0_0000_0000_0000n)
    expect(convertFormat(env, binary64, binary32, 0xfff8_0000_0000_0001n)).toBe(0x7fc0_0000n)
    expect(env.flags).toBe(0)
    expect(convertFormat(env, binary64, binary32, 0x7ff0_0000_0000_0001n)).toBe(0x7fc0_0000n)
    expect(env.flags).toBe(INVALID)
    env.defaultNaN = false
    expect(convertFormat(env, binary64, binary32, 0xfff0_0000_2000_0000n)).toBe(0xffc0_0001n)
    expect(convertFormat(env, binary32, binary64, 0x7f80_0001n)).toBe(0x7ff8_0000_2000_0000n)
  })
})
