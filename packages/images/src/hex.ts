/**
 * Reads Intel HEX files ("Hexadecimal Object File Format Specification", 1988): a record per line, `:` then length,
 * address, type, data and checksum in hexadecimal; and micro:bit's "Universal Hex" (specification 0.4.0), which holds
 * programs for several boards. Any bytes give an image or an `ImageError` that names the line.
 */
import type { LoadedImage, Segment } from '@guestscope/core'
import { ImageError } from '@guestscope/core/errors'
import type { ImageExpectation } from './elf.ts'
import { type HexRecord, HexType, hexRecords, hexWord } from './hex-records.ts'

export { isHex } from './hex-records.ts'

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`

/** Pieces that do not touch; more than any linker makes. */
const mostRuns = 2 ** 16

/** Bytes from an address on, as records follow each other; `line` has the first. */
interface Run {
  readonly line: number
  readonly address: number
  bytes: Uint8Array
  length: number
}

/** Reads a program; without a start record its entry is the lowest address. */
export function loadHex(file: Uint8Array, kind: ImageExpectation): LoadedImage {
  const { runs, start, boards } = readRuns(file)
  const segments = joined(runs)
  const [lowest] = segments
  if (lowest === undefined) throw noData(boards)
  return {
    machine: kind.machine,
    bits: kind.bits,
    littleEndian: kind.littleEndian ?? true,
    entry: start === undefined ? lowest.physical : BigInt(start) & ~(kind.isaBits ?? 0n),
    segments,
    symbols: () => [],
  }
}

function noData(boards: ReadonlySet<number>): ImageError {
  if (boards.size === 0)
    return new ImageError(
      'image/no-segments',
      'The HEX file has no data to load.',
      'Check how it was made (objcopy -O ihex).',
    )
  return new ImageError(
    'image/hex-board',
    `The universal HEX file has nothing for the first kind of board: its parts are for ${[...boards].map(id => hex(id, 4)).join(', ')}.`,
    'Give a HEX file that was made for the board.',
  )
}

function readRuns(file: Uint8Array): { runs: Run[]; start: number | undefined; boards: Set<number> } {
  const runs: Run[] = []
  const boards = new Set<number>()
  let base = 0
  /** After a segment base, addresses wrap at 64 KiB. */
  let wraps = false
  let start: number | undefined
  for (const record of hexRecords(file)) {
    const { line, type, offset, data } = record
    switch (type) {
      case HexType.data: {
        const most = wraps ? 0x10000 - offset : data.length
        append(runs, line, base + offset, data.subarray(0, most))
        append(runs, line, base, data.subarray(most))
        break
      }
      case HexType.end:
        return { runs, start, boards }
      case HexType.segmentBase:
        base = hexWord(record) * 16
        wraps = true
        break
      case HexType.linearBase:
        base = hexWord(record) * 0x10000
        wraps = false
        break
      case HexType.segmentStart:
        start = (hexWord(record) >>> 16) * 16 + (hexWord(record) & 0xffff)
        break
      case HexType.linearStart:
        start = hexWord(record)
        break
      case HexType.blockStart:
        boards.add(blockBoard(record))
        break
      // The rest of a universal file is not for the first board, whose data are plain records.
    }
  }
  throw new ImageError(
    'image/truncated',
    'The HEX file is truncated: its end record (:00000001FF) is missing.',
    'Copy the file or make it again.',
  )
}

/** The kind of board that a block of a universal file is for. */
const blockBoard = ({ data }: HexRecord): number => ((data[0] ?? 0) << 8) | (data[1] ?? 0)

function append(runs: Run[], line: number, address: number, bytes: Uint8Array): void {
  if (bytes.length === 0) return
  if (address + bytes.length > 2 ** 32)
    throw new ImageError(
      'image/segment-address',
      `Line ${line} of the HEX file runs over the end of the 32-bit address space.`,
      'The file is damaged: copy it or make it again.',
    )
  const last = runs.at(-1)
  if (last === undefined || last.address + last.length !== address) {
    if (runs.length === mostRuns)
      throw new ImageError(
        'image/hex-scattered',
        `Line ${line} of the HEX file begins another piece of memory, after ${mostRuns} others.`,
        'Give a HEX file whose records follow each other by their addresses.',
      )
    runs.push({ line, address, bytes: bytes.slice(), length: bytes.length })
    return
  }
  const length = last.length + bytes.length
  if (length > last.bytes.length) {
    const larger = new Uint8Array(2 * length)
    larger.set(last.bytes.subarray(0, last.length))
    last.bytes = larger
  }
  last.bytes.set(bytes, last.length)
  last.length = length
}

/** Runs by address, neighbours as one segment. */
function joined(runs: readonly Run[]): Segment[] {
  const groups: Run[][] = []
  let end = -1
  for (const run of runs.toSorted((a, b) => a.address - b.address)) {
    if (run.address < end)
      throw new ImageError(
        'image/hex-overlap',
        `Line ${run.line} of the HEX file fills ${hex(run.address, 8)}, which another line fills too.`,
        'Make the file again, of parts that do not overlap.',
      )
    if (run.address === end) groups.at(-1)?.push(run)
    else groups.push([run])
    end = run.address + run.length
  }
  return groups.map(segmentOf)
}

function segmentOf(runs: readonly Run[]): Segment {
  const [first] = runs as [Run]
  const address = BigInt(first.address)
  const bytes = new Uint8Array(runs.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const run of runs) {
    bytes.set(run.bytes.subarray(0, run.length), at)
    at += run.length
  }
  return {
    physical: address,
    virtual: address,
    bytes,
    memorySize: bytes.length,
    executable: true,
    origin: `line ${first.line} of the HEX file`,
  }
}
