/** ELF files that options name: errors name them, too. */
import {
  type ElfFile,
  type ElfStrings,
  GuestscopeError,
  type PluginApi,
  PluginError,
  type ProgramSymbol,
  readElf as read,
} from '@guestscope/plugin-api'

/** An ELF file. All functions throw a `PluginError` (`elf/…`) that names the file. */
export interface NamedElf {
  /** Byte order of what is in the sections. */
  readonly littleEndian: boolean
  /** Contents of a section; undefined if there is none of that name. */
  section(name: string): Uint8Array | undefined
  /** The texts of a section, by their offset. */
  strings(name: string): ElfStrings
  /** Functions, objects and labels by ascending address; empty if the file is stripped. */
  symbols(): ProgramSymbol[]
}

/** Does the file say that it is ELF? */
export const isElf = (file: Uint8Array): boolean =>
  [0x7f, 0x45, 0x4c, 0x46].every((byte, i) => file[i] === byte)

const armMachine = 40

/** Reads a file. Throws a `PluginError` (`elf/…`) that says what is wrong. */
export function readElf(path: string, file: Uint8Array): NamedElf {
  if (!isElf(file))
    throw new PluginError(
      'elf/not-elf',
      `${path} is not an ELF file.`,
      'Name the linked executable, with its debug information.',
    )
  const elf = naming(path, () => read(file))
  return {
    littleEndian: elf.littleEndian,
    section: name => naming(path, () => elf.section(name)),
    strings: name => naming(path, () => elf.strings(name)),
    symbols: () => naming(path, () => symbolsOf(elf)),
  }
}

/** Of Arm's functions bit 0 says that they are Thumb code. */
const symbolsOf = (elf: ElfFile): ProgramSymbol[] => elf.symbols(elf.machine === armMachine ? 1n : 0n)

function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof GuestscopeError)) throw error
    const problem = error.message.slice(0, -error.hint.length).trimEnd()
    throw new PluginError(error.code.replace(/^image/, 'elf'), `${path}: ${problem}`, error.hint, {
      cause: error,
    })
  }
}

/** The files that options name, as ELF files. */
export function readElfFiles(api: PluginApi, paths: readonly string[]): NamedElf[] {
  return paths.map(path => readElf(path, api.readFile(path)))
}
