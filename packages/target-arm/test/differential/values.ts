/** Values that random programs begin with. */
export type Rng = () => number

/** Numbers from a seed and a stream number (splitmix32). */
export function seeded(seed: number, stream: number): Rng {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}

export const below = (rng: Rng, n: number): number => Math.floor(rng() * n)
export const choose = <T>(rng: Rng, list: readonly T[]): T => list[below(rng, list.length)] as T

const corners = [
  0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x7fff, 0x8000, 0xffff8000, 0x80, 0x7f, 0x00800080, 0x7fff8000,
]

export function integer(rng: Rng): number {
  const kind = rng()
  if (kind < 0.2) return choose(rng, corners)
  if (kind < 0.4) return below(rng, 64)
  if (kind < 0.6) return (below(rng, 2 ** 32) << below(rng, 32)) >>> 0
  return below(rng, 2 ** 32)
}

const singles = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc01234, 0x7f800001, 1,
]
singles.push(
  0x807fffff,
  0x00800000,
  0x7f7fffff,
  0x4f000000,
  0xcf000000,
  0x3f000000,
  0x33800000,
  0x477fe000,
  0x38800000,
)
const heads = [
  0, 0x8000, 0x3ff0, 0xbff0, 0x7ff0, 0xfff0, 0x7ff8, 0xfff8, 0x0010, 0x7fef, 0x41e0, 0x41f0, 0xc1e0, 0x3fe0,
]
heads.push(0x47ef, 0x3810, 0x36a0, 0x4000, 0x4090)

export function single(rng: Rng): number {
  const kind = rng()
  if (kind < 0.3) return choose(rng, singles)
  if (kind < 0.4) return (below(rng, 2) * 2 ** 31 + below(rng, 2 ** 23)) >>> 0
  const exponent = kind < 0.85 ? 127 + below(rng, 60) - 30 : below(rng, 256)
  const fraction = rng() < 0.3 ? below(rng, 16) << 19 : below(rng, 2 ** 23)
  return ((below(rng, 2) << 31) | (exponent << 23) | fraction) >>> 0
}

/** Two words: two singles, a double, or integers. */
export function pair(rng: Rng, double: boolean): readonly [number, number] {
  const kind = rng()
  if (kind < 0.15) return [integer(rng), integer(rng)]
  if (!double || kind < 0.5) return [single(rng), single(rng)]
  if (kind < 0.7)
    return [
      rng() < 0.6 ? 0 : below(rng, 2 ** 32),
      ((choose(rng, heads) << 16) | (rng() < 0.7 ? 0 : below(rng, 16))) >>> 0,
    ]
  const exponent = 1023 + below(rng, 80) - 40
  return [
    rng() < 0.3 ? 0 : below(rng, 2 ** 32),
    ((below(rng, 2) << 31) | (exponent << 20) | below(rng, 2 ** 20)) >>> 0,
  ]
}
