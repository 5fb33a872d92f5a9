/** All rows, in the order of the table of extensions. */
import { extensions } from '../extensions.ts'
import type { Row, Xlen } from './row.ts'

/** Several extensions may have the same row. */
export const rows: readonly Row[] = [...new Set(extensions.flatMap(extension => extension.rows ?? []))]

/** The rows that exist in this base. */
export function rowsOf(xlen: Xlen): readonly Row[] {
  return rows.filter(row => row.more.xlen === undefined || row.more.xlen === xlen)
}
