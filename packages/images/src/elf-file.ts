/**
 * The parts of an ELF file (System V ABI, chapters 4 and 5): 32 and 64 bits, both byte orders. Every offset and count of
 * the file is held against its length before it is used, so any bytes give parts or an `ImageError`.
 */

import type { ProgramSymbol } from '@guestscope/core'
import { ImageError } from '@guestscope/core/errors'
import { readSymbols } from './elf-symbols.ts'
import { type ElfEncoding, ElfView } from './elf-view.ts'
import { StringTable } from './string-table.ts'

/** A section. */
export interface ElfSection {
  /** Empty if the file does not say. */
  readonly name: string
  /** sh_type: 1 SHT_PROGBITS, 2 SHT_SYMTAB, 8 SHT_NOBITS … */
  readonly type: number
  /** sh_flags, the lower 32 bits: 2 SHF_ALLOC, 4 SHF_EXECINSTR, 0x800 SHF_COMPRESSED … */
  readonly flags: number
  /** Virtual address; 0 if it is not in memory. */
  readonly address: bigint
  /** Bytes, in memory if it has none in the file. */
  readonly size: number
  /** sh_link: number of another section, whose meaning depends on the type. */
  readonly link: number
  /**
   * Contents, a view of the file; of SHT_NOBITS none. Throws an `ImageError` (`image/section-outside`) if they lie
   * outside the file.
   */
  bytes(): Uint8Array
}

/** Texts that other parts of a file name by their offset. */
export interface ElfStrings {
  /**
   * The text at an offset, up to its zero byte; `undefined` if there is none. Altogether eight times the section is
   * decoded, which no linker needs; then there are no more.
   */
  at(offset: number): string | undefined
}

/** An ELF file of any type: executable, object, or debug information alone. */
export interface ElfFile {
  readonly bits: 32 | 64
  /** The byte order of the file, and of data in its sections, such as debug information. */
  readonly littleEndian: boolean
  /** e_machine: 243 RISC-V, 40 Arm … */
  readonly machine: number
  /** e_type: 1 object, 2 and 3 executable … */
  readonly type: number
  /** In the order of the file, number 0 included. Throws an `ImageError` if the table is damaged. */
  sections(): readonly ElfSection[]
  /**
   * Contents of the first section of that name, `undefined` if there is none. Throws an `ImageError`
   * (`image/compressed`, `image/section-outside` …) if they cannot be had.
   */
  section(name: string): Uint8Array | undefined
  /** The texts of that section by their offset; empty if there is none. Throws as `section` does. */
  strings(name: string): ElfStrings
  /**
   * Functions, objects and labels by ascending address; empty if stripped or damaged. `isaBits` are bits of the values
   * of functions that are no part of the address (bit 0 on Arm).
   */
  symbols(isaBits?: bigint): ProgramSymbol[]
}

/** A table of the file: all of it lies inside. */
export interface ElfTable {
  readonly offset: number
  /** Bytes of an entry. */
  readonly stride: number
  readonly count: number
}

/** What the reader of segments needs besides. */
export interface ElfLayout extends ElfFile {
  readonly view: ElfView
  readonly entry: bigint
  /** Program headers. Throws an `ImageError` if the table is damaged. */
  segments(): ElfTable
}

const again = 'The file is damaged: copy or link it again.'

const truncated = (what: string, need: number, have: number): ImageError =>
  new ImageError(
    'image/truncated',
    `The ELF file is truncated: its ${what} ends at byte ${need}, the file has ${have}.`,
    'Copy or link the file again.',
  )

/** Does the file say that it is ELF? */
export function isElf(file: Uint8Array): boolean {
  return [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => file[i] === byte)
}

/** Reads the header; everything else is read when it is asked for. Throws an `ImageError` that says what is wrong. */
export function readElf(file: Uint8Array): ElfFile {
  return readLayout(file)
}

/** The same, with what loaders need. */
export function readLayout(file: Uint8Array): ElfLayout {
  const encoding = readIdentity(file)
  const view = new ElfView(file, encoding)
  const { wide } = view
  const headerSize = wide ? 64 : 52
  if (view.length < headerSize) throw truncated('header', headerSize, view.length)
  /** The n-th of the fields e_entry, e_phoff, e_shoff. */
  const fieldAt = (n: number): number => 24 + (wide ? 8 : 4) * n
  const field = (n: number): number => view.word(fieldAt(n))
  /** The n-th of the halfwords e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx. */
  const half = (n: number): number => view.u16((wide ? 54 : 42) + 2 * n)
  const table = (what: string, offset: number, stride: number, least: number, count: number): ElfTable => {
    if (count > 0 && stride < least)
      throw new ImageError(
        'image/header',
        `The ${what}s have ${stride} bytes each, less than ${least}.`,
        again,
      )
    const end = offset + stride * count
    if (count > 0 && end > view.length) throw truncated(`${what} table`, end, view.length)
    return { offset, stride, count }
  }
  const sectionTable = (count: number): ElfTable =>
    table('section header', field(2), half(2), wide ? 64 : 40, count)
  /** Numbers too large for the header are in section 0: sh_size, sh_link, sh_info. */
  const first = (offset32: number, offset64: number): number =>
    view.u32(sectionTable(1).offset + (wide ? offset64 : offset32))
  const sectionCount = half(3) === 0 && field(2) > 0 ? first(20, 32) : half(3)
  const nameSection = half(4) === 0xffff ? first(24, 40) : half(4)

  let sections: readonly ElfSection[] | undefined
  const layout: ElfLayout = {
    ...encoding,
    view,
    machine: view.u16(18),
    type: view.u16(16),
    entry: view.address(fieldAt(0)),
    segments: () =>
      table(
        'program header',
        field(1),
        half(0),
        wide ? 56 : 32,
        half(1) === 0xffff ? first(28, 44) : half(1),
      ),
    sections: () => {
      sections ??= readSections(file, layout, sectionTable(sectionCount), nameSection)
      return sections
    },
    section: name => contents(layout.sections(), name),
    strings: name => new StringTable(layout.section(name) ?? new Uint8Array(0)),
    symbols: (isaBits = 0n) => readSymbols(layout, isaBits),
  }
  return layout
}

function readSections(
  file: Uint8Array,
  { view }: ElfLayout,
  { offset: table, stride, count }: ElfTable,
  nameSection: number,
): readonly ElfSection[] {
  const { wide } = view
  const headers = Array.from({ length: count }, (_, i) => {
    const at = table + i * stride
    // sh_flags, sh_addr, sh_offset, sh_size.
    const wordAt = (n: number): number => at + 8 + (wide ? 8 : 4) * n
    const type = view.u32(at + 4)
    const size = view.word(wordAt(3))
    return {
      nameAt: view.u32(at),
      type,
      flags: Number(BigInt.asUintN(32, view.address(wordAt(0)))),
      address: view.address(wordAt(1)),
      offset: view.word(wordAt(2)),
      size,
      link: view.u32(wordAt(4)),
      // The offset of SHT_NOBITS says where the bytes would be, which may lie behind the end of the file.
      fileSize: type === noBits ? 0 : size,
    }
  })
  const inside = (offset: number, size: number): boolean => offset + size <= file.length
  const names = headers[nameSection]
  const texts = new StringTable(
    names !== undefined && inside(names.offset, names.fileSize)
      ? file.subarray(names.offset, names.offset + names.fileSize)
      : new Uint8Array(0),
  )
  return headers.map(({ nameAt, offset, fileSize, ...header }, i) => {
    const name = texts.at(nameAt) ?? ''
    return {
      ...header,
      name,
      bytes() {
        if (fileSize === 0) return new Uint8Array(0)
        if (inside(offset, fileSize)) return file.subarray(offset, offset + fileSize)
        throw new ImageError(
          'image/section-outside',
          `Section ${name || i} lies outside the file: bytes ${offset} to ${offset + fileSize} of ${file.length}.`,
          'The file is truncated or damaged: copy or link it again.',
        )
      },
    }
  })
}

const noBits = 8
const compressed = 0x800

function contents(sections: readonly ElfSection[], name: string): Uint8Array | undefined {
  const section = sections.find(one => one.name === name)
  if (section !== undefined && section.flags & compressed)
    throw new ImageError(
      'image/compressed',
      `Section ${name} is compressed.`,
      'Build the program with -gz=none, or run objcopy --decompress-debug-sections on it.',
    )
  return section?.bytes()
}

/** The first 16 bytes, which are no numbers of more than a byte. */
function readIdentity(file: Uint8Array): ElfEncoding {
  if (file.length === 0) throw new ImageError('image/empty', 'The file is empty.', 'Build the program again.')
  if (!isElf(file))
    throw new ImageError(
      'image/not-elf',
      'The file is not an ELF file.',
      'Give the linked executable or an Intel HEX file; for a raw binary say where it belongs (--raw ADDRESS).',
    )
  if (file.length < 16) throw truncated('identification', 16, file.length)
  const [fileClass, order] = [file[4], file[5]]
  if (fileClass !== 1 && fileClass !== 2)
    throw new ImageError(
      'image/class',
      `The ELF class is ${fileClass}, neither 1 (32 bits) nor 2 (64 bits).`,
      again,
    )
  if (order !== 1 && order !== 2)
    throw new ImageError(
      'image/byte-order',
      `The ELF byte order is ${order}, neither 1 (little-endian) nor 2 (big-endian).`,
      again,
    )
  return { bits: fileClass === 1 ? 32 : 64, littleEndian: order === 1 }
}
