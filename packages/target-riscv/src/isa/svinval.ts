/** Chapter "Svinval" Extension for Fine-Grained Address-Translation Cache Invalidation. */

import { extension } from './build.ts'
import type { More, Row } from './row.ts'

const system: More = { ending: 'system' }

// biome-ignore format: a table, one row per line
export const rvSvinval: readonly Row[] = extension('Svinval', [
  ['sinval.vma',      '0001011 ttttt sssss 000 00000 1110011', 'rs1,rs2', system],
  ['sfence.w.inval',  '0001100 00000 00000 000 00000 1110011', '',        system],
  ['sfence.inval.ir', '0001100 00001 00000 000 00000 1110011', '',        system],
])
