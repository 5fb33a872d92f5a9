/** Random instructions for differential tests. */

import { specialNames } from '../registers.ts'
import { decode, letterOf } from './decode.ts'
import type { Row } from './row.ts'
import { type Profile, rowsOf } from './rows.ts'

export interface Word {
  readonly word: number
  readonly size: 2 | 4
}

/**
 * A valid instruction: every row that passes the filter is equally likely, its letters are random; of the special
 * registers those that exist occur.
 *
 * @param rng uniform in [0, 1), like `Math.random`; a seeded one makes the sequence repeatable.
 */
export function randomInsn(
  rng: () => number,
  profile: Profile,
  filter: (row: Row) => boolean = () => true,
): Word {
  const candidates = rowsOf(profile).filter(filter)
  const row = candidates[Math.floor(rng() * candidates.length)]
  if (row === undefined) throw new Error('no instruction passes the filter')
  return { word: randomWord(rng, profile, row), size: row.size }
}

/** A random word of this row. */
export function randomWord(rng: () => number, profile: Profile, row: Row): number {
  for (;;) {
    let word = row.match
    for (const [letter, runs] of row.letters) {
      const source = letter === 'q' ? row.letters.get('m') : undefined
      for (const [i, { from, mask }] of runs.entries()) {
        const copied = source?.[i] ? word >>> source[i].from : Math.floor(rng() * 2 ** 32)
        word |= (copied & mask) << from
      }
    }
    const exists = !isSpecial.test(row.sem) || specialNames.has(letterOf(row, word, 'i'))
    if (exists && decode(profile, word >>> 0, row.size)?.row === row) return word >>> 0
  }
}

const isSpecial = /^m[rs][rs]$/
