/** What a hart is made of: its width and its extensions, and how users choose them. */
import { type Extension, nameOf } from './extension.ts'
import { extensionNamed, extensions } from './extensions.ts'
import type { Row, Xlen } from './isa/row.ts'

/** A hart as the guest sees it. */
export class Hart {
  readonly xlen: Xlen
  /** In the order of the table. */
  readonly extensions: readonly Extension[]
  readonly #names: ReadonlySet<string>
  readonly #rows: ReadonlySet<Row>

  constructor(xlen: Xlen, present: readonly Extension[]) {
    this.xlen = xlen
    this.extensions = present
    this.#names = new Set(present.map(nameOf))
    const rows = present.flatMap(extension => extension.rows ?? [])
    this.#rows = new Set(rows.filter(row => row.more.xlen === undefined || row.more.xlen === xlen))
  }

  /** Is the extension of this name there? */
  has(name: string): boolean {
    if (extensionNamed(name) === undefined) throw new Error(`riscv: no extension ${name}`)
    return this.#names.has(name)
  }

  /** The rows of its instructions. */
  get rows(): ReadonlySet<Row> {
    return this.#rows
  }

  /** Names of the extensions in canonical order, as in the device tree's `riscv,isa-extensions`. */
  get names(): readonly string[] {
    return this.extensions
      .filter(extension => !extension.unnamed)
      .map(nameOf)
      .sort(canonically)
  }

  /** The ISA string, such as `rv64imafdc_zicsr`: letters together, names after underscores. */
  get isa(): string {
    return isaString(this.xlen, this.names)
  }

  /** What `-march` of GNU binutils 2.40 takes. */
  get march(): string {
    const unknown = new Set(this.extensions.filter(extension => extension.unassembled).map(nameOf))
    return isaString(
      this.xlen,
      this.names.filter(name => !unknown.has(name) && name !== 'zicntr'),
    )
  }

  /** Bits of misa: a letter each, and the width. */
  get misa(): bigint {
    const letters = this.extensions.filter(({ title }) => title.length === 1).map(nameOf)
    const bits = letters.reduce((all, letter) => all | (1n << BigInt(letter.charCodeAt(0) - 97)), 0n)
    return bits | (this.xlen === 32 ? 1n << 30n : 2n << 62n)
  }
}

/** Order of the single letters, and of the second letters of the names with Z ("ISA Extension Naming Conventions"). */
const letterOrder = 'iemafdqlcbkjtpvnh'

function canonically(a: string, b: string): number {
  const [x, y] = [rank(a), rank(b)]
  return x - y || (a < b ? -1 : 1)
}

/** Letters first, then names with Z, then those of the privileged architecture. */
function rank(name: string): number {
  if (name.length === 1) return letterOrder.indexOf(name)
  return name.startsWith('z') ? 100 + letterOrder.indexOf(name.charAt(1)) : 200
}

/** Letters together, names after underscores. */
function isaString(xlen: Xlen, names: readonly string[]): string {
  const letters = names.filter(name => name.length === 1).join('')
  return [`rv${xlen}${letters}`, ...names.filter(name => name.length > 1)].join('_')
}

/** The hart with the extensions of these names; those without a name of their own follow. */
export function hartOf(xlen: Xlen, names: ReadonlySet<string>): Hart {
  const present = new Set<string>()
  for (const extension of extensions) {
    const { unnamed, needs = [], usual } = extension
    const fits = extension.xlen === undefined || extension.xlen === xlen
    const wanted = unnamed || usual === 'always' || names.has(nameOf(extension))
    if (fits && wanted && (!unnamed || needs.every(name => present.has(name)))) present.add(nameOf(extension))
  }
  return new Hart(
    xlen,
    extensions.filter(extension => present.has(nameOf(extension))),
  )
}

const namesOf = (usual: readonly Extension['usual'][]): ReadonlySet<string> =>
  new Set(extensions.filter(extension => usual.includes(extension.usual)).map(nameOf))

/** What `rv32` and `rv64` are. */
export const usualHart = (xlen: Xlen): Hart => hartOf(xlen, namesOf(['always', 'on']))
/** Has everything there is. */
export const fullHart = (xlen: Xlen): Hart => hartOf(xlen, namesOf(['always', 'on', 'off']))
