/** Chapter "Zicond" Extension for Integer Conditional Operations. */

import { extension } from './build.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvZicond: readonly Row[] = extension('Zicond', [
  ['czero.eqz', '0000111 ttttt sssss 101 ddddd 0110011', 'rd,rs1,rs2'],
  ['czero.nez', '0000111 ttttt sssss 111 ddddd 0110011', 'rd,rs1,rs2'],
])
