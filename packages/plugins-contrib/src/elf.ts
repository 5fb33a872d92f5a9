/** As much of ELF as debug information needs: sections by name, and symbols. Little-endian, 32 and 64 bits. */
import { type PluginApi, PluginError, type ProgramSymbol } from '@guestscope/plugin-api'

/** An ELF file. */
export interface ElfFile {
  readonly bits: 32 | 64
  /** e_machine. */
  readonly machine: number
  /** Contents of a section; undefined if there is none of that name. Throws a `PluginError` if it is compressed. */
  section(name: string): Uint8Array | undefined
  /** Functions and labels of the symbol table, in its order; empty if the file is stripped. */
  symbols(): ProgramSymbol[]
}

const compressed = 0x800
const noBits = 8

/** Reads the section table. Throws a `PluginError` (`elf/…`) that names the file and says what is wrong. */
export function readElf(path: string, file: Uint8Array): ElfFile {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < 52 || view.getUint32(0, false) !== 0x7f454c46 || view.getUint8(5) !== 1)
    throw new PluginError(
      'elf/not-elf',
      `${path} is not a little-endian ELF file.`,
      'Name the linked executable, with its debug information.',
    )
  const wide = view.getUint8(4) === 2
  const damaged = (): PluginError =>
    new PluginError(
      'elf/damaged',
      `The section table of ${path} lies outside the file.`,
      'Copy or link it again.',
    )
  /** A field of the size of an address, as a number. */
  const word = (at: number): number => (wide ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true))
  const table = word(wide ? 40 : 32)
  const stride = view.getUint16(wide ? 58 : 46, true)
  const count = view.getUint16(wide ? 60 : 48, true)
  const names = view.getUint16(wide ? 62 : 50, true)
  if (table + stride * count > file.length || (count > 0 && stride < (wide ? 64 : 40))) throw damaged()

  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + i * stride
    const [flags, offset, size] = wide
      ? [word(at + 8), word(at + 24), word(at + 32)]
      : [word(at + 8), word(at + 16), word(at + 20)]
    const bytes = view.getUint32(at + 4, true) === noBits ? 0 : size
    if (offset + bytes > file.length) throw damaged()
    return { name: view.getUint32(at, true), flags, bytes: file.subarray(offset, offset + bytes) }
  })
  const strings = sections[names]?.bytes ?? new Uint8Array(0)
  const byName = new Map(sections.map(section => [cString(strings, section.name), section]))
  const elf: ElfFile = {
    bits: wide ? 64 : 32,
    machine: view.getUint16(18, true),
    symbols: () => symbolsOf(elf),
    section(name) {
      const section = byName.get(name)
      if (section === undefined) return undefined
      if (section.flags & compressed)
        throw new PluginError(
          'elf/compressed',
          `Section ${name} of ${path} is compressed.`,
          'Build the program with -gz=none, or run objcopy --decompress-debug-sections on it.',
        )
      return section.bytes
    },
  }
  return elf
}

/** The files that options name, as ELF files. */
export function readElfFiles(api: PluginApi, paths: readonly string[]): ElfFile[] {
  return paths.map(path => readElf(path, api.readFile(path)))
}

/** Elf_Sym st_info & 15: STT_NOTYPE, STT_FUNC. */
const symbolKinds: Readonly<Record<number, ProgramSymbol['kind']>> = { 0: 'label', 2: 'function' }
const armMachine = 40

function symbolsOf(elf: ElfFile): ProgramSymbol[] {
  const [table, strings] = [elf.section('.symtab'), elf.section('.strtab')]
  if (table === undefined || strings === undefined) return []
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  const wide = elf.bits === 64
  const stride = wide ? 24 : 16
  const found: ProgramSymbol[] = []
  for (let at = 0; at + stride <= table.length; at += stride) {
    const kind = symbolKinds[view.getUint8(at + (wide ? 4 : 12)) & 15]
    const section = view.getUint16(at + (wide ? 6 : 14), true)
    const name = cString(strings, view.getUint32(at, true))
    // SHN_UNDEF and SHN_ABS are no places; $x and the like mark code and data, .L… are the assembler's own.
    if (kind === undefined || section === 0 || section >= 0xff00 || /^(\$|\.L|$)/.test(name)) continue
    const value = wide ? view.getBigUint64(at + 8, true) : BigInt(view.getUint32(at + 4, true))
    const size = wide ? Number(view.getBigUint64(at + 16, true)) : view.getUint32(at + 8, true)
    // Of Arm's functions bit 0 says that they are Thumb code.
    const address = kind === 'function' && elf.machine === armMachine ? value & ~1n : value
    found.push({ name, address, size, kind })
  }
  return found
}

const decoder = new TextDecoder()

/** The text at an offset, up to its zero byte or the end. */
export function cString(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset)
  return decoder.decode(bytes.subarray(offset, end < 0 ? bytes.length : end))
}
