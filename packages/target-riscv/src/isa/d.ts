/**
 * Chapter "D" Extension for Double-Precision Floating-Point; `mmm` is the rounding mode.
 *
 * A conversion that is always exact has one too; assemblers write 0 there (`rmExact`), not 7.
 */

import { extension } from './build.ts'
import { I, rv64, S } from './formats.ts'
import type { Row } from './row.ts'

// biome-ignore format: a table, one row per line
export const rvD: readonly Row[] = extension('D', [
  ['fld',       'iiiiiiiiiiii sssss 011 ddddd 0000111',   'fd,imm(rs1)',  I],
  ['fsd',       'iiiiiii ttttt sssss 011 iiiii 0100111',  'fs2,imm(rs1)', S],

  ['fmadd.d',   'rrrrr 01 ttttt sssss mmm ddddd 1000011', 'fd,fs1,fs2,fs3,rm'],
  ['fmsub.d',   'rrrrr 01 ttttt sssss mmm ddddd 1000111', 'fd,fs1,fs2,fs3,rm'],
  ['fnmsub.d',  'rrrrr 01 ttttt sssss mmm ddddd 1001011', 'fd,fs1,fs2,fs3,rm'],
  ['fnmadd.d',  'rrrrr 01 ttttt sssss mmm ddddd 1001111', 'fd,fs1,fs2,fs3,rm'],

  ['fadd.d',    '0000001 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsub.d',    '0000101 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fmul.d',    '0001001 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fdiv.d',    '0001101 ttttt sssss mmm ddddd 1010011',  'fd,fs1,fs2,rm'],
  ['fsqrt.d',   '0101101 00000 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
  ['fsgnj.d',   '0010001 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjn.d',  '0010001 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['fsgnjx.d',  '0010001 ttttt sssss 010 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmin.d',    '0010101 ttttt sssss 000 ddddd 1010011',  'fd,fs1,fs2'],
  ['fmax.d',    '0010101 ttttt sssss 001 ddddd 1010011',  'fd,fs1,fs2'],
  ['feq.d',     '1010001 ttttt sssss 010 ddddd 1010011',  'rd,fs1,fs2'],
  ['flt.d',     '1010001 ttttt sssss 001 ddddd 1010011',  'rd,fs1,fs2'],
  ['fle.d',     '1010001 ttttt sssss 000 ddddd 1010011',  'rd,fs1,fs2'],
  ['fclass.d',  '1110001 00000 sssss 001 ddddd 1010011',  'rd,fs1'],

  ['fcvt.w.d',  '1100001 00000 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.wu.d', '1100001 00001 sssss mmm ddddd 1010011',  'rd,fs1,rm'],
  ['fcvt.l.d',  '1100001 00010 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.lu.d', '1100001 00011 sssss mmm ddddd 1010011',  'rd,fs1,rm',    rv64],
  ['fcvt.d.w',  '1101001 00000 sssss mmm ddddd 1010011',  'fd,rs1,rmExact'],
  ['fcvt.d.wu', '1101001 00001 sssss mmm ddddd 1010011',  'fd,rs1,rmExact'],
  ['fcvt.d.l',  '1101001 00010 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
  ['fcvt.d.lu', '1101001 00011 sssss mmm ddddd 1010011',  'fd,rs1,rm',    rv64],
  ['fcvt.s.d',  '0100000 00001 sssss mmm ddddd 1010011',  'fd,fs1,rm'],
  ['fcvt.d.s',  '0100001 00000 sssss mmm ddddd 1010011',  'fd,fs1,rmExact'],
  ['fmv.x.d',   '1110001 00000 sssss 000 ddddd 1010011',  'rd,fs1',       rv64],
  ['fmv.d.x',   '1111001 00000 sssss 000 ddddd 1010011',  'fd,rs1',       rv64],
])
