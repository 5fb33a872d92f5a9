/** Random instructions for differential tests. */
import { finished, readAll, write } from './bits.ts'
import type { InsnSet } from './language.ts'
import type { Code, Insn, Row, Terms } from './row.ts'

/**
 * A valid instruction: every row that passes the filter is equally likely, its letters are random, ignored bits are 0.
 *
 * @param rng uniform in [0, 1), like `Math.random`; a seeded one makes the sequence repeatable.
 */
export function randomInsn<T extends Terms>(
  rng: () => number,
  set: InsnSet<T>,
  filter: (row: Row<T>) => boolean = () => true,
): Insn<T> {
  const candidates = set.rows.filter(filter)
  const row = candidates[Math.floor(rng() * candidates.length)]
  if (row === undefined) throw new Error(`${set.title}: no instruction passes the filter`)
  return randomOf(rng, set, row)
}

/** A random instruction of this row. */
export function randomOf<T extends Terms>(rng: () => number, set: InsnSet<T>, row: Row<T>): Insn<T> {
  const { language } = set
  for (;;) {
    const insn = set.decode(randomCode(rng, set, row))
    if (insn?.row === row && (language.plausible?.(insn) ?? true)) return insn
  }
}

/** The fixed bits of a row with random letters. */
function randomCode<T extends Terms>(rng: () => number, { language }: InsnSet<T>, row: Row<T>): Code {
  const draft = { size: row.size, words: [row.match, ...row.rest.map(({ match }) => match)] }
  for (const [letter, runs] of row.letters) {
    if (language.letters[letter]?.repeats !== undefined) continue
    for (const run of runs) write(draft, { ...run, to: 0 }, Math.floor(rng() * 2 ** 32))
  }
  for (const [letter, runs] of row.letters) {
    const source = row.letters.get(language.letters[letter]?.repeats ?? '')
    if (source === undefined) continue
    const code = finished(draft)
    const value = readAll(code, source)
    for (const run of runs) write(draft, run, value)
  }
  return finished(draft)
}
