/** Numbers in an ELF file, or in a part of one. */

/** How a file writes its numbers: EI_DATA and EI_CLASS. */
export interface ElfEncoding {
  readonly littleEndian: boolean
  readonly bits: 32 | 64
}

/** Bytes as the numbers that they hold, by the byte order and the width of the file. */
export class ElfView {
  readonly length: number
  /** 64 bits, not 32. */
  readonly wide: boolean
  readonly #view: DataView
  readonly #littleEndian: boolean

  constructor(bytes: Uint8Array, { littleEndian, bits }: ElfEncoding) {
    this.length = bytes.length
    this.wide = bits === 64
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#littleEndian = littleEndian
  }

  u8(at: number): number {
    return this.#view.getUint8(at)
  }
  u16(at: number): number {
    return this.#view.getUint16(at, this.#littleEndian)
  }
  u32(at: number): number {
    return this.#view.getUint32(at, this.#littleEndian)
  }
  /** A field as wide as the file's addresses: 4 or 8 bytes. */
  address(at: number): bigint {
    return this.wide ? this.#view.getBigUint64(at, this.#littleEndian) : BigInt(this.u32(at))
  }
  /** The same as a number; above 2^53 it is rounded, which every check of a range then rejects. */
  word(at: number): number {
    return this.wide ? Number(this.address(at)) : this.u32(at)
  }
}
