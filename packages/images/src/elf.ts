/** Reads ELF executables (System V ABI, chapter 5): any bytes give an image or an `ImageError`. */

import type { ImageSymbol, LoadedImage, Segment } from '@guestscope/core'
import { ImageError } from '@guestscope/core/errors'
import { type ElfLayout, type ElfSection, readLayout } from './elf-file.ts'
import { readSymbols } from './elf-symbols.ts'
import type { ElfView } from './elf-view.ts'

/** What an image has to be for. */
export interface ImageExpectation {
  /** e_machine. */
  machine: number
  bits: 32 | 64
  /** Byte order; absent: little-endian. */
  littleEndian?: boolean
  /** How to call it in the message, such as `riscv64`. */
  name: string
  /** Bits of code addresses in the file that are no part of the address but tell the instruction set; absent: none. */
  isaBits?: bigint
}

const machineNames: Record<number, string> = {
  3: 'i386',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 's390',
  40: 'Arm',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
}

/** Reads an executable; throws an `ImageError` that says what is wrong and what to do. */
export function loadElf(file: Uint8Array, expected?: ImageExpectation): LoadedImage {
  const layout = readLayout(file)
  const { machine, bits, littleEndian } = layout
  checkKind(layout.type)
  if (expected !== undefined) checkMachine(layout, expected)
  const isaBits = expected?.isaBits ?? 0n
  const { segments, start } = readSegments(file, layout, layout.entry & ~isaBits)
  let symbols: ImageSymbol[] | undefined
  return {
    machine,
    bits,
    littleEndian,
    entry: start,
    segments,
    symbols: () => {
      symbols ??= readSymbols(layout, isaBits)
      return symbols
    },
  }
}

function checkKind(type: number): void {
  if (type === 2 || type === 3) return
  if (type === 1)
    throw new ImageError(
      'image/object',
      'The file is an object file (.o).',
      'Link it into an executable first.',
    )
  throw new ImageError(
    'image/type',
    type === 4 ? 'The file is a core dump.' : `The ELF file type is ${type}.`,
    'Give a linked executable (types 2 and 3).',
  )
}

/** The name of an e_machine, as far as it is known. */
export const machineName = (machine: number): string => machineNames[machine] ?? `machine ${machine}`

function checkMachine({ machine, bits, littleEndian }: ElfLayout, expected: ImageExpectation): void {
  const name = machineName(machine)
  if (machine !== expected.machine)
    throw new ImageError(
      'image/machine',
      `The program is for ${name}, the machine is ${expected.name}.`,
      'Choose the target that the program was built for, or build it for this one.',
    )
  if (bits !== expected.bits)
    throw new ImageError(
      'image/wrong-class',
      `The program is ${bits}-bit ${name}, the machine is ${expected.name}.`,
      `Choose the ${bits}-bit target, or build the program for ${expected.bits} bits.`,
    )
  const wanted = expected.littleEndian ?? true
  if (littleEndian !== wanted)
    throw new ImageError(
      'image/wrong-order',
      `The program is ${orderName(littleEndian)} ${name}, the machine is ${expected.name}, which is ${orderName(wanted)}.`,
      `Build the program for ${orderName(wanted)} ${name}.`,
    )
}

const orderName = (littleEndian: boolean): string => (littleEndian ? 'little-endian' : 'big-endian')

function readSegments(
  file: Uint8Array,
  layout: ElfLayout,
  entry: bigint,
): { segments: Segment[]; start: bigint } {
  const { view } = layout
  const { offset: table, stride, count } = layout.segments()
  const sections = placedSections(layout)
  const segments: Segment[] = []
  let start = entry
  for (let i = 0; i < count; i++) {
    const at = table + i * stride
    const type = view.u32(at)
    if (type === 3)
      throw new ImageError(
        'image/interpreter',
        'The program needs a dynamic linker, so an operating system.',
        'Link it statically and for bare metal (-static -nostdlib), or boot a kernel that runs it.',
      )
    if (type !== 1) continue
    const segment = readSegment(file, view, at, i, sections)
    if (segment === undefined) continue
    segments.push(segment)
    const inside = entry >= segment.virtual && entry < segment.virtual + BigInt(segment.bytes.length)
    if (segment.executable && inside) start = entry - segment.virtual + segment.physical
  }
  if (segments.length === 0)
    throw new ImageError(
      'image/no-segments',
      'The ELF file has nothing to load: no PT_LOAD segment with bytes.',
      'Check the linker script (readelf -l shows the segments).',
    )
  return { segments, start }
}

function readSegment(
  file: Uint8Array,
  view: ElfView,
  at: number,
  index: number,
  sections: readonly ElfSection[],
): Segment | undefined {
  const { wide, length } = view
  // Elf64_Phdr: type, flags, offset, vaddr, paddr, filesz, memsz; Elf32_Phdr: type, offset, vaddr, paddr, filesz, …
  const field = (n: number): number => at + (wide ? 8 : 4) * n
  const offset = view.word(field(1))
  const virtual = view.address(field(2))
  const physical = view.address(field(3))
  const fileSize = view.word(field(4))
  const memorySize = view.word(field(5))
  const executable = (view.u32(at + (wide ? 4 : 24)) & 1) !== 0
  if (memorySize === 0 && fileSize === 0) return undefined
  if (offset + fileSize > length)
    throw new ImageError(
      'image/segment-outside',
      `Segment ${index} lies outside the file: bytes ${offset} to ${offset + fileSize} of ${length}.`,
      'The file is truncated or damaged: copy or link it again.',
    )
  if (fileSize > memorySize)
    throw new ImageError(
      'image/segment-size',
      `Segment ${index} has ${fileSize} bytes in the file but only ${memorySize} in memory.`,
      'The file is damaged: copy or link it again.',
    )
  // Where the two addresses differ, the zeros behind the contents belong to the virtual one.
  const placed = physical === virtual ? memorySize : fileSize
  if (!Number.isSafeInteger(memorySize) || physical + BigInt(placed) > 1n << (wide ? 64n : 32n))
    throw new ImageError(
      'image/segment-address',
      `Segment ${index} (${placed} bytes at 0x${physical.toString(16)}) runs over the end of the address space.`,
      'Check the addresses in the linker script.',
    )
  return {
    physical,
    virtual,
    bytes: file.subarray(offset, offset + fileSize),
    memorySize,
    executable,
    ...holding(sections, virtual, memorySize, offset === 0 ? fileSize : 0),
  }
}

/** Sections in memory (SHF_ALLOC, but not the zeros of threads) by ascending address; none if the table is damaged. */
function placedSections(layout: ElfLayout): readonly ElfSection[] {
  const [alloc, threadLocal, noBits] = [2, 0x400, 8]
  try {
    return layout
      .sections()
      .filter(
        ({ size, flags, type }) => size > 0 && flags & alloc && !(type === noBits && flags & threadLocal),
      )
      .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
  } catch (error) {
    if (error instanceof ImageError) return []
    throw error
  }
}

/** What a segment holds. Of its `leading` bytes, which the file begins with, those before the first section are headers. */
function holding(
  sections: readonly ElfSection[],
  start: bigint,
  size: number,
  leading: number,
): Pick<Segment, 'headers' | 'origin'> {
  if (sections.length === 0) return {}
  let low = 0
  for (let high = sections.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((sections[middle] as ElfSection).address < start) low = middle + 1
    else high = middle
  }
  const own = sections.slice(low, low + 4).filter(({ address }) => address < start + BigInt(size))
  const headers = own[0] === undefined ? leading : Math.min(leading, Number(own[0].address - start))
  const origin = own.map(({ name }) => name || 'a section without a name').join(', ')
  return { ...(headers > 0 && { headers }), ...(origin !== '' && { origin }) }
}
