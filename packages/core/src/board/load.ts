/** Puts bytes into a machine's memory. */

import { ConfigError, ImageError } from '../events/errors.ts'
import type { GuestMemory, MemoryRegion } from '../memory/memory.ts'
import type { LoadedImage, Segment } from './image.ts'

const hex = (x: bigint): string => `0x${x.toString(16)}`
const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** The memory that holds all of a range. */
const holder = (memory: GuestMemory, base: bigint, size: number): MemoryRegion | undefined =>
  memory.regions.find(r => base >= r.base && base + BigInt(size) <= r.base + BigInt(r.size))

/** Writes bytes of the board itself at a physical address. Throws a `ConfigError` where there is no memory. */
export function place(memory: GuestMemory, physical: bigint, bytes: Uint8Array): void {
  const region = holder(memory, physical, bytes.length)
  if (region === undefined)
    throw new ConfigError(
      'config/memory',
      `The board puts ${bytes.length} bytes at ${hex(physical)}, where the machine has no memory.`,
      'Give the machine more with --memory.',
    )
  memory.bytes.set(bytes, region.linear + Number(physical - region.base))
}

/** A segment without the file's headers, which no program needs in memory. */
export function withoutHeaders({ headers = 0, ...segment }: Segment): Segment {
  return {
    ...segment,
    physical: segment.physical + BigInt(headers),
    virtual: segment.virtual + BigInt(headers),
    bytes: segment.bytes.subarray(headers),
    memorySize: segment.memorySize - headers,
  }
}

/**
 * Loads a program. `fixedMemory`: the board has no more memory to give. Throws an `ImageError` if a segment lies outside
 * memory (`image/outside-memory`) or two have bytes for the same place (`image/overlap`).
 */
export function loadImage(memory: GuestMemory, image: LoadedImage, fixedMemory = false): void {
  const fit = image.segments.map(segment => fitting(memory, segment, fixedMemory))
  const segments = overlapping(fit) === undefined ? fit : fit.map(withoutHeaders)
  const pair = overlapping(segments)
  if (pair !== undefined)
    throw new ImageError(
      'image/overlap',
      `Two segments fill ${hex(pair[1].physical)}: ${pair.map(describe).join(' and ')}.`,
      'Link or load one of them elsewhere.',
    )
  for (const { physical, bytes } of segments) if (bytes.length > 0) place(memory, physical, bytes)
}

/** The segment as far as it is to be loaded. */
function fitting(memory: GuestMemory, segment: Segment, fixedMemory: boolean): Segment {
  const whole = checkedRange(memory, segment)
  if (whole === undefined) return segment
  const content = withoutHeaders(segment)
  if (content.memorySize === 0) return content
  const outside = checkedRange(memory, content)
  if (outside === undefined) return content
  throw outsideMemory(memory, segment, outside, fixedMemory)
}

interface Range {
  readonly base: bigint
  readonly size: number
}

/** What of a segment has no memory: the contents, with the zeros behind them, or these alone. */
function checkedRange(
  memory: GuestMemory,
  { physical, virtual, bytes, memorySize }: Segment,
): Range | undefined {
  if (physical === virtual)
    return holder(memory, physical, memorySize) ? undefined : { base: physical, size: memorySize }
  if (bytes.length > 0 && !holder(memory, physical, bytes.length))
    return { base: physical, size: bytes.length }
  // Firmware clears them where the program runs; a kernel that turns on paging has them behind its contents.
  const zeros = memorySize - bytes.length
  if (zeros === 0) return undefined
  const places = [virtual, physical].map(base => base + BigInt(bytes.length))
  if (places.some(base => holder(memory, base, zeros))) return undefined
  return { base: virtual + BigInt(bytes.length), size: zeros }
}

function outsideMemory(
  memory: GuestMemory,
  { headers, origin }: Segment,
  { base, size }: Range,
  fixedMemory: boolean,
): ImageError {
  const own = memory.regions.filter((r, i, all) => all.findIndex(o => o.linear === r.linear) === i)
  const ranges = own.map(r => `${r.name} ${hex(r.base)}…${hex(r.base + BigInt(r.size) - 1n)}`)
  const begins = own.find(r => base >= r.base && base < r.base + BigInt(r.size))
  const fits =
    begins === undefined
      ? ''
      : ` Of these ${begins.base + BigInt(begins.size) - base} bytes fit into ${begins.name}.`
  const link =
    headers === undefined
      ? "Link the program to addresses in the machine's memory"
      : "Link the program to addresses in the machine's memory, and with -Wl,-N, which puts no headers in front of it"
  return new ImageError(
    'image/outside-memory',
    `A segment of the image (${hex(base)}, ${size} bytes${origin === undefined ? '' : `: ${origin}`}) ` +
      `lies outside the machine's memory (${ranges.join(', ')}).${fits}`,
    fixedMemory
      ? `${link}; its size is that of the real board.`
      : `${link}, or, if it ends behind RAM, give the machine more with --memory.`,
  )
}

/** Two segments that have bytes for one place. */
function overlapping(segments: readonly Segment[]): [Segment, Segment] | undefined {
  const sorted = segments
    .filter(({ bytes }) => bytes.length > 0)
    .sort((a, b) => order(a.physical, b.physical))
  for (const [i, segment] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before !== undefined && before.physical + BigInt(before.bytes.length) > segment.physical)
      return [before, segment]
  }
  return undefined
}

const describe = ({ physical, bytes, origin }: Segment): string =>
  `${hex(physical)}…${hex(physical + BigInt(bytes.length) - 1n)}${origin === undefined ? '' : ` (${origin})`}`
