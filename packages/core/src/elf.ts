/**
 * Reads ELF executables (System V ABI, chapters 4 and 5): little-endian, 32 and 64 bits. Every offset of the file is
 * checked before it is used, so any bytes give an image or an `ImageError`.
 */
import { readSymbols } from './elf-symbols.ts'
import { ImageError } from './errors.ts'

/** Bytes to load. */
export interface Segment {
  physical: bigint
  virtual: bigint
  /** Contents, a view of the file; at most `memorySize`. */
  bytes: Uint8Array
  /** Bytes in memory; those after the contents are zero. */
  memorySize: number
  /** Holds code. */
  executable: boolean
}

/** A named place. */
export interface ImageSymbol {
  name: string
  /** Virtual address. */
  address: bigint
  /** Bytes; 0: unknown. */
  size: number
  /** `label`: without a type, as assembly programs have them. */
  kind: 'function' | 'object' | 'label'
}

/** A program. */
export interface LoadedImage {
  /** e_machine: 243 RISC-V, 40 Arm, 183 AArch64, 3 i386, 62 x86-64 … */
  machine: number
  bits: 32 | 64
  littleEndian: boolean
  /** Physical address of the first instruction: e_entry, moved as the executable segment that it lies in. */
  entry: bigint
  /** Those with bytes in memory, as in the file. */
  segments: Segment[]
  /** Functions, objects and labels by ascending address; read at the first call. Empty if stripped or damaged. */
  symbols(): ImageSymbol[]
}

/** What an image has to be for. */
export interface ImageExpectation {
  /** e_machine. */
  machine: number
  bits: 32 | 64
  /** How to call it in the message, such as `riscv64`. */
  name: string
  /** Bits of code addresses in the file that are no part of the address but tell the instruction set; absent: none. */
  isaBits?: bigint
}

/** The fields of the file header that both halves of the reader use. */
export interface ElfLayout {
  readonly view: DataView
  readonly bits: 32 | 64
  readonly sectionOffset: number
  readonly sectionSize: number
  readonly sectionCount: number
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

const truncated = (what: string, need: number, have: number): ImageError =>
  new ImageError(
    'image/truncated',
    `The ELF file is truncated: its ${what} ends at byte ${need}, the file has ${have}.`,
    'Copy or link the file again.',
  )

/** An unsigned 64-bit field as a number; above 2^53 rounded, which every range check then rejects. */
const big = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

/** Does the file say that it is ELF? */
export function isElf(file: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => file[i] === byte)
}

/** Reads an executable; throws an `ImageError` that says what is wrong and what to do. */
export function loadElf(file: Uint8Array, expected?: ImageExpectation): LoadedImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const bits = checkIdentity(view)
  const wide = bits === 64
  const headerSize = wide ? 64 : 52
  if (view.byteLength < headerSize) throw truncated('header', headerSize, view.byteLength)
  const machine = view.getUint16(18, true)
  checkKind(view.getUint16(16, true))
  if (expected !== undefined) checkMachine(machine, bits, expected)

  const layout: ElfLayout = {
    view,
    bits,
    sectionOffset: wide ? big(view, 40) : view.getUint32(32, true),
    sectionSize: view.getUint16(wide ? 58 : 46, true),
    sectionCount: view.getUint16(wide ? 60 : 48, true),
  }
  const isaBits = expected?.isaBits ?? 0n
  const entry = (wide ? view.getBigUint64(24, true) : BigInt(view.getUint32(24, true))) & ~isaBits
  const { segments, start } = readSegments(file, layout, entry)
  let symbols: ImageSymbol[] | undefined
  return {
    machine,
    bits,
    littleEndian: true,
    entry: start,
    segments,
    symbols: () => {
      symbols ??= readSymbols(layout, isaBits)
      return symbols
    },
  }
}

function checkIdentity(view: DataView): 32 | 64 {
  if (view.byteLength === 0)
    throw new ImageError('image/empty', 'The file is empty.', 'Build the program again.')
  if (!isElf(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)))
    throw new ImageError(
      'image/not-elf',
      'The file is not an ELF file.',
      'Give the linked executable or an Intel HEX file; for a raw binary say where it belongs (--raw ADDRESS).',
    )
  if (view.byteLength < 16) throw truncated('identification', 16, view.byteLength)
  const fileClass = view.getUint8(4)
  if (fileClass !== 1 && fileClass !== 2)
    throw new ImageError(
      'image/class',
      `The ELF class is ${fileClass}, neither 1 (32 bits) nor 2 (64 bits).`,
      'The file is damaged: copy or link it again.',
    )
  const order = view.getUint8(5)
  if (order === 2)
    throw new ImageError(
      'image/big-endian',
      'The program is big-endian.',
      'Only little-endian guests are supported: build it for one.',
    )
  if (order !== 1)
    throw new ImageError(
      'image/byte-order',
      `The ELF byte order is ${order}, neither 1 (little-endian) nor 2 (big-endian).`,
      'The file is damaged: copy or link it again.',
    )
  return fileClass === 1 ? 32 : 64
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

function checkMachine(machine: number, bits: 32 | 64, expected: ImageExpectation): void {
  const name = machineNames[machine] ?? `machine ${machine}`
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
}

function readSegments(
  file: Uint8Array,
  layout: ElfLayout,
  entry: bigint,
): { segments: Segment[]; start: bigint } {
  const { view, bits } = layout
  const wide = bits === 64
  const table = wide ? big(view, 32) : view.getUint32(28, true)
  const stride = view.getUint16(wide ? 54 : 42, true)
  const count = view.getUint16(wide ? 56 : 44, true)
  const least = wide ? 56 : 32
  if (count > 0 && stride < least)
    throw new ImageError(
      'image/header',
      `The program headers have ${stride} bytes each, less than ${least}.`,
      'The file is damaged: copy or link it again.',
    )
  const end = table + stride * count
  if (count > 0 && end > view.byteLength) throw truncated('program header table', end, view.byteLength)

  const segments: Segment[] = []
  let start = entry
  for (let i = 0; i < count; i++) {
    const at = table + i * stride
    const type = view.getUint32(at, true)
    if (type === 3)
      throw new ImageError(
        'image/interpreter',
        'The program needs a dynamic linker, so an operating system.',
        'Link it statically and for bare metal (-static -nostdlib), or boot a kernel that runs it.',
      )
    if (type !== 1) continue
    const segment = readSegment(file, view, at, bits, i)
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
  view: DataView,
  at: number,
  bits: 32 | 64,
  index: number,
): Segment | undefined {
  const wide = bits === 64
  // Elf64_Phdr: type, flags, offset, vaddr, paddr, filesz, memsz; Elf32_Phdr: type, offset, vaddr, paddr, filesz, …
  const word = (n: number): number => (wide ? big(view, at + 8 * n) : view.getUint32(at + 4 * n, true))
  const address = (n: number): bigint =>
    wide ? view.getBigUint64(at + 8 * n, true) : BigInt(view.getUint32(at + 4 * n, true))
  const offset = word(1)
  const virtual = address(2)
  const physical = address(3)
  const fileSize = word(4)
  const memorySize = word(5)
  const executable = (view.getUint32(wide ? at + 4 : at + 24, true) & 1) !== 0
  if (memorySize === 0 && fileSize === 0) return undefined
  if (offset + fileSize > view.byteLength)
    throw new ImageError(
      'image/segment-outside',
      `Segment ${index} lies outside the file: bytes ${offset} to ${offset + fileSize} of ${view.byteLength}.`,
      'The file is truncated or damaged: copy or link it again.',
    )
  if (fileSize > memorySize)
    throw new ImageError(
      'image/segment-size',
      `Segment ${index} has ${fileSize} bytes in the file but only ${memorySize} in memory.`,
      'The file is damaged: copy or link it again.',
    )
  if (!Number.isSafeInteger(memorySize) || physical + BigInt(memorySize) > 1n << BigInt(bits))
    throw new ImageError(
      'image/segment-address',
      `Segment ${index} (${memorySize} bytes at 0x${physical.toString(16)}) runs over the end of the address space.`,
      'Check the addresses in the linker script.',
    )
  return { physical, virtual, bytes: file.subarray(offset, offset + fileSize), memorySize, executable }
}
