/**
 * The decoder: word and ITSTATE → row and operands.
 *
 * 16-bit words are looked up in a table of all 64K, filled as words occur; 32-bit words by nine bits of the first
 * halfword, then row by row. An `Insn` outside IT blocks is immutable and shared by every occurrence.
 */

import { Aux, Data } from '../../translate/aux.ts'
import type { Insn, Letters, Operands, Row } from './row.ts'
import { extensionsOf, type Profile, rowsOf } from './rows.ts'
import { fallback } from './undefined.ts'

/** Size of the instruction that starts with this halfword (A5.1). */
export function lengthOf(first: number): 2 | 4 {
  return first >>> 11 >= 0b11101 ? 4 : 2
}

/** ITSTATE of the next instruction (ITAdvance, A7.3.3). */
export function itAdvance(it: number): number {
  return it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0
}

/** The instruction, by one of the rows; undefined: not allocated. `word`: the first halfword is the high one. */
export function decode(profile: Profile, word: number, size: 2 | 4, it = 0): Insn | undefined {
  const index = indexOf(profile)
  const insn = size === 2 ? index.short(word) : index.long(word)
  return insn && inItBlock(insn, it)
}

/**
 * Decodes for translation: reads the halfwords, and always finds something: `undefined` and its like have rows too.
 * `nextState` is ITSTATE of the next instruction.
 */
export function decodeThumb(
  code: { u16(offset: number): number },
  state: number,
  profile: Profile,
): { readonly insn: Insn; readonly nextState: number } {
  const first = code.u16(0)
  const size = lengthOf(first)
  const word = (size === 2 ? first : (first << 16) | code.u16(2)) >>> 0
  const it = state & 0xff
  const found = decode(profile, word, size, it)
  const insn = found ?? inItBlock(operandsOf(fallback(profile, word, size), word), it) ?? failed()
  return { insn, nextState: insn.sem === 'it' ? insn.imm : itAdvance(it) }
}

const failed = (): never => {
  throw new Error('undefined instructions are allowed everywhere')
}

/** What an IT block makes of an instruction. */
function inItBlock(insn: Insn, it: number): Insn | undefined {
  if (it === 0) return insn
  if (insn.row.more.outsideIt) return undefined
  const last = it & 7 ? 0 : Aux.last
  const flags = insn.row.setsOutsideIt ? ~(1 << Data.setFlags) : -1
  return { ...insn, it, aux: (insn.aux & flags) | (it << Aux.itShift) | last }
}

const indices = new Map<string, Index>()

function indexOf(profile: Profile): Index {
  const key = extensionsOf(profile).join()
  let index = indices.get(key)
  if (!index) {
    index = new Index(rowsOf(profile))
    indices.set(key, index)
  }
  return index
}

/** Bits 28 … 20 tell most 32-bit instructions apart. */
const keyBits = 0x1ff00000

class Index {
  readonly #rows: readonly Row[]
  readonly #shorts: (Insn | null | undefined)[] = new Array(0x10000)
  readonly #lists: (readonly Row[] | undefined)[] = new Array(512)

  constructor(rows: readonly Row[]) {
    this.#rows = rows
  }

  short(word: number): Insn | undefined {
    let insn = this.#shorts[word]
    if (insn === undefined) {
      insn = find(this.#rows, word, 2) ?? null
      this.#shorts[word] = insn
    }
    return insn ?? undefined
  }

  long(word: number): Insn | undefined {
    const key = (word & keyBits) >>> 20
    let list = this.#lists[key]
    if (!list) {
      list = this.#rows.filter(row => row.size === 4 && !((word ^ row.match) & row.mask & keyBits))
      this.#lists[key] = list
    }
    return find(list, word, 4)
  }
}

function find(list: readonly Row[], word: number, size: 2 | 4): Insn | undefined {
  for (const row of list) {
    const insn = row.size === size ? decodeAs(row, word) : undefined
    if (insn) return insn
  }
  return undefined
}

/** The instruction outside of IT blocks if the word is of this row. */
export function decodeAs(row: Row, word: number): Insn | undefined {
  if ((word & row.mask) !== row.match || excluded(row, word)) return undefined
  const operands = { ...row.start }
  return expand(row, word, operands) ? finish(row, word, operands) : undefined
}

const operandsOf = (row: Row, word: number): Insn => finish(row, word, { ...row.start })

/** Value of a letter in a word. */
export function letterOf(row: Row, word: number, letter: string): number {
  return (row.letters.get(letter) ?? []).reduce(
    (value, { from, mask, to }) => value | (((word >>> from) & mask) << to),
    0,
  )
}

const core = ['d', 'n', 'm', 'a']
const slots = { d: 'rd', n: 'rn', m: 'rm', a: 'ra' } as const

/** Excluded by the row, or r15 where only fixed bits may mean it. */
function excluded(row: Row, word: number): boolean {
  for (const [letter, values] of Object.entries(row.more.not ?? {})) {
    if (values.includes(letterOf(row, word, letter))) return true
  }
  return core.some(
    letter =>
      row.letters.has(letter) &&
      row.regs[slots[letter as keyof typeof slots]] === 'r' &&
      letterOf(row, word, letter) === 15,
  )
}

/** Reads the fields; false: not this row after all. */
function expand(row: Row, word: number, o: Operands): boolean {
  for (const { slot, from, mask, to } of row.fields) o[slot] |= ((word >>> from) & mask) << to
  o.imm = (o.imm << row.signShift) >> row.signShift
  const get: Letters = letter => letterOf(row, word, letter)
  return row.more.expand?.decode(get, o) ?? true
}

/** What follows from the operands: copies, flags, the stack pointer, the form without a shift. */
function finish(row: Row, word: number, o: Operands): Insn {
  const { copy, source, wback } = row.more
  if (copy) for (const slot of ['rn', 'rm'] as const) if (copy[slot]) o[slot] = o[copy[slot]]
  if (row.setsOutsideIt) o.aux |= 1 << Data.setFlags
  if (row.regs.rd === 'r' && o.rd === 13 && !source) o.aux |= 3 << Aux.rdSp
  if (wback && o.rn === 13) o.aux |= 3 << Aux.rnSp
  const isPlain = row.sem.endsWith('.shift') && !(o.aux & (0x3f << Data.amount))
  const sem = isPlain ? row.sem.replace('.shift', '.reg') : row.sem
  return { row, sem, ...o, size: row.size, word: word >>> 0, it: 0 }
}
