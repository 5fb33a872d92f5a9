/**
 * 64-bit FNV-1a over program counters, eight bytes each, lowest first; in 32-bit arithmetic, because it runs once per
 * instruction. The prime is 2^40 + 435, so a step is: multiply by 435, and add the low half shifted left by 8 to the
 * high half.
 */
export class PcHash {
  #low = 0x84222325 | 0
  #high = 0xcbf29ce4 | 0

  /** Adds an address, given in halves. */
  add(low: number, high: number): void {
    this.#word(low)
    this.#word(high)
  }

  #word(word: number): void {
    let low = this.#low
    let high = this.#high
    for (let shift = 0; shift < 32; shift += 8) {
      low ^= (word >>> shift) & 0xff
      const bottom = (low & 0xffff) * 435
      const top = (low >>> 16) * 435 + (bottom >>> 16)
      high = (Math.imul(high, 435) + (top >>> 16) + (low << 8)) | 0
      low = (top << 16) | (bottom & 0xffff)
    }
    this.#low = low
    this.#high = high
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    const half = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
    return half(this.#high) + half(this.#low)
  }
}
