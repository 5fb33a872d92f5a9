/** Chapters "Zicsr", Control and Status Register Instructions, and "Zifencei", Instruction-Fetch Fence. */

import { extension } from './build.ts'
import type { More, Row } from './row.ts'

const system: More = { ending: 'system' }

// biome-ignore format: a table, one row per line
export const rvZicsr: readonly Row[] = extension('Zicsr', [
  ['csrrw',  'cccccccccccc sssss 001 ddddd 1110011', 'rd,csr,rs1',  system],
  ['csrrs',  'cccccccccccc sssss 010 ddddd 1110011', 'rd,csr,rs1',  system],
  ['csrrc',  'cccccccccccc sssss 011 ddddd 1110011', 'rd,csr,rs1',  system],
  ['csrrwi', 'cccccccccccc uuuuu 101 ddddd 1110011', 'rd,csr,uimm', system],
  ['csrrsi', 'cccccccccccc uuuuu 110 ddddd 1110011', 'rd,csr,uimm', system],
  ['csrrci', 'cccccccccccc uuuuu 111 ddddd 1110011', 'rd,csr,uimm', system],
])

// biome-ignore format: a table, one row per line
export const rvZifencei: readonly Row[] = extension('Zifencei', [
  // "Implementations shall ignore" the immediate, rs1 and rd.
  ['fence.i', '------------ ----- 001 ----- 0001111', '', system],
])
