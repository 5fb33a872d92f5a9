/**
 * The decoder: word → row and operands.
 *
 * Compressed words are looked up in a table of all 64K, filled as words occur: an `Insn` is immutable, so the
 * same object serves every occurrence. 32-bit words are looked up by opcode and funct3, then, where many rows
 * share these (funct3 of OP-FP is the rounding mode), by funct7 as well; both lists are made on first use.
 */

import type { Insn, Row, Xlen } from './row.ts'
import { rowsOf } from './rows.ts'

/** Size of the instruction that starts with these 16 bits; longer formats than 32 bits are not in use. */
export function lengthOf(low16: number): 2 | 4 {
  return (low16 & 3) === 3 ? 4 : 2
}

/** Only the low 16 bits count if they are a compressed instruction. undefined: illegal or reserved. */
export function decode(xlen: Xlen, word: number): Insn | undefined {
  const index = (xlen === 32 ? index32 : index64) ?? makeIndex(xlen)
  return (word & 3) === 3 ? index.long(word | 0) : index.short(word & 0xffff)
}

let index32: Index | undefined
let index64: Index | undefined

function makeIndex(xlen: Xlen): Index {
  const index = new Index(xlen)
  if (xlen === 32) index32 = index
  else index64 = index
  return index
}

/** Longest list that is searched as it is; longer ones are split by funct7. */
const longList = 4

class Index {
  readonly #rows: readonly Row[]
  readonly #shorts: (Insn | null | undefined)[] = new Array(0x10000)
  readonly #byFunct3: (readonly Row[] | undefined)[] = new Array(256)
  readonly #byFunct7: (readonly Row[] | undefined)[] = new Array(256 * 128)

  constructor(xlen: Xlen) {
    this.#rows = rowsOf(xlen)
  }

  short(word: number): Insn | undefined {
    let insn = this.#shorts[word]
    if (insn === undefined) {
      insn = find(this.#rows, word) ?? null
      this.#shorts[word] = insn
    }
    return insn ?? undefined
  }

  long(word: number): Insn | undefined {
    const key3 = ((word >>> 2) & 31) | (((word >>> 12) & 7) << 5)
    let list = this.#byFunct3[key3]
    if (list === undefined) {
      list = this.#rows.filter(row => agrees(row, word, 0x707f))
      this.#byFunct3[key3] = list
    }
    if (list.length <= longList) return find(list, word)
    const key7 = (key3 << 7) | (word >>> 25)
    let shorter = this.#byFunct7[key7]
    if (shorter === undefined) {
      shorter = list.filter(row => agrees(row, word, 0xfe00707f | 0))
      this.#byFunct7[key7] = shorter
    }
    return find(shorter, word)
  }
}

/** Whether no bit of `mask` that is fixed in the row differs. */
function agrees(row: Row, word: number, mask: number): boolean {
  return row.size === 4 && ((word ^ row.match) & row.mask & mask) === 0
}

function find(list: readonly Row[], word: number): Insn | undefined {
  for (const row of list) {
    const insn = decodeAs(row, word)
    if (insn !== undefined) return insn
  }
  return undefined
}

/** The instruction if the word is of this row. */
export function decodeAs(row: Row, word: number): Insn | undefined {
  if ((word & row.mask) !== row.match || row.size !== lengthOf(word)) return undefined
  const insn = readOperands(row, word)
  return row.not === undefined || !excluded(row.not, insn) ? insn : undefined
}

/** The operands of a word that is known to be of this row. */
function readOperands(row: Row, word: number): Insn {
  let { rd, rs1, rs2, rs3, imm, aux } = row.start
  for (const { slot, from, mask, to } of row.fields) {
    const bits = ((word >>> from) & mask) << to
    switch (slot) {
      case 'rd':
        rd |= bits
        break
      case 'rs1':
        rs1 |= bits
        break
      case 'rs2':
        rs2 |= bits
        break
      case 'rs3':
        rs3 |= bits
        break
      case 'imm':
        imm |= bits
        break
      case 'aux':
        aux |= bits
        break
    }
  }
  imm = (imm << row.signShift) >> row.signShift
  return { row, rd, rs1, rs2, rs3, imm, aux, size: row.size, word: word >>> 0 }
}

function excluded(not: NonNullable<Row['not']>, insn: Insn): boolean {
  return (['rd', 'rs1', 'rs2', 'imm'] as const).some(slot => not[slot]?.includes(insn[slot]))
}
