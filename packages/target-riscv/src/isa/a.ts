/** Chapter "A" Extension for Atomic Instructions: Zalrsc and Zaamo. The letters `aa` are aq and rl. */

import { extension } from './build.ts'
import { rv64 } from './formats.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvA: readonly Row[] = extension('A', [
  ['lr.w',      '00010 aa 00000 sssss 010 ddddd 0101111', 'rd,(rs1)'],
  ['sc.w',      '00011 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amoswap.w', '00001 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amoadd.w',  '00000 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amoxor.w',  '00100 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amoand.w',  '01100 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amoor.w',   '01000 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amomin.w',  '10000 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amomax.w',  '10100 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amominu.w', '11000 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],
  ['amomaxu.w', '11100 aa ttttt sssss 010 ddddd 0101111', 'rd,rs2,(rs1)'],

  ['lr.d',      '00010 aa 00000 sssss 011 ddddd 0101111', 'rd,(rs1)',     rv64],
  ['sc.d',      '00011 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amoswap.d', '00001 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amoadd.d',  '00000 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amoxor.d',  '00100 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amoand.d',  '01100 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amoor.d',   '01000 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amomin.d',  '10000 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amomax.d',  '10100 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amominu.d', '11000 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
  ['amomaxu.d', '11100 aa ttttt sssss 011 ddddd 0101111', 'rd,rs2,(rs1)', rv64],
])
