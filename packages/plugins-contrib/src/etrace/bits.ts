/**
 * Fields of packets, low bits first. The layout of a packet is described once, against this interface, and serves for
 * writing (each field is given) and for reading (none is).
 */
export interface BitFields {
  /** An unsigned field of up to 32 bits. */
  bits(width: number, value?: number): number
  /** An unsigned field of any width. */
  long(width: number, value?: bigint): bigint
  /** A bit that is the same as the one before it, so that it compresses away, unless the flag is set. */
  flag(value?: boolean): boolean
  /** As many bits that are the same as the one before them. */
  repeat(width: number): void
}

/** Writes fields. */
export class BitWriter implements BitFields {
  #value = 0n
  #length = 0

  bits(width: number, value = 0): number {
    this.long(width, BigInt(value >>> 0))
    return value
  }
  long(width: number, value = 0n): bigint {
    this.#value |= BigInt.asUintN(width, value) << BigInt(this.#length)
    this.#length += width
    return value
  }
  flag(value = false): boolean {
    const before = Number((this.#value >> BigInt(this.#length - 1)) & 1n)
    this.bits(1, value ? before ^ 1 : before)
    return value
  }

  repeat(width: number): void {
    for (let i = 0; i < width; i++) this.flag()
  }

  /** All bits, without the bytes at the end that repeat the sign: a reader gets them back by sign extension. */
  bytes(): Uint8Array {
    const signed = BigInt.asIntN(this.#length, this.#value)
    let size = Math.ceil(this.#length / 8)
    while (size > 1 && BigInt.asIntN(8 * (size - 1), signed) === signed) size--
    return Uint8Array.from({ length: size }, (_, i) => Number((signed >> BigInt(8 * i)) & 0xffn))
  }
}

/** Reads fields; the last bit of the bytes goes on for ever. */
export class BitReader implements BitFields {
  readonly #value: bigint
  #at = 0

  constructor(bytes: Uint8Array) {
    let value = 0n
    bytes.forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i)
    })
    this.#value = BigInt.asIntN(8 * bytes.length, value)
  }

  bits(width: number): number {
    return Number(this.long(width))
  }
  long(width: number): bigint {
    const value = BigInt.asUintN(width, this.#value >> BigInt(this.#at))
    this.#at += width
    return value
  }
  flag(): boolean {
    const before = Number((this.#value >> BigInt(this.#at - 1)) & 1n)
    return this.bits(1) !== before
  }
  repeat(width: number): void {
    this.#at += width
  }
}
