/** Files gone wrong, for tests of what reads files: mutations that a seed repeats. */
import { below, type Random, seeded } from './random.ts'

/** Numbers at which counts, offsets and sizes go wrong. */
const numbers: readonly bigint[] = [
  ...[0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn],
  ...[1n << 53n, 1n << 62n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n],
]

type Mutation = (random: Random, bytes: Uint8Array, other: Uint8Array) => Uint8Array

/** Half of the places are near the beginning or the end, where headers and tables are. */
function place(random: Random, length: number): number {
  const near = Math.min(length, 256)
  const kinds = [
    below(random, length),
    below(random, length),
    below(random, near),
    length - 1 - below(random, near),
  ]
  return Math.max(0, kinds[below(random, kinds.length)] as number)
}

const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array => {
  const copy = bytes.slice()
  if (copy.length > 0) change(copy)
  return copy
}

/** A piece of `from` at a place of `bytes`, instead of `removed` bytes. */
function spliced(bytes: Uint8Array, at: number, removed: number, from: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + from.length)
  result.set(bytes.subarray(0, at))
  result.set(from, at)
  result.set(bytes.subarray(at + removed), at + from.length)
  return result
}

function piece(random: Random, bytes: Uint8Array, most: number): Uint8Array {
  const at = below(random, bytes.length + 1)
  return bytes.subarray(at, at + below(random, most))
}

const mutations: readonly Mutation[] = [
  (random, bytes) =>
    changed(bytes, copy => {
      const at = place(random, copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8))
    }),
  (random, bytes) =>
    changed(bytes, copy => {
      copy[place(random, copy.length)] = below(random, 256)
    }),
  (random, bytes) =>
    changed(bytes, copy => {
      const size = [1, 2, 4, 8][below(random, 4)] as number
      const at = place(random, copy.length) & -size
      const given = [BigInt(copy.length), BigInt(below(random, copy.length + 1)), ...numbers]
      const value = (given[below(random, given.length)] as bigint) + BigInt(below(random, 3) - 1)
      for (let i = 0; i < size && at + i < copy.length; i++)
        copy[at + i] = Number((value >> BigInt(8 * i)) & 0xffn)
    }),
  (random, bytes) => bytes.slice(0, place(random, bytes.length + 1)),
  (random, bytes) =>
    changed(bytes, copy => {
      const at = place(random, copy.length)
      copy.fill([0, 0x80, 0xff, below(random, 256)][below(random, 4)] as number, at, at + below(random, 64))
    }),
  (random, bytes, other) => spliced(bytes, place(random, bytes.length + 1), 0, piece(random, other, 256)),
  (random, bytes) => {
    const at = place(random, bytes.length + 1)
    return spliced(bytes, at, Math.min(below(random, 64), bytes.length - at), new Uint8Array(0))
  },
]

/** One of the files with a few faults. */
export function mutated(random: Random, files: readonly Uint8Array[]): Uint8Array {
  const any = (): Uint8Array => files[below(random, files.length)] as Uint8Array
  let bytes = any()
  for (let left = 1 + below(random, 6); left > 0; left--) {
    const mutation = mutations[below(random, mutations.length)] as Mutation
    bytes = mutation(random, bytes, any())
  }
  return bytes
}

/** An error that tells the user what to do, as all errors about files do. */
const isCoded = (error: unknown): boolean =>
  error instanceof Error &&
  typeof (error as { code?: unknown }).code === 'string' &&
  typeof (error as { hint?: unknown }).hint === 'string'

/**
 * Has a reader read so many mutated files. It may throw coded errors; everything else, and what the reader's own
 * assertions throw, ends the test with the seed that repeats it.
 */
export function fuzz(
  files: readonly Uint8Array[],
  rounds: number,
  read: (bytes: Uint8Array, random: Random) => void,
): void {
  for (let seed = 1; seed <= rounds; seed++) {
    const random = seeded(seed)
    try {
      read(mutated(random, files), random)
    } catch (error) {
      if (!isCoded(error)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    }
  }
}
