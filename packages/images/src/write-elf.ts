/** The smallest ELF files that loaders take. */

/** A piece of memory, and its contents. */
export interface ElfSegment {
  /** Where it is loaded and runs. */
  readonly base: number
  readonly bytes: Uint8Array
  /** Bytes in memory, those behind the contents zero; absent: as many as `bytes`. */
  readonly memorySize?: number
  /** 4 read, 2 write, 1 execute. */
  readonly flags: number
  readonly align: number
}

/** An executable. */
export interface ElfOptions {
  readonly bits: 32 | 64
  /** Byte order of the file; absent: true. */
  readonly littleEndian?: boolean
  /** `e_machine`, `e_flags`. */
  readonly machine: number
  readonly flags: number
  readonly entry: number
  readonly segments: readonly ElfSegment[]
}

const page = 0x1000

/** Headers, and the segments, each at the beginning of a page of the file. */
export function writeElf({
  bits,
  littleEndian = true,
  machine,
  flags,
  entry,
  segments,
}: ElfOptions): Uint8Array {
  const wide = bits === 64
  const [headerSize, segmentHeaderSize] = wide ? [64, 56] : [52, 32]
  const offsets: number[] = []
  let end = page
  for (const { bytes } of segments) {
    offsets.push(Math.ceil(end / page) * page)
    end = (offsets.at(-1) as number) + bytes.length
  }
  const file = new Uint8Array(end)
  const view = new DataView(file.buffer)
  let at = 16
  const u16 = (...values: number[]): void => {
    for (const value of values) {
      view.setUint16(at, value, littleEndian)
      at += 2
    }
  }
  const u32 = (...values: number[]): void => {
    for (const value of values) {
      view.setUint32(at, value, littleEndian)
      at += 4
    }
  }
  const word = (...values: number[]): void => {
    for (const value of values) {
      if (wide && !littleEndian) u32(0)
      u32(value)
      if (wide && littleEndian) u32(0)
    }
  }
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1])
  u16(2, machine) // executable
  u32(1)
  word(entry, headerSize, 0)
  u32(flags)
  u16(headerSize, segmentHeaderSize, segments.length, 0, 0, 0)
  segments.forEach((segment, i) => {
    const { base, bytes, memorySize = bytes.length, align } = segment
    u32(1)
    if (wide) u32(segment.flags)
    word(offsets[i] as number, base, base, bytes.length, memorySize)
    if (!wide) u32(segment.flags)
    word(align)
    file.set(bytes, offsets[i])
  })
  return file
}
