/** Chooses rows and words. */
import type { Hart } from '../../src/hart.ts'
import {
  decode,
  encode,
  type Insn,
  type Operands,
  type Row,
  randomWord,
  type Xlen,
} from '../../src/isa/index.ts'
import type { Rng } from './stream.ts'

/** What a row is for a random stream. `system` rows are made by name or not at all. */
type Kind =
  | 'integer'
  | 'float'
  | 'load'
  | 'store'
  | 'atomic'
  | 'reserving'
  | 'branch'
  | 'csr'
  | 'fence'
  | 'other'

const memoryArgs = /\(rs1\)|\(sp\)/
const stores = /^(c\.)?f?s[bhwd](sp)?$|^cbo/

function kindOf(row: Row): Kind {
  if (row.ext === 'A') return /^(lr|sc)\./.test(row.name) ? 'reserving' : 'atomic'
  if (row.ext === 'Zicsr') return 'csr'
  if (row.ending === 'branch') return 'branch'
  if (['fence', 'fence.i', 'sfence.vma'].includes(row.name) || row.ext === 'Svinval') return 'fence'
  if (row.ending !== undefined) return 'other'
  if (memoryArgs.test(row.args)) return stores.test(row.name) ? 'store' : 'load'
  return Object.values(row.regs).includes('f') ? 'float' : 'integer'
}

const groupsOf = new WeakMap<Hart, Map<Kind, Row[]>>()

function groups(hart: Hart): Map<Kind, Row[]> {
  let found = groupsOf.get(hart)
  if (!found) {
    found = new Map()
    for (const row of hart.rows) {
      const kind = kindOf(row)
      const list = found.get(kind) ?? []
      list.push(row)
      found.set(kind, list)
    }
    groupsOf.set(hart, found)
  }
  return found
}

export class Picker {
  readonly #hart: Hart
  readonly #xlen: Xlen
  readonly #rng: Rng
  readonly #names = new Map<string, Row>()

  constructor(hart: Hart, rng: Rng) {
    this.#hart = hart
    this.#xlen = hart.xlen
    this.#rng = rng
    for (const row of hart.rows) this.#names.set(row.name, row)
  }

  named(name: string): Row {
    const row = this.#names.get(name)
    if (!row) throw new Error(`RV${this.#xlen} has no row ${name}`)
    return row
  }

  /** The same instruction with other operands. */
  change(insn: Insn, operands: Operands): Insn {
    const { rd, rs1, rs2, rs3, imm, aux } = insn
    const changed = decode(this.#xlen, encode(insn.row, { rd, rs1, rs2, rs3, imm, aux, ...operands }))
    if (changed?.row !== insn.row) throw new Error(`${insn.row.name} cannot have ${JSON.stringify(operands)}`)
    return changed
  }

  /** A random instruction of the kind that passes the filter. */
  insn(kind: Kind, filter: (insn: Insn) => boolean): Insn {
    const rows = groups(this.#hart).get(kind) ?? []
    for (;;) {
      const row = rows[Math.floor(this.#rng() * rows.length)] as Row
      const insn = decode(this.#xlen, randomWord(this.#rng, this.#xlen, row))
      if (insn && filter(insn)) return insn
    }
  }

  /** A word that is no instruction: the low 16 bits of a 32-bit one, or a compressed one. */
  illegal(): { word: number; size: 2 | 4 } {
    for (;;) {
      const word = Math.floor(this.#rng() * 2 ** 32)
      const size = (word & 3) === 3 ? 4 : 2
      const insn = decode(this.#xlen, word)
      if (insn && this.#hart.rows.has(insn.row)) continue
      if ((word & 0xffff) === 0x000b) continue // the marker
      return size === 4 ? { word, size } : { word: word & 0xffff, size }
    }
  }
}
