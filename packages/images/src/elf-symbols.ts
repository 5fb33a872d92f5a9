/** The symbol table of an ELF file. Symbols only help people: what is damaged is left out, the program still runs. */
import type { ImageSymbol } from '@guestscope/core'
import { ImageError } from '@guestscope/core/errors'
import type { ElfFile } from './elf-file.ts'
import { ElfView } from './elf-view.ts'
import { StringTable } from './string-table.ts'

/** Elf_Sym st_info & 15: STT_NOTYPE, STT_OBJECT, STT_FUNC; STT_GNU_IFUNC is a function too. */
const kinds: Partial<Record<number, ImageSymbol['kind']>> = {
  0: 'label',
  1: 'object',
  2: 'function',
  10: 'function',
}

/** Defined symbols by ascending address, at one address functions first, then objects; functions without `isaBits`. */
export function readSymbols(file: ElfFile, isaBits: bigint): ImageSymbol[] {
  const parts = tablesOf(file)
  if (parts === undefined) return []
  const [table, strings] = parts
  const view = new ElfView(table, file)
  const { wide } = view
  const stride = wide ? 24 : 16
  const found: ImageSymbol[] = []
  const count = Math.floor(table.length / stride)
  for (let i = 0; i < count; i++) {
    const at = i * stride
    const kind = kinds[view.u8(at + (wide ? 4 : 12)) & 15]
    const section = view.u16(at + (wide ? 6 : 14))
    // SHN_UNDEF: elsewhere; SHN_ABS labels are constants, not places; SHN_XINDEX: a section whose number is too large.
    const constant = kind === 'label' && section >= 0xff00 && section !== 0xffff
    if (kind === undefined || section === 0 || constant) continue
    const name = strings.at(view.u32(at)) ?? ''
    // $x, $d …: mapping symbols; .L…: the assembler's own.
    if (name === '' || (kind === 'label' && (name.startsWith('$') || name.startsWith('.L')))) continue
    const value = view.address(at + (wide ? 8 : 4))
    const address = kind === 'function' ? value & ~isaBits : value
    const size = view.word(at + (wide ? 16 : 8))
    found.push({ name: shortened(name), address, size, kind })
  }
  return found.sort(byAddress)
}

/** Longer names are cut: thousands of symbols may share one, and every list shows them all. */
const longestName = 4096
const shortened = (name: string): string =>
  name.length > longestName ? `${name.slice(0, longestName)}…` : name

const rank = { function: 0, object: 1, label: 2 } as const
const byAddress = (a: ImageSymbol, b: ImageSymbol): number =>
  a.address < b.address ? -1 : a.address > b.address ? 1 : rank[a.kind] - rank[b.kind]

/** SHT_SYMTAB, else SHT_DYNSYM, and its strings; `undefined` if there are none that can be read. */
function tablesOf(file: ElfFile): [Uint8Array, StringTable] | undefined {
  try {
    const sections = file.sections()
    const table = sections.find(s => s.type === 2) ?? sections.find(s => s.type === 11)
    const strings = table && sections[table.link]
    if (table === undefined || strings === undefined) return undefined
    return [table.bytes(), new StringTable(strings.bytes())]
  } catch (error) {
    if (error instanceof ImageError) return undefined
    throw error
  }
}
