/** The symbol table of an ELF file. Symbols only help people: what is damaged is left out, the program still runs. */
import type { ElfLayout, ImageSymbol } from './elf.ts'

/** Elf_Sym st_info & 15: STT_NOTYPE, STT_OBJECT, STT_FUNC; STT_GNU_IFUNC is a function too. */
const kinds: Partial<Record<number, ImageSymbol['kind']>> = {
  0: 'label',
  1: 'object',
  2: 'function',
  10: 'function',
}

interface Section {
  readonly type: number
  readonly offset: number
  readonly size: number
  readonly link: number
}

/** Defined symbols by ascending address, at one address functions first, then objects; functions without `isaBits`. */
export function readSymbols(layout: ElfLayout, isaBits: bigint): ImageSymbol[] {
  const sections = readSections(layout)
  // SHT_SYMTAB, else SHT_DYNSYM.
  const table = sections.find(s => s.type === 2) ?? sections.find(s => s.type === 11)
  const strings = table && sections[table.link]
  if (table === undefined || strings === undefined) return []
  const { view } = layout
  const wide = layout.bits === 64
  const stride = wide ? 24 : 16
  const found: ImageSymbol[] = []
  const count = Math.floor(table.size / stride)
  for (let i = 0; i < count; i++) {
    const at = table.offset + i * stride
    const kind = kinds[view.getUint8(at + (wide ? 4 : 12)) & 15]
    const section = view.getUint16(at + (wide ? 6 : 14), true)
    // SHN_UNDEF: elsewhere; SHN_ABS labels are constants, not places.
    if (kind === undefined || section === 0 || (kind === 'label' && section >= 0xff00)) continue
    const name = readName(view, strings, view.getUint32(at, true))
    // $x, $d …: mapping symbols; .L…: the assembler's own.
    if (name === '' || (kind === 'label' && (name.startsWith('$') || name.startsWith('.L')))) continue
    const value = wide ? view.getBigUint64(at + 8, true) : BigInt(view.getUint32(at + 4, true))
    const address = kind === 'function' ? value & ~isaBits : value
    const size = wide ? Number(view.getBigUint64(at + 16, true)) : view.getUint32(at + 8, true)
    found.push({ name, address, size, kind })
  }
  return found.sort(byAddress)
}

const rank = { function: 0, object: 1, label: 2 } as const
const byAddress = (a: ImageSymbol, b: ImageSymbol): number =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : rank[a.kind] - rank[b.kind]

/** Sections that lie inside the file; others are empty, so that indices stay right. */
function readSections({ view, bits, sectionOffset, sectionSize, sectionCount }: ElfLayout): Section[] {
  const wide = bits === 64
  if (sectionSize < (wide ? 64 : 40) || sectionOffset + sectionSize * sectionCount > view.byteLength)
    return []
  const sections: Section[] = []
  for (let i = 0; i < sectionCount; i++) {
    const at = sectionOffset + i * sectionSize
    const word = (n: number): number =>
      wide ? Number(view.getBigUint64(at + 8 + 8 * n, true)) : view.getUint32(at + 8 + 4 * n, true)
    const type = view.getUint32(at + 4, true)
    const offset = word(2)
    // SHT_NOBITS has no bytes.
    const size = type === 8 ? 0 : word(3)
    const link = view.getUint32(wide ? at + 40 : at + 24, true)
    const inside = offset + size <= view.byteLength
    sections.push({ type, offset: inside ? offset : 0, size: inside ? size : 0, link })
  }
  return sections
}

/** A name up to its zero byte, as UTF-8; empty if it is not inside the string table. */
function readName(view: DataView, strings: Section, index: number): string {
  if (index >= strings.size) return ''
  const bytes = new Uint8Array(view.buffer, view.byteOffset + strings.offset + index, strings.size - index)
  const end = bytes.indexOf(0)
  return end < 0 ? '' : decoder.decode(bytes.subarray(0, end))
}

const decoder = new TextDecoder()
