/** Chapter "F" Extension for Single-Precision Floating-Point; `mmm` is the rounding mode. */

import { extension } from './build.ts'
import { I, rv64, S } from './formats.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvF: readonly Row[] = extension('F', [
  ['flw',       'iiiiiiiiiiii sssss 010 ddddd 0000111',   'fd,imm(rs1)',  I],
  ['fsw',       'iiiiiii ttttt sssss 010 iiiii 0100111',  'fs2,imm(rs1)', S],

  ['fmadd.s',   'rrrrr 00 ttttt sssss mmm ddddd 1000011', 'fd,fs1,fs2,fs3,rm'],
  ['fmsub.s',   'rrrrr 00 ttttt sssss mmm ddddd 1000111', 'fd,fs1,fs2,fs3,rm'],
  ['fnmsub.s',  'rrrrr 00 ttttt sssss mmm ddddd 1001011', 'fd,fs1,fs2,fs3,rm'],
  ['fnmadd.s',  'rrrrr 00 ttttt sssss mmm ddddd 1001111', 'fd,fs1,fs2,fs3,rm'],

  ['fadd.s',    '0000000 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsub.s',    '0000100 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fmul.s',    '0001000 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fdiv.s',    '0001100 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsqrt.s',   '0101100 00000 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
  ['fsgnj.s',   '0010000 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjn.s',  '0010000 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjx.s',  '0010000 ttttt sssss 010 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmin.s',    '0010100 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmax.s',    '0010100 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['feq.s',     '1010000 ttttt sssss 010 ddddd 1010011',  'rd,fs1,fs2'],
  ['flt.s',     '1010000 ttttt sssss 001 ddddd 1010011',  'rd,fs1,fs2'],
  ['fle.s',     '1010000 ttttt sssss 000 ddddd 1010011',  'rd,fs1,fs2'],
  ['fclass.s',  '1110000 00000 sssss 001 ddddd 1010011',  'rd,fs1'],

  ['fcvt.w.s',  '1100000 00000 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.wu.s', '1100000 00001 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.l.s',  '1100000 00010 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.lu.s', '1100000 00011 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.s.w',  '1101000 00000 sssss mmm ddddd 1010011',  'fd,rs1,rm'],
  ['fcvt.s.wu', '1101000 00001 sssss mmm ddddd 1010011',  'fd,rs1,rm'],
  ['fcvt.s.l',  '1101000 00010 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
  ['fcvt.s.lu', '1101000 00011 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
  ['fmv.x.w',   '1110000 00000 sssss 000 ddddd 1010011',  'rd,fs1'],
  ['fmv.w.x',   '1111000 00000 sssss 000 ddddd 1010011',  'fd,rs1'],
])
