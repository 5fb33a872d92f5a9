/** What no row takes: undefined, or a coprocessor that does not exist or has no such instruction. */

import { extension } from './build.ts'
import type { Row } from './row.ts'
import type { Profile } from './rows.ts'

const trap = { ending: 'trap', unconditional: true } as const
const unallocated = (size: 2 | 4, sem: string): Row => {
  const [row] = extension('v6m', [
    [`.inst.${size === 2 ? 'n' : 'w'}`, '-'.repeat(8 * size), 'word', sem, trap],
  ])
  return row as Row
}

const [undefined16, undefined32] = [unallocated(2, 'undefined'), unallocated(4, 'undefined')]
const [nocp, undefinedFp] = [unallocated(4, 'nocp'), unallocated(4, 'undefined.fp')]

/** The rows for what is no instruction. */
export const undefinedRows: readonly Row[] = [undefined16, undefined32, nocp, undefinedFp]

/** 111x 110x … and 111x 1110 …: coprocessor instructions (A5.3.18). */
const isCoprocessor = (word: number): boolean =>
  (word & 0xee000000) >>> 0 === 0xec000000 || (word & 0xef000000) >>> 0 === 0xee000000

/** The row that stands for a word that is no instruction. */
export function fallback(profile: Profile, word: number, size: number): Row {
  if (size === 2) return undefined16
  if (profile.baseline || !isCoprocessor(word)) return undefined32
  const isFp = ((word >>> 9) & 7) === 5
  return isFp && profile.fpu !== 'none' ? undefinedFp : nocp
}
