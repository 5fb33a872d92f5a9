/**
 * Reads Intel HEX files ("Hexadecimal Object File Format Specification", 1988): a record per line, `:` then length,
 * address, type, data and checksum in hexadecimal. Any bytes give an image or an `ImageError` that names the line.
 */
import type { ImageExpectation, LoadedImage, Segment } from './elf.ts'
import { ImageError } from './errors.ts'

const Type = {
  data: 0,
  end: 1,
  segmentBase: 2,
  segmentStart: 3,
  linearBase: 4,
  linearStart: 5,
} as const
/** Bytes of data that the others have. */
const lengths: Readonly<Record<number, number>> = { 1: 0, 2: 2, 3: 4, 4: 2, 5: 4 }

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`

interface HexRecord {
  readonly line: number
  readonly type: number
  readonly offset: number
  readonly data: Uint8Array
}

/** Bytes at an address, and the line that they come from. */
interface Piece {
  readonly line: number
  readonly address: number
  readonly bytes: Uint8Array
}

/** Does the file look like one: a colon before anything else? */
export function isHex(file: Uint8Array): boolean {
  const first = file.find(byte => byte > 0x20)
  return first === 0x3a
}

/** Reads a program; without a start record its entry is the lowest address. */
export function loadHex(file: Uint8Array, kind: ImageExpectation): LoadedImage {
  const { pieces, start } = readPieces(file)
  const segments = joined(pieces)
  const [lowest] = segments
  if (lowest === undefined)
    throw new ImageError(
      'image/no-segments',
      'The HEX file has no data to load.',
      'Check how it was made (objcopy -O ihex).',
    )
  return {
    machine: kind.machine,
    bits: kind.bits,
    littleEndian: true,
    entry: start === undefined ? lowest.physical : BigInt(start) & ~(kind.isaBits ?? 0n),
    segments,
    symbols: () => [],
  }
}

function readPieces(file: Uint8Array): { pieces: Piece[]; start: number | undefined } {
  const pieces: Piece[] = []
  let base = 0
  /** After a segment base, addresses wrap at 64 KiB. */
  let wraps = false
  let start: number | undefined
  const word = ({ data }: HexRecord): number => data.reduce((value, byte) => value * 256 + byte, 0)
  for (const record of records(file)) {
    const { line, type, offset, data } = record
    switch (type) {
      case Type.data: {
        const most = wraps ? 0x10000 - offset : data.length
        place(pieces, line, base + offset, data.subarray(0, most))
        place(pieces, line, base, data.subarray(most))
        break
      }
      case Type.end:
        return { pieces, start }
      case Type.segmentBase:
        base = word(record) * 16
        wraps = true
        break
      case Type.linearBase:
        base = word(record) * 0x10000
        wraps = false
        break
      case Type.segmentStart:
        start = (word(record) >>> 16) * 16 + (word(record) & 0xffff)
        break
      default:
        start = word(record)
    }
  }
  throw new ImageError(
    'image/truncated',
    'The HEX file is truncated: its end record (:00000001FF) is missing.',
    'Copy the file or make it again.',
  )
}

function place(pieces: Piece[], line: number, address: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return
  if (address + bytes.length > 2 ** 32)
    throw new ImageError(
      'image/segment-address',
      `Line ${line} of the HEX file runs over the end of the 32-bit address space.`,
      'The file is damaged: copy it or make it again.',
    )
  pieces.push({ line, address, bytes })
}

function* records(file: Uint8Array): Generator<HexRecord> {
  const lines = new TextDecoder('latin1').decode(file).split(/\r\n|\r|\n/)
  for (const [i, raw] of lines.entries()) {
    const text = raw.trim()
    if (text !== '') yield readRecord(text, i + 1)
  }
}

function readRecord(text: string, line: number): HexRecord {
  const where = `Line ${line} of the HEX file`
  const damaged = 'The file is damaged: copy it or make it again.'
  if (!/^:([\da-f]{2})+$/i.test(text))
    throw new ImageError(
      'image/hex-syntax',
      `${where} is not a colon and pairs of hexadecimal digits.`,
      damaged,
    )
  const bytes = Uint8Array.from({ length: (text.length - 1) / 2 }, (_, i) =>
    Number.parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16),
  )
  const length = bytes[0] ?? 0
  if (bytes.length !== length + 5)
    throw new ImageError(
      'image/hex-length',
      `${where} has ${Math.max(0, bytes.length - 5)} bytes of data and says ${length}.`,
      damaged,
    )
  const found = bytes.at(-1) ?? 0
  const right = -bytes.subarray(0, -1).reduce((sum, byte) => sum + byte, 0) & 0xff
  if (found !== right)
    throw new ImageError(
      'image/hex-checksum',
      `${where} has the checksum ${hex(found, 2)}, its bytes make ${hex(right, 2)}.`,
      damaged,
    )
  const type = bytes[3] ?? 0
  if (type > Type.linearStart)
    throw new ImageError(
      'image/hex-record',
      `${where} has a record of type ${hex(type, 2)}, which is not Intel HEX.`,
      'Give a plain HEX file for one machine (a universal one holds several).',
    )
  const expected = lengths[type]
  if (expected !== undefined && length !== expected)
    throw new ImageError(
      'image/hex-length',
      `${where}, of type ${type}, has ${length} bytes of data instead of ${expected}.`,
      damaged,
    )
  return { line, type, offset: ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0), data: bytes.subarray(4, -1) }
}

/** Pieces by address, neighbours as one segment. */
function joined(pieces: readonly Piece[]): Segment[] {
  const sorted = pieces.toSorted((a, b) => a.address - b.address)
  const runs: Piece[][] = []
  let end = -1
  for (const piece of sorted) {
    if (piece.address < end)
      throw new ImageError(
        'image/hex-overlap',
        `Line ${piece.line} of the HEX file fills ${hex(piece.address, 8)}, which another line fills too.`,
        'Make the file again, of parts that do not overlap.',
      )
    if (piece.address === end) runs.at(-1)?.push(piece)
    else runs.push([piece])
    end = piece.address + piece.bytes.length
  }
  return runs.map(run => {
    const address = BigInt(run[0]?.address ?? 0)
    const bytes = new Uint8Array(run.reduce((sum, piece) => sum + piece.bytes.length, 0))
    let at = 0
    for (const piece of run) {
      bytes.set(piece.bytes, at)
      at += piece.bytes.length
    }
    return { physical: address, virtual: address, bytes, memorySize: bytes.length, executable: true }
  })
}
