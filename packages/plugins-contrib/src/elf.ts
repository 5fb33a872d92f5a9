/** As much of ELF as debug information needs: sections by name, and functions. Little-endian, 32 and 64 bits. */
import { PluginError } from '@guestscope/plugin-api'

/** An ELF file. */
export interface ElfFile {
  readonly bits: 32 | 64
  /** e_machine. */
  readonly machine: number
  /** Contents of a section; undefined if there is none of that name. Throws a `PluginError` if it is compressed. */
  section(name: string): Uint8Array | undefined
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
  return {
    bits: wide ? 64 : 32,
    machine: view.getUint16(18, true),
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
}

const decoder = new TextDecoder()

/** The text at an offset, up to its zero byte or the end. */
export function cString(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset)
  return decoder.decode(bytes.subarray(offset, end < 0 ? bytes.length : end))
}
