import { PluginError } from '@guestscope/plugin-api'

const decoder = new TextDecoder()
/** Bytes of a LEB128 number: ten have room for 64 bits. */
const longest = 10

/** Reads the encodings of DWARF (version 5, chapter 7) one after the other. */
export class DwarfReader {
  readonly bytes: Uint8Array
  at: number
  /** Reading beyond it is an error. */
  end: number
  /** Bytes of an offset: 4, or 8 in a unit in the 64-bit format. */
  offsetSize: 4 | 8 = 4
  /** Bytes of an address; a unit's header says. */
  addressSize = 8
  readonly #view: DataView
  readonly #littleEndian: boolean
  readonly #section: string

  /** `section` names the bytes in errors. */
  constructor(section: string, bytes: Uint8Array, littleEndian = true, at = 0) {
    this.#section = section
    this.bytes = bytes
    this.at = at
    this.end = bytes.length
    this.#littleEndian = littleEndian
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Moves over some bytes and gives the place before them. */
  skip(count: number): number {
    const at = this.at
    if (!(count >= 0) || at + count > this.end) throw this.damaged()
    this.at = at + count
    return at
  }

  u8(): number {
    return this.#view.getUint8(this.skip(1))
  }
  i8(): number {
    return this.#view.getInt8(this.skip(1))
  }
  u16(): number {
    return this.#view.getUint16(this.skip(2), this.#littleEndian)
  }
  u24(): number {
    if (!this.#littleEndian) return (this.u16() << 8) | this.u8()
    return this.u16() | (this.u8() << 16)
  }
  u32(): number {
    return this.#view.getUint32(this.skip(4), this.#littleEndian)
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.skip(8), this.#littleEndian)
  }

  /** Unsigned, as a number: exact up to 2^53. */
  uleb(): number {
    return Number(BigInt.asUintN(64, this.#leb().value))
  }
  /** Signed. */
  sleb(): bigint {
    const { value, bits, last } = this.#leb()
    return last & 0x40 ? value - (1n << BigInt(bits)) : value
  }
  #leb(): { value: bigint; bits: number; last: number } {
    let value = 0n
    for (let bits = 0; bits < 7 * longest; ) {
      const byte = this.u8()
      value |= BigInt(byte & 0x7f) << BigInt(bits)
      bits += 7
      if ((byte & 0x80) === 0) return { value, bits, last: byte }
    }
    throw this.damaged(`has a number of more than ${longest} bytes`)
  }

  /** A number of things to come, each of at least `size` bytes. */
  count(size: number): number {
    const count = this.uleb()
    if (count > 0 && (size === 0 || count * size > this.end - this.at))
      throw this.damaged(`counts ${count} entries where there is no room for them`)
    return count
  }

  /** An offset into a section, in the format of the unit. */
  offset(): number {
    return this.offsetSize === 4 ? this.u32() : Number(this.u64())
  }
  address(): bigint {
    return this.uint(this.addressSize)
  }
  /** An unsigned integer of so many bytes. */
  uint(size: number): bigint {
    if (size === 8) return this.u64()
    if (size === 4) return BigInt(this.u32())
    if (size === 2) return BigInt(this.u16())
    if (size === 1) return BigInt(this.u8())
    throw this.damaged()
  }
  /** A text up to its zero byte. */
  string(): string {
    const end = this.bytes.indexOf(0, this.at)
    if (end < 0 || end >= this.end) throw this.damaged()
    const text = decoder.decode(this.bytes.subarray(this.at, end))
    this.at = end + 1
    return text
  }

  /** The length of a unit, which says its format; sets `end` to the unit's and gives it. */
  unit(): number {
    const short = this.u32()
    this.offsetSize = short === 0xffff_ffff ? 8 : 4
    const length = this.offsetSize === 8 ? Number(this.u64()) : short
    if (this.at + length > this.bytes.length) throw this.damaged()
    this.end = this.at + length
    return this.end
  }

  /** The error for what cannot be read. */
  damaged(what = 'ends too early'): PluginError {
    return new PluginError(
      'dwarf/damaged',
      `The debug information is damaged: section ${this.#section} ${what} at byte 0x${this.at.toString(16)}.`,
      'Build the program again; DWARF versions 2 to 5 are understood.',
    )
  }
}
