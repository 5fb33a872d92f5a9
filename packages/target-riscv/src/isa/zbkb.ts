/** Section "Zbkb" of the scalar cryptography extensions: bit manipulation for cryptography. */

import { extension } from './build.ts'
import { rv32, rv64 } from './formats.ts'
import type { More, Row } from './row.ts'
import { rvZbb } from './zb.ts'

/** With rs2 = 0 the word is zext.h. */
const noZext: More = { not: { t: [0] } }
const shared = 'andn orn xnor rol ror rori rolw rorw roriw rev8 zext.h'.split(' ')

/** Those that Zbb has, too: either brings them. */
// biome-ignore format: a table, one row per line
export const rvZbkb: readonly Row[] = [...rvZbb.filter(row => shared.includes(row.name)), ...extension('Zbkb', [
  ['pack',  '0000100 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2', { ...rv32, ...noZext }],
  ['pack',  '0000100 ttttt sssss 100 ddddd 0110011', 'rd,rs1,rs2', rv64],
  ['packh', '0000100 ttttt sssss 111 ddddd 0110011', 'rd,rs1,rs2'],
  ['packw', '0000100 ttttt sssss 100 ddddd 0111011', 'rd,rs1,rs2', { ...rv64, ...noZext }],
  ['brev8', '0110100 00111 sssss 101 ddddd 0010011', 'rd,rs1'],
  ['zip',   '0000100 01111 sssss 001 ddddd 0010011', 'rd,rs1',     rv32],
  ['unzip', '0000100 01111 sssss 101 ddddd 0010011', 'rd,rs1',     rv32],
])]
