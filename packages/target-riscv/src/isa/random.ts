/** Random instructions for differential tests. */

import { decode } from './decode.ts'
import type { Row, Xlen } from './row.ts'
import { rowsOf } from './rows.ts'

/**
 * A valid instruction: every row that passes the filter is equally likely, its fields are random. Ignored
 * bits are 0 and the two reserved rounding modes do not occur, since both would only test the decoder.
 *
 * @param rng uniform in [0, 1), like `Math.random`; a seeded one makes the sequence repeatable.
 */
export function randomInsn(rng: () => number, xlen: Xlen, filter?: (row: Row) => boolean): number {
  const candidates = rowsOf(xlen).filter(filter ?? (() => true))
  const row = candidates[Math.floor(rng() * candidates.length)]
  if (row === undefined) throw new Error(`no RV${xlen} instruction passes the filter`)
  return randomWord(rng, xlen, row)
}

/** A random word of this row. */
export function randomWord(rng: () => number, xlen: Xlen, row: Row): number {
  for (;;) {
    let word = row.match
    for (const { mask, from } of row.fields) word |= (Math.floor(rng() * 2 ** 32) & mask) << from
    const insn = decode(xlen, word)
    const badRounding = /\brm/.test(row.args) && (insn?.aux === 5 || insn?.aux === 6)
    if (insn?.row === row && !badRounding) return word >>> 0
  }
}
