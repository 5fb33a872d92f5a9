/** Compilation units (DWARF 5, 7.5): nothing of them but the directory in which each was compiled. */
import { type FormValue, implicitConst, readForm, type Strings } from './forms.ts'
import { DwarfReader } from './reader.ts'

const Tag = { compileUnit: 0x11, skeletonUnit: 0x4a } as const
const Attribute = { name: 0x03, stmtList: 0x10, compDir: 0x1b } as const
const UnitType = { compile: 1, type: 2, partial: 3, skeleton: 4, splitCompile: 5, splitType: 6 } as const

interface Abbreviation {
  readonly tag: number
  readonly attributes: readonly { readonly name: number; readonly form: number }[]
}

/** Offset of a line program → directory that its relative paths are relative to. */
export function compilationDirectories(
  info: Uint8Array,
  abbrev: Uint8Array,
  strings: Strings,
  littleEndian = true,
): Map<number, string> {
  const found = new Map<number, string>()
  const r = new DwarfReader('.debug_info', info, littleEndian)
  const abbreviations = new Abbreviations(abbrev)
  while (r.at < info.length) {
    r.end = info.length
    const next = r.unit()
    const table = readHeader(r)
    const die = readFirst(r, abbreviations, table, strings)
    const [lines, directory] = [die?.get(Attribute.stmtList), die?.get(Attribute.compDir)]
    if (typeof lines === 'number' && typeof directory === 'string') found.set(lines, directory)
    r.at = next
  }
  return found
}

/** The rest of a unit's header; gives the offset of its abbreviations. */
function readHeader(r: DwarfReader): number {
  const version = r.u16()
  if (version < 2 || version > 5) throw r.damaged(`has the unknown version ${version}`)
  const kind = version < 5 ? UnitType.compile : r.u8()
  if (version >= 5) r.addressSize = r.u8()
  const table = r.offset()
  if (version < 5) r.addressSize = r.u8()
  if (kind === UnitType.skeleton || kind === UnitType.splitCompile) r.skip(8)
  if (kind === UnitType.type || kind === UnitType.splitType) r.skip(8 + r.offsetSize)
  return table
}

/** The attributes of the unit itself, its first entry; undefined if it is no compilation unit. */
function readFirst(
  r: DwarfReader,
  abbreviations: Abbreviations,
  table: number,
  strings: Strings,
): Map<number, FormValue> | undefined {
  const abbreviation = abbreviations.find(table, r.uleb())
  if (abbreviation?.tag !== Tag.compileUnit && abbreviation?.tag !== Tag.skeletonUnit) return undefined
  // Few attributes have no bytes of their own.
  if (abbreviation.attributes.length > r.end - r.at + 64) throw r.damaged()
  return new Map(abbreviation.attributes.map(({ name, form }) => [name, readForm(r, form, strings)]))
}

/** The tables of abbreviations; units may share one, and each is read as far as it is needed. */
class Abbreviations {
  readonly #bytes: Uint8Array
  readonly #known = new Map<string, Abbreviation | undefined>()
  /** Bytes that may be read: more than all tables have, but tables that lie inside each other end there. */
  #left: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#left = 8 * bytes.length
  }

  /** The abbreviation of this code in the table at an offset. */
  find(table: number, code: number): Abbreviation | undefined {
    const key = `${table} ${code}`
    if (this.#known.has(key)) return this.#known.get(key)
    // Nothing in these tables has a byte order.
    const r = new DwarfReader('.debug_abbrev', this.#bytes, true, table)
    const found = readAbbreviation(r, code)
    this.#left -= r.at - table
    if (this.#left < 0) throw r.damaged('has tables inside each other')
    this.#known.set(key, found)
    return found
  }
}

function readAbbreviation(r: DwarfReader, code: number): Abbreviation | undefined {
  for (let own = r.uleb(); own !== 0; own = r.uleb()) {
    const tag = r.uleb()
    r.u8() // Has it children?
    const attributes: { name: number; form: number }[] = []
    for (;;) {
      const [name, form] = [r.uleb(), r.uleb()]
      if (form === implicitConst) r.sleb()
      if (name === 0 && form === 0) break
      attributes.push({ name, form })
    }
    if (own === code) return { tag, attributes }
  }
  return undefined
}
