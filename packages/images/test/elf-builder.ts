/** Small ELF files, right and wrong ones. */

/** A program header and its bytes. */
export interface Piece {
  type?: number
  flags?: number
  virtual: bigint
  physical: bigint
  bytes: number[]
  memorySize?: number
  /** Where its bytes stand in the file; absent: behind those before. */
  offset?: number
  /** Absent: that of `bytes`. */
  fileSize?: number
}

/** A section header. */
export interface Section {
  name: string
  type?: number
  flags?: number
  address?: bigint
  /** Absent: behind what is before, with `bytes` there. */
  offset?: number
  bytes?: Uint8Array
  size?: number
  link?: number
}

export interface Spec {
  bits?: 32 | 64
  /** Absent: true. */
  littleEndian?: boolean
  type?: number
  machine?: number
  entry?: bigint
  pieces: Piece[]
  /** Instead of `symbols`. */
  sections?: Section[]
  symbols?: { name: string; info: number; section?: number; value: bigint; size?: number }[]
}

/** A small ELF file: header, program headers, contents; then strings, symbols and section headers if asked. */
export function elf({
  bits = 64,
  littleEndian = true,
  type = 2,
  machine = 243,
  entry = 0n,
  pieces,
  symbols,
  sections,
}: Spec): Uint8Array {
  const wide = bits === 64
  const out = new DataView(
    new ArrayBuffer(16384 + (sections ?? []).reduce((sum, s) => sum + (s.bytes?.length ?? 0) + 128, 0)),
  )
  const word = (at: number, value: bigint): void =>
    wide ? out.setBigUint64(at, value, littleEndian) : out.setUint32(at, Number(value), littleEndian)
  const w = bits / 8
  const [ehsize, phsize, shsize, symsize] = wide ? [64, 56, 64, 24] : [52, 32, 40, 16]
  out.setUint32(0, 0x7f454c46)
  out.setUint8(4, wide ? 2 : 1)
  out.setUint8(5, littleEndian ? 1 : 2)
  out.setUint8(6, 1)
  out.setUint16(16, type, littleEndian)
  out.setUint16(18, machine, littleEndian)
  out.setUint32(20, 1, littleEndian)
  word(24, entry)
  word(24 + w, BigInt(ehsize))
  const tail = 24 + 3 * w + 4
  out.setUint16(tail, ehsize, littleEndian)
  out.setUint16(tail + 2, phsize, littleEndian)
  out.setUint16(tail + 4, pieces.length, littleEndian)
  out.setUint16(tail + 6, shsize, littleEndian)
  let end = ehsize + pieces.length * phsize
  for (const [i, p] of pieces.entries()) {
    const at = ehsize + i * phsize
    out.setUint32(at, p.type ?? 1, littleEndian)
    out.setUint32(wide ? at + 4 : at + 24, p.flags ?? 5, littleEndian)
    const fields = [
      p.offset ?? end,
      p.virtual,
      p.physical,
      p.fileSize ?? p.bytes.length,
      p.memorySize ?? p.bytes.length,
    ].map(BigInt)
    for (const [n, value] of fields.entries()) word(at + (wide ? 8 : 4) + n * w, value)
    for (const byte of p.bytes) out.setUint8(end++, byte)
  }
  if (symbols) {
    const strings = `\0${symbols.map(s => `${s.name}\0`).join('')}`
    const stringsAt = end
    for (const c of strings) out.setUint8(end++, c.charCodeAt(0))
    const symbolsAt = end
    for (const s of symbols) {
      out.setUint32(end, strings.indexOf(`\0${s.name}\0`) + 1, littleEndian)
      out.setUint8(end + (wide ? 4 : 12), s.info)
      out.setUint16(end + (wide ? 6 : 14), s.section ?? 1, littleEndian)
      word(end + (wide ? 8 : 4), s.value)
      word(end + (wide ? 16 : 8), BigInt(s.size ?? 0))
      end += symsize
    }
    word(24 + 2 * w, BigInt(end))
    out.setUint16(tail + 8, 3, littleEndian)
    const section = (kind: number, offset: number, size: number, link: number): void => {
      out.setUint32(end + 4, kind, littleEndian)
      word(end + 8 + 2 * w, BigInt(offset))
      word(end + 8 + 3 * w, BigInt(size))
      out.setUint32(end + 8 + 4 * w, link, littleEndian)
      end += shsize
    }
    section(0, 0, 0, 0)
    section(2, symbolsAt, symbols.length * symsize, 2)
    section(3, stringsAt, strings.length, 0)
  }
  if (sections) {
    const all: Section[] = [{ name: '', type: 0 }, ...sections, { name: '.shstrtab', type: 3 }]
    const strings = all.map(s => `${s.name}\0`).join('')
    ;(all.at(-1) as Section).bytes = new TextEncoder().encode(strings)
    const offsets = all.map(s => {
      const at = s.offset ?? end
      if (s.bytes) {
        new Uint8Array(out.buffer).set(s.bytes, at)
        end = Math.max(end, at + s.bytes.length)
      }
      return at
    })
    end = (end + 7) & ~7
    word(24 + 2 * w, BigInt(end))
    out.setUint16(tail + 8, all.length, littleEndian)
    out.setUint16(tail + 10, all.length - 1, littleEndian)
    for (const [i, s] of all.entries()) {
      out.setUint32(end, i === 0 ? 0 : strings.indexOf(`\0${s.name}\0`) + 1, littleEndian)
      out.setUint32(end + 4, s.type ?? 1, littleEndian)
      const fields = [s.flags ?? 0, s.address ?? 0n, offsets[i] ?? 0, s.size ?? s.bytes?.length ?? 0]
      for (const [n, value] of fields.entries()) word(end + 8 + n * w, BigInt(value))
      out.setUint32(end + 8 + 4 * w, s.link ?? 0, littleEndian)
      end += shsize
    }
  }
  return new Uint8Array(out.buffer, 0, end)
}
