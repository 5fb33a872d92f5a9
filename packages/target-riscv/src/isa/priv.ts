/** ecall and ebreak (chapter "RV32I"), and the privileged instructions (volume "Privileged Architecture"). */

import { extension } from './build.ts'
import type { More, Row } from './row.ts'

const trap: More = { ending: 'trap' }
const system: More = { ending: 'system' }

// biome-ignore format: a table, one row per line
export const rvEnvironment: readonly Row[] = extension('I', [
  ['ecall',  '0000000 00000 00000 000 00000 1110011', '', trap],
  ['ebreak', '0000000 00001 00000 000 00000 1110011', '', trap],
])

// biome-ignore format: a table, one row per line
export const rvMachine: readonly Row[] = extension('Machine', [
  ['mret',   '0011000 00010 00000 000 00000 1110011', '', system],
  ['wfi',    '0001000 00101 00000 000 00000 1110011', '', system],
])

// biome-ignore format: a table, one row per line
export const rvSupervisor: readonly Row[] = extension('S', [
  ['sret',       '0001000 00010 00000 000 00000 1110011', '', system],
  ['sfence.vma', '0001001 ttttt sssss 000 00000 1110011', 'rs1,rs2', system],
])
