/** Debug information: which code came from which line. */
import type { NamedElf } from '../elf.ts'
import { type LineRow, lineRows } from './lines.ts'
import { compilationDirectories } from './units.ts'

export type { LineRow } from './lines.ts'

const none = new Uint8Array(0)

/** The line table of a program; undefined if it has none. Throws a `PluginError` (`dwarf/damaged`, `elf/compressed`). */
export function programLines(elf: NamedElf): Iterable<LineRow> | undefined {
  const line = elf.section('.debug_line')
  if (line === undefined || line.length === 0) return undefined
  const strings = {
    str: elf.strings('.debug_str'),
    lineStr: elf.strings('.debug_line_str'),
  }
  const [info, abbrev] = [elf.section('.debug_info') ?? none, elf.section('.debug_abbrev') ?? none]
  const { littleEndian } = elf
  const directories = compilationDirectories(info, abbrev, strings, littleEndian)
  return lineRows({ line, littleEndian, ...strings, directories })
}
