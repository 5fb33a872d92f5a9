/** Makes rows out of the tables. */
import { makeRow } from '@guestscope/target-kit'
import { language } from './language.ts'
import type { Extension, Row, RowData } from './row.ts'

/** Rows of one extension. */
export function extension(ext: Extension, data: readonly RowData[]): readonly Row[] {
  return data.map(([name, bits, args, sem, own = {}]) => {
    const setsOutsideIt = name.includes('{s}') && bits.replaceAll(' ', '').length === 16
    return makeRow(language, {
      name,
      bits,
      args,
      sem,
      ext,
      more: setsOutsideIt ? { ...own, setsOutsideIt } : own,
    })
  })
}
