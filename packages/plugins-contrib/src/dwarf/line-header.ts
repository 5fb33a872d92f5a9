/** The header of a line program (DWARF 5, 6.2.4): how its opcodes count, and its files. */
import { readForm, type Strings } from './forms.ts'
import { joinPath } from './path.ts'
import type { DwarfReader } from './reader.ts'

/** What the program's opcodes need of it. */
export interface LineHeader {
  readonly minimumLength: number
  readonly maximumOperations: number
  readonly defaultIsStatement: boolean
  readonly lineBase: number
  readonly lineRange: number
  readonly opcodeBase: number
  /** Number of LEB128 operands of each standard opcode. */
  readonly operands: readonly number[]
  /** Full path of a file by its number. */
  file(index: number): string
}

interface FileEntry {
  readonly name: string
  readonly directory: number
}

/** Characters that the paths of all programs together may have: thousands of files may share one long text. */
export interface PathBudget {
  left: number
}

/** Reads the header behind the unit's length, and leaves the reader at the first opcode. */
export function readHeader(
  r: DwarfReader,
  strings: Strings,
  compilation: string,
  budget: PathBudget,
): LineHeader {
  const version = r.u16()
  if (version < 2 || version > 5) throw r.damaged(`has the unknown version ${version}`)
  if (version >= 5) {
    r.addressSize = r.u8()
    r.u8() // Size of segment selectors.
  }
  const length = r.offset()
  const program = r.at + length
  const minimumLength = r.u8()
  const maximumOperations = version >= 4 ? r.u8() : 1
  const defaultIsStatement = r.u8() !== 0
  const lineBase = r.i8()
  const lineRange = r.u8()
  const opcodeBase = r.u8()
  if (lineRange === 0 || maximumOperations === 0 || opcodeBase === 0)
    throw r.damaged('has an impossible header')
  const operands = [0]
  for (let opcode = 1; opcode < opcodeBase; opcode++) operands.push(r.u8())
  const { directories, files } = version >= 5 ? tables5(r, strings) : tables2(r, compilation)
  if (program > r.end) throw r.damaged()
  r.at = program

  // Directory 0 is that of the compilation; the others are relative to it.
  const [own = compilation] = directories
  const paths = new Map<number, string>()
  const file = (index: number): string => {
    const known = paths.get(index)
    if (known !== undefined) return known
    const entry = files[index]
    const parts = entry === undefined ? [] : [own, directories[entry.directory] ?? '', entry.name]
    budget.left -= parts.reduce((sum, { length }) => sum + length, 0)
    if (budget.left < 0) throw r.damaged('has longer paths than a table of its size can have')
    const path = parts.reduceRight((behind, before) => joinPath(before, behind), '')
    paths.set(index, path)
    return path
  }
  return {
    minimumLength,
    maximumOperations,
    defaultIsStatement,
    lineBase,
    lineRange,
    opcodeBase,
    operands,
    file,
  }
}

/** Up to version 4: texts, each list ended by an empty one; files count from 1. */
function tables2(r: DwarfReader, compilation: string): { directories: string[]; files: FileEntry[] } {
  const directories = [compilation]
  for (let name = r.string(); name !== ''; name = r.string()) directories.push(name)
  const files: FileEntry[] = [{ name: '', directory: 0 }]
  for (let name = r.string(); name !== ''; name = r.string()) {
    files.push({ name, directory: r.uleb() })
    r.uleb() // Time.
    r.uleb() // Size.
  }
  return { directories, files }
}

const Content = { path: 1, directoryIndex: 2 } as const

/** Version 5: each list says what its entries consist of; both count from 0. */
function tables5(r: DwarfReader, strings: Strings): { directories: string[]; files: FileEntry[] } {
  const list = (): FileEntry[] => {
    const columns = Array.from({ length: r.u8() }, () => ({ content: r.uleb(), form: r.uleb() }))
    return Array.from({ length: r.count(columns.length) }, () => {
      const entry = { name: '', directory: 0 }
      for (const { content, form } of columns) {
        const value = readForm(r, form, strings)
        if (content === Content.path) entry.name = String(value ?? '')
        else if (content === Content.directoryIndex) entry.directory = Number(value ?? 0)
      }
      return entry
    })
  }
  const directories = list().map(({ name }) => name)
  const files = list()
  return { directories, files }
}
