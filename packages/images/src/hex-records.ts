/** The lines of Intel HEX files. */
import { ImageError } from '@guestscope/core/errors'

/** Types of records: 0 to 5 of Intel, 10 to 14 of Universal Hex. */
export const HexType = {
  data: 0,
  end: 1,
  segmentBase: 2,
  segmentStart: 3,
  linearBase: 4,
  linearStart: 5,
  blockStart: 10,
  blockEnd: 11,
  padding: 12,
  customData: 13,
  otherData: 14,
} as const

const known: ReadonlySet<number> = new Set(Object.values(HexType))
/** Bytes of data that the others have. */
const lengths: Readonly<Record<number, number>> = { 1: 0, 2: 2, 3: 4, 4: 2, 5: 4, 10: 4 }

export interface HexRecord {
  /** From 1. */
  readonly line: number
  readonly type: number
  readonly offset: number
  readonly data: Uint8Array
}

/** The data of a record as one number, high byte first. */
export const hexWord = ({ data }: HexRecord): number => data.reduce((value, byte) => value * 256 + byte, 0)

const byteOrderMarks: readonly { readonly bytes: readonly number[]; readonly colon: readonly number[] }[] = [
  { bytes: [0xef, 0xbb, 0xbf], colon: [0x3a] },
  { bytes: [0xff, 0xfe], colon: [0x3a, 0] },
  { bytes: [0xfe, 0xff], colon: [0, 0x3a] },
]
const begins = (file: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => file[i] === byte)

/** So much of the beginning is looked at. */
const glance = 4096

/**
 * Does the file look like one: is a colon the first character, or is one of the first lines a record? So files with
 * comments or a byte-order mark get a message about HEX.
 */
export function isHex(file: Uint8Array): boolean {
  if (file.find(byte => byte > 0x20) === 0x3a) return true
  if (byteOrderMarks.some(({ bytes, colon }) => begins(file, [...bytes, ...colon]))) return true
  const text = new TextDecoder('latin1').decode(file.subarray(0, glance))
  return !text.includes('\0') && /^[ \t]*:([\da-f]{2}){5,}[ \t]*$/im.test(text)
}

/** All records, blank lines left out. Throws an `ImageError` (`image/hex-…`) that names the line. */
export function* hexRecords(file: Uint8Array): Generator<HexRecord> {
  const mark = byteOrderMarks.find(({ bytes }) => begins(file, bytes))
  if (mark !== undefined)
    throw new ImageError(
      'image/hex-text',
      `Line 1 of the HEX file begins with a byte-order mark${mark.colon.length > 1 ? ' of UTF-16' : ''}, which no record has.`,
      'Save the file as ASCII text, without a byte-order mark.',
    )
  let line = 1
  for (let at = 0; at < file.length; line++) {
    const end = lineEnd(file, at)
    const text = trimmed(file, at, end)
    if (text.length > 0) yield readRecord(text, line)
    at = end + (file[end] === 0x0d && file[end + 1] === 0x0a ? 2 : 1)
  }
}

function lineEnd(file: Uint8Array, start: number): number {
  let at = start
  while (at < file.length && file[at] !== 0x0a && file[at] !== 0x0d) at++
  return at
}

/** A line without white space around it. */
function trimmed(file: Uint8Array, start: number, end: number): Uint8Array {
  const blank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09
  let [from, to] = [start, end]
  while (from < to && blank(file[from])) from++
  while (to > from && blank(file[to - 1])) to--
  return file.subarray(from, to)
}

/** The value of a hexadecimal digit; of another character, NaN. */
function digit(character: number | undefined): number {
  const letter = (character ?? 0) | 0x20
  if (letter >= 0x61 && letter <= 0x66) return letter - 0x57
  return character !== undefined && character >= 0x30 && character <= 0x39 ? character - 0x30 : Number.NaN
}

const damaged = 'The file is damaged: copy it or make it again.'

function readRecord(text: Uint8Array, line: number): HexRecord {
  const where = `Line ${line} of the HEX file`
  const bytes = pairs(text)
  if (bytes === undefined)
    throw new ImageError(
      'image/hex-syntax',
      `${where} is not a record, a colon and pairs of hexadecimal digits.`,
      text[0] === 0x3a ? damaged : 'HEX files have no comments: take the line out, or make the file again.',
    )
  const length = bytes[0] ?? 0
  if (bytes.length !== length + 5)
    throw new ImageError(
      'image/hex-length',
      `${where} has ${Math.max(0, bytes.length - 5)} bytes of data and says ${length}.`,
      damaged,
    )
  const shown = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`
  const found = bytes.at(-1) ?? 0
  let right = found
  for (const byte of bytes) right -= byte
  right &= 0xff
  if (found !== right)
    throw new ImageError(
      'image/hex-checksum',
      `${where} has the checksum ${shown(found)}, its bytes make ${shown(right)}.`,
      damaged,
    )
  const type = bytes[3] ?? 0
  if (!known.has(type))
    throw new ImageError(
      'image/hex-record',
      `${where} has a record of type ${shown(type)}, which is neither Intel HEX nor Universal Hex.`,
      damaged,
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

/** The bytes behind the colon; `undefined` if the line is something else. */
function pairs(text: Uint8Array): Uint8Array | undefined {
  const count = (text.length - 1) / 2
  if (text[0] !== 0x3a || count < 1 || !Number.isInteger(count)) return undefined
  // Longer lines are none: the length is one byte.
  const bytes = new Uint8Array(Math.min(count, 261))
  for (let i = 0; i < bytes.length; i++) {
    const value = digit(text[1 + 2 * i]) * 16 + digit(text[2 + 2 * i])
    if (Number.isNaN(value)) return undefined
    bytes[i] = value
  }
  return bytes
}
