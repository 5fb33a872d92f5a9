/** What can be wrong with a table of rows; for tests. Each gives lines that say what is wrong. */
import { finished, shortCode } from './bits.ts'
import { words } from './build.ts'
import { decodeAs } from './decode.ts'
import type { Language } from './language.ts'
import type { Code, Row, Terms } from './row.ts'

/** How a row is called in reports: `add rd,rs1,rs2 [0000000 ttttt …]`. */
export const titleOf = <T extends Terms>(row: Row<T>): string =>
  `${`${row.name} ${row.args}`.trim()} [${row.bits}]`

/** Random codes that are tried where the fixed bits of two rows do not tell them apart. */
const tries = 200

/**
 * Codes that belong to two rows. All codes of 16 bits or less are tried. Of longer rows most pairs differ in fixed bits;
 * if neither has operands that it excludes the others overlap, else random codes are tried.
 */
export function overlaps<T extends Terms>(
  language: Language<T>,
  rows: readonly Row<T>[],
  rng: () => number,
): string[] {
  const found: string[] = []
  const is = (row: Row<T>, code: Code): boolean => decodeAs(language, row, code) !== undefined
  for (const size of [1, 2]) {
    const short = rows.filter(row => row.size === size)
    for (let word = 0; short.length > 0 && word < 2 ** (8 * size); word++) {
      const owners = short.filter(row => is(row, shortCode(word, size)))
      if (owners.length > 1) found.push(`${word.toString(16)}: ${owners.map(titleOf).join(' and ')}`)
    }
  }
  const long = rows.filter(row => row.size > 2)
  for (const [i, a] of long.entries()) {
    for (const b of long.slice(i + 1)) {
      if (a.size !== b.size || contradict(a, b)) continue
      const code = commonCode(a, b, rng)
      const overlapping = Array.from({ length: tries }, code).some(word => is(a, word) && is(b, word))
      if (overlapping) found.push(`${titleOf(a)} and ${titleOf(b)}`)
    }
  }
  return found
}

const contradict = <T extends Terms>(a: Row<T>, b: Row<T>): boolean =>
  [a, ...a.rest].some((x, i) => {
    const y = [b, ...b.rest][i]
    return y !== undefined && ((x.match ^ y.match) & x.mask & y.mask) !== 0
  })

/** Makes codes that have the fixed bits of both rows. */
function commonCode<T extends Terms>(a: Row<T>, b: Row<T>, rng: () => number): () => Code {
  const pairs = [a, ...a.rest].map((x, i) => [x, [b, ...b.rest][i] ?? x] as const)
  return () => {
    const filled = pairs.map(
      ([x, y], i) =>
        (x.match | y.match | (~(x.mask | y.mask) & Math.floor(rng() * 2 ** 32)) | 0) & wordMask(a.size, i),
    )
    return finished({ size: a.size, words: filled })
  }
}

/** The bits that a word of an instruction has. */
function wordMask(size: number, word: number): number {
  const bytes = Math.min(size - 4 * word, 4)
  return bytes === 4 ? -1 : 2 ** (8 * bytes) - 1
}

/** Register operands that are in the bits and not in the text, or the other way round. */
export function unwritten<T extends Terms>(language: Language<T>, row: Row<T>): string[] {
  const written = new Set<string>(words(row.args).flatMap(word => language.operands[word]?.slot ?? []))
  const given = new Set<string>(language.slots.filter(slot => row.more.set?.[slot] !== undefined))
  const lettered = (slot: string): boolean =>
    [...row.letters.keys()].some(key => {
      const letter = language.letters[key]
      return letter?.slot === slot && letter.repeats === undefined
    })
  return language.registers
    .filter(slot => (written.has(slot) && !given.has(slot)) !== lettered(slot))
    .map(slot => `${titleOf(row)}: ${slot}`)
}
