/** Model of one cache: which blocks of memory it holds, not what is in them. */

/** How a full set makes room. */
export type Eviction = 'lru' | 'fifo' | 'rand'

/** Bytes in all, bytes of a block, blocks of a set. */
export interface CacheShape {
  readonly size: number
  readonly block: number
  readonly ways: number
}

/** Blocks of all caches of one kind together: what the memory of the host allows. */
const mostBlocks = 2 ** 25

/** What is wrong with a shape of which there are to be so many, or undefined. */
export function shapeFault({ size, block, ways }: CacheShape, caches: number): string | undefined {
  if ((block & (block - 1)) !== 0) return `blocks of ${block} bytes are not a power of two`
  if (size % (block * ways) !== 0)
    return `${size} bytes cannot be divided into sets of ${ways} × ${block} bytes`
  if ((size / block) * caches > mostBlocks)
    return `${caches} × ${size / block} blocks are more than the ${mostBlocks} that there can be`
  return undefined
}

/** A set-associative cache. */
export class CacheModel {
  accesses = 0
  misses = 0
  readonly #block: number
  readonly #ways: number
  readonly #sets: number
  readonly #evict: Eviction
  /** Block numbers, the sets one after the other; lru: the last used first. -1: empty. */
  readonly #held: Float64Array
  /** fifo: which way of a set is replaced next. */
  readonly #next: Uint16Array
  #random = 0x2545_f491

  constructor({ size, block, ways }: CacheShape, evict: Eviction) {
    this.#block = block
    this.#ways = ways
    this.#sets = size / (block * ways)
    this.#evict = evict
    this.#held = new Float64Array(this.#sets * ways).fill(-1)
    this.#next = new Uint16Array(this.#sets)
  }

  /** Block that an address lies in. */
  blockOf(address: number): number {
    return Math.floor(address / this.#block)
  }

  /** Accesses an address; true if it was held. */
  access(address: number): boolean {
    this.accesses++
    const held = this.#held
    const block = this.blockOf(address)
    const set = block % this.#sets
    const first = set * this.#ways
    const end = first + this.#ways
    let at = first
    while (at < end && held[at] !== block && held[at] !== -1) at++
    const hit = at < end && held[at] === block
    if (!hit) {
      this.misses++
      if (at === end) at = this.#victim(set, first)
    }
    if (this.#evict === 'lru') held.copyWithin(first + 1, first, at)
    held[this.#evict === 'lru' ? first : at] = block
    return hit
  }

  /** The way of a full set that has to go. */
  #victim(set: number, first: number): number {
    if (this.#evict === 'lru') return first + this.#ways - 1
    if (this.#evict === 'fifo') {
      const way = this.#next[set] as number
      this.#next[set] = (way + 1) % this.#ways
      return first + way
    }
    // xorshift32: the same run gives the same numbers
    let x = this.#random
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#random = x
    return first + ((x >>> 0) % this.#ways)
  }
}
