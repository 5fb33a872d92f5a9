/** Section "Zbc" of chapter "B": carry-less multiplication. */

import { extension } from './build.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvZbc: readonly Row[] = extension('Zbc', [
  ['clmul',  '0000101 ttttt sssss 001 ddddd 0110011', 'rd,rs1,rs2'],
  ['clmulr', '0000101 ttttt sssss 010 ddddd 0110011', 'rd,rs1,rs2'],
  ['clmulh', '0000101 ttttt sssss 011 ddddd 0110011', 'rd,rs1,rs2'],
])
