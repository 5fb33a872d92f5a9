/** Random numbers that a seed repeats. */

/** Uniform in [0, 1), as `Math.random`. */
export type Random = () => number

/** A generator (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** An integer from 0 to `n` - 1. */
export const below = (random: Random, n: number): number => Math.floor(random() * n)
/** 32 random bits, as i32. */
export const bits32 = (random: Random): number => (random() * 2 ** 32) | 0
/** 64 random bits, unsigned; often a value at which carries, signs and widths go wrong. */
export function bits64(random: Random): bigint {
  const bit = 1n << BigInt(below(random, 64))
  const any = (BigInt(bits32(random) >>> 0) << 32n) | BigInt(bits32(random) >>> 0)
  const kinds = [0n, 1n, -1n, bit, bit - 1n, -bit, BigInt.asIntN(32, any), any, any, any]
  return BigInt.asUintN(64, kinds[below(random, kinds.length)] as bigint)
}
