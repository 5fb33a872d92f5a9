/** What no row takes. */
import { type Code, decodeAs, makeRow } from '@guestscope/target-kit'
import { language } from './language.ts'
import type { Insn, Row } from './row.ts'

const unallocated = (size: 2 | 4): Row =>
  makeRow(language, {
    name: `.${size}byte`,
    bits: '-'.repeat(8 * size),
    args: 'word',
    sem: illegalName,
    ext: 'I',
    more: { ending: 'trap' },
  })

/** Name of the semantics of an illegal instruction. */
export const illegalName = 'illegal'

const [short, long] = [unallocated(2), unallocated(4)]

/** The rows that stand for codes that are no instruction. */
export const undefinedRows: readonly Row[] = [short, long]

/** The illegal instruction that a code is. */
export function undefinedInsn(code: Code): Insn {
  const insn = decodeAs(language, code.size === 2 ? short : long, code)
  if (insn === undefined) throw new Error('every code is at least illegal')
  return insn
}
