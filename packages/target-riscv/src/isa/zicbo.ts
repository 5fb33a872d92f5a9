/** "Cache-Block Management Instructions": Zicbom, Zicboz. Those of Zicbop are hints: ori to x0. */

import { extension } from './build.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvZicbom: readonly Row[] = extension('Zicbom', [
  ['cbo.inval', '0000000 00000 sssss 010 00000 0001111', '(rs1)'],
  ['cbo.clean', '0000000 00001 sssss 010 00000 0001111', '(rs1)'],
  ['cbo.flush', '0000000 00010 sssss 010 00000 0001111', '(rs1)'],
])

// biome-ignore format: a table, one row per line
export const rvZicboz: readonly Row[] = extension('Zicboz', [
  ['cbo.zero',  '0000000 00100 sssss 010 00000 0001111', '(rs1)'],
])
