/**
 * Where firmware, kernel, initial file system and device tree lie in the RAM of the `virt` board: where QEMU's has them
 * (hw/riscv/boot.c), except that nothing may overlap.
 */
import {
  type BootFiles,
  type BootPlan,
  ConfigError,
  type LoadedImage,
  withoutHeaders,
} from '@guestscope/core'
import { joinImages, loadRaw } from '@guestscope/images'
import { map } from './virt-tree.ts'

const MiB = 2 ** 20
const page = 4096n
/** More than any device tree of the board needs. */
const treeRoom = 0x4000

interface Range {
  /** How messages call it. */
  readonly name: string
  readonly base: bigint
  readonly end: bigint
}

const hex = (address: bigint): string => `0x${address.toString(16)}`
const describe = ({ name, base, end }: Range): string => `${name} (${hex(base)} … ${hex(end - 1n)})`
const up = (address: bigint, to: bigint): bigint => ((address + to - 1n) / to) * to
const more = 'Give the machine more memory (-m)'

/**
 * The place of a device tree of so many bytes: the highest multiple of 2 MiB (in RAM below 4 MiB: of 4 KiB) where it
 * fits below the end of RAM and, for RV32, below 3 GiB.
 */
export function treePlace(size: number, memoryBytes: number, xlen: 32 | 64): bigint {
  const ramEnd = Number(map.ram.base) + memoryBytes
  const end = xlen === 32 ? Math.min(ramEnd, 3072 * MiB) : ramEnd
  const align = memoryBytes < 4 * MiB ? 4096 : 2 * MiB
  return BigInt(Math.floor((end - size) / align) * align)
}

/**
 * Plans the start: raw firmware at the start of RAM; a raw kernel at the next multiple of 2 MiB (RV32: 4 MiB) after it;
 * the initial file system half of RAM, at most 512 MiB, above the kernel's start, or where there is room above the kernel.
 */
export function planBoot({ first, kernel, initrd }: BootFiles, memoryBytes: number, xlen: 32 | 64): BootPlan {
  const kind = { machine: 243, bits: xlen, name: `riscv${xlen}` }
  const imageAt = (file: LoadedImage | Uint8Array, base: bigint): LoadedImage =>
    file instanceof Uint8Array ? withRoom(loadRaw(file, base, kind)) : contents(file)
  const { base: ram } = map.ram
  const firmware = imageAt(first, ram)
  const images = [firmware]
  const taken = rangesOf(kernel === undefined ? 'The program' : 'The bios', firmware)
  let start = lowest(taken)
  if (kernel !== undefined) {
    const next = imageAt(kernel, up(endOf(taken), BigInt(xlen === 32 ? 4 * MiB : 2 * MiB)))
    const ranges = rangesOf('the kernel', next)
    // Not the entry that an ELF file names: what a raw binary of the same kernel would have.
    start = lowest(ranges)
    for (const range of ranges) checkApart(range, taken)
    taken.push(...ranges)
    images.push(next)
  }
  const ramEnd = ram + BigInt(memoryBytes)
  for (const range of taken) checkInside(range, ram, ramEnd)
  const place = initrd && placeInitrd(initrd.length, start, taken, memoryBytes, xlen)
  return {
    image: merge(images, place && imageAt(initrd, place.base)),
    ...(place !== undefined && { initrd: place }),
    ...(kernel !== undefined && { nextEntry: start }),
  }
}

/** The segments that hold something: where the headers of the file would be, another image may end. */
function contents(image: LoadedImage): LoadedImage {
  const segments = image.segments.map(withoutHeaders).filter(({ memorySize }) => memorySize > 0)
  return { ...image, segments }
}

/** What an image occupies. */
function rangesOf(name: string, image: LoadedImage): Range[] {
  return image.segments.map(({ physical, memorySize }) => {
    return { name, base: physical, end: physical + BigInt(memorySize) }
  })
}

/** The header of a Linux kernel says how much more than the file it uses. */
function withRoom(image: LoadedImage): LoadedImage {
  const segments = image.segments.map(segment => {
    return { ...segment, memorySize: Math.max(segment.memorySize, linuxSize(segment.bytes)) }
  })
  return { ...image, segments }
}

/** `image_size` of the header of a kernel image (Linux: Documentation/arch/riscv/boot-image-header.rst), or 0. */
function linuxSize(bytes: Uint8Array): number {
  if (bytes.length < 64) return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return view.getUint32(0x38, true) === 0x05435352 ? Number(view.getBigUint64(0x10, true)) : 0
}

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
const sorted = (addresses: bigint[]): bigint[] => addresses.sort(order)
const lowest = (ranges: readonly Range[]): bigint => sorted(ranges.map(({ base }) => base))[0] ?? 0n
const endOf = (ranges: readonly Range[]): bigint => sorted(ranges.map(({ end }) => end)).at(-1) ?? 0n

function checkApart(range: Range, others: readonly Range[]): void {
  const other = others.find(({ base, end }) => base < range.end && range.base < end)
  if (other === undefined) return
  throw new ConfigError(
    'config/overlap',
    `${describe(other)} and ${describe(range)} overlap.`,
    'Link one of them to another address, or give the kernel as a raw binary, which is put behind the bios.',
  )
}

function checkInside(range: Range, ram: bigint, end: bigint): void {
  if (range.base >= ram && range.end <= end) return
  throw new ConfigError(
    'config/outside-memory',
    `${describe(range)} lies outside RAM (${hex(ram)} … ${hex(end - 1n)}).`.replace(/^t/, 'T'),
    range.base < ram ? 'Link it to an address in RAM, or give it as a raw binary.' : `${more}.`,
  )
}

function placeInitrd(
  size: number,
  kernel: bigint,
  taken: readonly Range[],
  memoryBytes: number,
  xlen: 32 | 64,
): { base: bigint; size: number } {
  const preferred = kernel + BigInt(Math.min(memoryBytes / 2, 512 * MiB))
  const behind = up(endOf(taken), page)
  const limit = treePlace(treeRoom, memoryBytes, xlen)
  const fits = (base: bigint): boolean => base >= behind && base + BigInt(size) <= limit
  const base = [preferred, behind].find(fits)
  if (base !== undefined) return { base, size }
  throw new ConfigError(
    'config/initrd',
    `The initial file system has ${size} bytes, and between ${hex(behind)} and the device tree at ${hex(limit)} there is no room for it.`,
    `${more}, or make it smaller.`,
  )
}

function merge([first, ...others]: readonly LoadedImage[], initrd: LoadedImage | undefined): LoadedImage {
  const data = (initrd?.segments ?? []).map(segment => ({ ...segment, executable: false }))
  return joinImages(first as LoadedImage, [
    ...others,
    ...(initrd === undefined ? [] : [{ ...initrd, segments: data }]),
  ])
}
