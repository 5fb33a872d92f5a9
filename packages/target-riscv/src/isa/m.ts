/** Chapter "M" Extension for Integer Multiplication and Division. */

import { extension } from './build.ts'
import { rv64 } from './formats.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvM: readonly Row[] = extension('M', [
  ['mul',    '0000001 ttttt sssss 000 ddddd 0110011', 'rd,rs1,rs2'],
  ['mulh',   '0000001 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['mulhsu', '0000001 ttttt sssss 010 ddddd 0110011', 'rd,rs1,rs2'],
  ['mulhu',  '0000001 ttttt sssss 011 ddddd 0110011', 'rd,rs1,rs2'],
  ['div',    '0000001 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2'],
  ['divu',   '0000001 ttttt sssss 101 ddddd 0110011', 'rd,rs1,rs2'],
  ['rem',    '0000001 ttttt sssss 110 ddddd 0110011', 'rd,rs1,rs2'],
  ['remu',   '0000001 ttttt sssss 111 ddddd 0110011', 'rd,rs1,rs2'],
  ['mulw',   '0000001 ttttt sssss 000 ddddd 0111011', 'rd,rs1,rs2', rv64],
  ['divw',   '0000001 ttttt sssss 100 ddddd 0111011', 'rd,rs1,rs2', rv64],
  ['divuw',  '0000001 ttttt sssss 101 ddddd 0111011', 'rd,rs1,rs2', rv64],
  ['remw',   '0000001 ttttt sssss 110 ddddd 0111011', 'rd,rs1,rs2', rv64],
  ['remuw',  '0000001 ttttt sssss 111 ddddd 0111011', 'rd,rs1,rs2', rv64],
])
