/** 2^40 + 435, to the fourth power, modulo 2^64: what four zero bytes do to the hash. */
const fourth = BigInt.asUintN(64, 0x100000001b3n ** 4n)
const fourthLow = Number(fourth & 0xffff_ffffn) | 0
const fourthHigh = Number(fourth >> 32n) | 0

/**
 * 64-bit FNV-1a over program counters, eight bytes each, lowest first; in 32-bit arithmetic, because it runs once per
 * instruction (14 ns). The prime is 2^40 + 435, so a byte is: exclusive or, multiply by 435, and add the low half
 * shifted left by 8 to the high half.
 */
export class PcHash {
  #low = 0x84222325 | 0
  #high = 0xcbf29ce4 | 0

  /** Adds an address, given in halves. */
  add(low: number, high: number): void {
    this.#word(low)
    if (high === 0) this.#zeros()
    else this.#word(high)
  }

  #word(word: number): void {
    let low = this.#low
    let high = this.#high
    for (let shift = 0; shift < 32; shift += 8) {
      low ^= (word >>> shift) & 0xff
      const carry = ((low >>> 16) * 435 + (((low & 0xffff) * 435) >>> 16)) >>> 16
      high = (Math.imul(high, 435) + carry + (low << 8)) | 0
      low = Math.imul(low, 435)
    }
    this.#low = low
    this.#high = high
  }

  /** Four zero bytes at once. */
  #zeros(): void {
    const low = this.#low
    this.#high =
      (multiplyHigh(low, fourthLow) + Math.imul(this.#high, fourthLow) + Math.imul(low, fourthHigh)) | 0
    this.#low = Math.imul(low, fourthLow)
  }

  /** Sixteen hexadecimal digits. */
  toString(): string {
    const half = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
    return half(this.#high) + half(this.#low)
  }
}

/** Upper 32 bits of the unsigned product. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16]
  const one = Math.imul(aLow, bHigh) >>> 0
  const other = Math.imul(aHigh, bLow) >>> 0
  const middle = (Math.imul(aLow, bLow) >>> 16) + (one & 0xffff) + (other & 0xffff)
  return (Math.imul(aHigh, bHigh) + (one >>> 16) + (other >>> 16) + (middle >>> 16)) | 0
}
