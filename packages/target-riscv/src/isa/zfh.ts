/** Chapter "Zfh" Extensions for Half-Precision Floating-Point; `mmm` is the rounding mode. */

import { extension } from './build.ts'
import { I, rv64, S } from './formats.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvZfhmin: readonly Row[] = extension('Zfhmin', [
  ['flh',       'iiiiiiiiiiii sssss 001 ddddd 0000111',   'fd,imm(rs1)',  I],
  ['fsh',       'iiiiiii ttttt sssss 001 iiiii 0100111',  'fs2,imm(rs1)', S],
  ['fcvt.s.h',  '0100000 00010 sssss mmm ddddd 1010011',  'fd,fs1,rmExact'],
  ['fcvt.h.s',  '0100010 00000 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
  ['fmv.x.h',   '1110010 00000 sssss 000 ddddd 1010011',  'rd,fs1'],
  ['fmv.h.x',   '1111010 00000 sssss 000 ddddd 1010011',  'fd,rs1'],
])

/** With D. */
// biome-ignore format: a table, one row per line
export const rvZfhminD: readonly Row[] = extension('Zfhmin', [
  ['fcvt.d.h',  '0100001 00010 sssss mmm ddddd 1010011',  'fd,fs1,rmExact'],
  ['fcvt.h.d',  '0100010 00001 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
])

// biome-ignore format: a table, one row per line
export const rvZfh: readonly Row[] = extension('Zfh', [
  ['fmadd.h',   'rrrrr 10 ttttt sssss mmm ddddd 1000011', 'fd,fs1,fs2,fs3,rm'],
  ['fmsub.h',   'rrrrr 10 ttttt sssss mmm ddddd 1000111', 'fd,fs1,fs2,fs3,rm'],
  ['fnmsub.h',  'rrrrr 10 ttttt sssss mmm ddddd 1001011', 'fd,fs1,fs2,fs3,rm'],
  ['fnmadd.h',  'rrrrr 10 ttttt sssss mmm ddddd 1001111', 'fd,fs1,fs2,fs3,rm'],

  ['fadd.h',    '0000010 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsub.h',    '0000110 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fmul.h',    '0001010 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fdiv.h',    '0001110 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsqrt.h',   '0101110 00000 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
  ['fsgnj.h',   '0010010 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjn.h',  '0010010 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjx.h',  '0010010 ttttt sssss 010 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmin.h',    '0010110 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmax.h',    '0010110 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['feq.h',     '1010010 ttttt sssss 010 ddddd 1010011',  'rd,fs1,fs2'],
  ['flt.h',     '1010010 ttttt sssss 001 ddddd 1010011',  'rd,fs1,fs2'],
  ['fle.h',     '1010010 ttttt sssss 000 ddddd 1010011',  'rd,fs1,fs2'],
  ['fclass.h',  '1110010 00000 sssss 001 ddddd 1010011',  'rd,fs1'],

  ['fcvt.w.h',  '1100010 00000 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.wu.h', '1100010 00001 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.l.h',  '1100010 00010 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.lu.h', '1100010 00011 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.h.w',  '1101010 00000 sssss mmm ddddd 1010011',  'fd,rs1,rm'],
  ['fcvt.h.wu', '1101010 00001 sssss mmm ddddd 1010011',  'fd,rs1,rm'],
  ['fcvt.h.l',  '1101010 00010 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
  ['fcvt.h.lu', '1101010 00011 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
])
