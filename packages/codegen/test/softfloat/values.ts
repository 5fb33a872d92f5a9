/** Deterministic random numbers and operand generators that favour the values where rounding goes wrong. */

import type { FloatFormat } from '../../src/float/soft/index.ts'

/** A 32-bit generator (xorshift128); the same seed gives the same tests. */
export class Random {
  #x: number
  #y = 362436069
  #z = 521288629
  #w = 88675123

  constructor(seed: number) {
    this.#x = seed ^ 123456789
    for (let i = 0; i < 16; i++) this.u32()
  }

  u32(): number {
    const t = this.#x ^ (this.#x << 11)
    this.#x = this.#y
    this.#y = this.#z
    this.#z = this.#w
    this.#w = (this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8)) >>> 0
    return this.#w
  }

  below(n: number): number {
    return this.u32() % n
  }

  bits(width: number): bigint {
    let value = 0n
    for (let have = 0; have < width; have += 32) value = (value << 32n) | BigInt(this.u32())
    return BigInt.asUintN(width, value)
  }
}

/** Named patterns of a format: zeros, subnormals, normals next to powers of two, infinities, NaNs. */
export function specials(format: FloatFormat): bigint[] {
  const one = BigInt(format.bias) << format.fractionShift
  const magnitudes = [
    0n,
    1n,
    2n,
    3n,
    format.minNormal >> 1n,
    format.minNormal - 1n,
    format.minNormal,
    format.minNormal + 1n,
    one - 1n,
    one,
    one + 1n,
    one + format.minNormal,
    one + (format.minNormal >> 1n),
    format.maxFinite - 1n,
    format.maxFinite,
    format.infinity,
    format.infinity + 1n,
    format.infinity + format.quietBit - 1n,
    format.defaultNaN,
    format.defaultNaN + 1n,
  ]
  return magnitudes.flatMap(magnitude => [magnitude, magnitude | format.signMask])
}

/** A significand field with few runs of ones: ties and near-ties come out often. */
function sparse(random: Random, width: number): bigint {
  let value = 0n
  for (let n = random.below(4); n > 0; n--) {
    const bit = 1n << BigInt(random.below(width))
    value = random.below(2) === 0 ? value + bit : value - bit
  }
  return BigInt.asUintN(width, value)
}

/** One interesting operand; `near` pulls the exponent towards that of another operand. */
export function interesting(random: Random, format: FloatFormat, near?: bigint): bigint {
  const { fractionBits, exponentBits } = format
  const choice = random.below(16)
  if (choice === 0) {
    const list = specials(format)
    return list[random.below(list.length)] ?? 0n
  }
  const fraction = choice < 8 ? sparse(random, fractionBits) : random.bits(fractionBits)
  const sign = random.below(2) === 0 ? 0n : format.signMask
  let exponent = random.bits(exponentBits)
  if (choice === 1) return sign | fraction
  if (choice === 2) exponent = BigInt(random.below(4))
  else if (choice % 8 === 3) exponent = BigInt(format.bias - 8 + random.below(17))
  else if (near !== undefined && choice % 8 >= 4) {
    const spread = 2 * format.precision + 8
    const shifted =
      ((near & format.infinity) >> format.fractionShift) + BigInt(random.below(spread) - spread / 2)
    exponent = BigInt.asUintN(exponentBits, shifted < 0n ? 0n : shifted)
  }
  return sign | (exponent << format.fractionShift) | fraction
}

/** Two or three operands, later ones often close in exponent to earlier ones. */
export function interestingTuple(random: Random, format: FloatFormat, count: number): bigint[] {
  const values: bigint[] = []
  for (let i = 0; i < count; i++) values.push(interesting(random, format, values[i - 1]))
  return values
}
