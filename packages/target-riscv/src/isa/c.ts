/**
 * Chapter "C" Extension for Compressed Instructions. The fourth column is what the instruction expands to.
 *
 * Reserved encodings are excluded by `not`. Hints (destination x0, shift by 0, …) are the base instruction
 * with that operand, which does nothing.
 */

import { signed, unsigned } from '@guestscope/target-kit'
import { compressed } from './build.ts'
import { rvD } from './d.ts'
import { rvF } from './f.ts'
import { rv32, rv64 } from './formats.ts'
import { rvEnvironment } from './priv.ts'
import type { More, Row } from './row.ts'
import { rvI } from './rv-i.ts'

const noRd: More = { not: { d: [0] } }
const CI: More = signed('5|4:0')
const CInonzero: More = { ...CI, not: { i: [0] } }
const CIw: More = { ...CI, ...rv64, ...noRd }
const CIsp: More = { ...signed('9|4|6|8:7|5'), not: { i: [0] } }
/** With rd = 2 the word is c.addi16sp. */
const CIlui: More = { ...signed('17|16:12'), not: { d: [2], i: [0] } }
/** The all-zero word, defined as illegal, falls under this `not` as well. */
const CIW: More = { ...unsigned('5:4|9:6|2|3'), not: { i: [0] } }
const CJ: More = signed('11|4|9:8|10|6|7|3:1|5')
const CB: More = signed('8|4:3|7:6|2:1|5')
const shift32: More = { ...unsigned('4:0'), xlen: 32 }
const shift64: More = { ...unsigned('5|4:0'), xlen: 64 }

/** Offsets: of the register-based loads and stores, of the stack-pointer-based loads, and of the stores. */
const word: More = unsigned('5:3|2|6')
const double: More = unsigned('5:3|7:6')
const loadW: More = unsigned('5|4:2|7:6')
const loadD: More = unsigned('5|4:3|8:6')
const CIlw: More = { ...loadW, ...noRd }
const CIld: More = { ...loadD, ...rv64, ...noRd }
const storeW: More = unsigned('5:2|7:6')
const storeD: More = unsigned('5:3|8:6')

// biome-ignore format: a table, one row per line
export const rvC: readonly Row[] = compressed('C', [...rvI, ...rvEnvironment], [
  ['c.addi4spn', '000 iiiiiiii ddd 00',    'rd,sp,imm',    'addi rd,sp,imm',       CIW],
  ['c.lw',       '010 iii sss ii ddd 00',  'rd,imm(rs1)',  'lw rd,imm(rs1)',       word],
  ['c.ld',       '011 iii sss ii ddd 00',  'rd,imm(rs1)',  'ld rd,imm(rs1)',       { ...double, ...rv64 }],
  ['c.sw',       '110 iii sss ii ttt 00',  'rs2,imm(rs1)', 'sw rs2,imm(rs1)',      word],
  ['c.sd',       '111 iii sss ii ttt 00',  'rs2,imm(rs1)', 'sd rs2,imm(rs1)',      { ...double, ...rv64 }],

  ['c.nop',      '000 0 00000 00000 01',   '',             'addi zero,zero,0'],
  ['c.nop',      '000 i 00000 iiiii 01',   'imm',          'addi zero,zero,imm',   CInonzero],
  ['c.addi',     '000 i ddddd iiiii 01',   'rd,imm',       'addi rd,rd,imm',       { ...CI, ...noRd }],
  ['c.jal',      '001 iiiiiiiiiii 01',     'target',       'jal ra,target',        { ...CJ, ...rv32 }],
  ['c.addiw',    '001 i ddddd iiiii 01',   'rd,imm',       'addiw rd,rd,imm',      CIw],
  ['c.li',       '010 i ddddd iiiii 01',   'rd,imm',       'addi rd,zero,imm',     CI],
  ['c.addi16sp', '011 i 00010 iiiii 01',   'sp,imm',       'addi sp,sp,imm',       CIsp],
  ['c.lui',      '011 i ddddd iiiii 01',   'rd,upper',     'lui rd,upper',         CIlui],
  ['c.srli',     '100 0 00 ddd iiiii 01',  'rd,shamt',     'srli rd,rd,shamt',     shift32],
  ['c.srli',     '100 i 00 ddd iiiii 01',  'rd,shamt',     'srli rd,rd,shamt',     shift64],
  ['c.srai',     '100 0 01 ddd iiiii 01',  'rd,shamt',     'srai rd,rd,shamt',     shift32],
  ['c.srai',     '100 i 01 ddd iiiii 01',  'rd,shamt',     'srai rd,rd,shamt',     shift64],
  ['c.andi',     '100 i 10 ddd iiiii 01',  'rd,imm',       'andi rd,rd,imm',       CI],
  ['c.sub',      '100 0 11 ddd 00 ttt 01', 'rd,rs2',       'sub rd,rd,rs2'],
  ['c.xor',      '100 0 11 ddd 01 ttt 01', 'rd,rs2',       'xor rd,rd,rs2'],
  ['c.or',       '100 0 11 ddd 10 ttt 01', 'rd,rs2',       'or rd,rd,rs2'],
  ['c.and',      '100 0 11 ddd 11 ttt 01', 'rd,rs2',       'and rd,rd,rs2'],
  ['c.subw',     '100 1 11 ddd 00 ttt 01', 'rd,rs2',       'subw rd,rd,rs2',       rv64],
  ['c.addw',     '100 1 11 ddd 01 ttt 01', 'rd,rs2',       'addw rd,rd,rs2',       rv64],
  ['c.j',        '101 iiiiiiiiiii 01',     'target',       'jal zero,target',      CJ],
  ['c.beqz',     '110 iii sss iiiii 01',   'rs1,target',   'beq rs1,zero,target',  CB],
  ['c.bnez',     '111 iii sss iiiii 01',   'rs1,target',   'bne rs1,zero,target',  CB],

  ['c.slli',     '000 0 ddddd iiiii 10',   'rd,shamt',     'slli rd,rd,shamt',     shift32],
  ['c.slli',     '000 i ddddd iiiii 10',   'rd,shamt',     'slli rd,rd,shamt',     shift64],
  ['c.lwsp',     '010 i ddddd iiiii 10',   'rd,imm(sp)',   'lw rd,imm(sp)',        CIlw],
  ['c.ldsp',     '011 i ddddd iiiii 10',   'rd,imm(sp)',   'ld rd,imm(sp)',        CIld],
  ['c.jr',       '100 0 sssss 00000 10',   'rs1',          'jalr zero,0(rs1)',     { not: { s: [0] } }],
  ['c.mv',       '100 0 ddddd ttttt 10',   'rd,rs2',       'add rd,zero,rs2',      { not: { t: [0] } }],
  ['c.ebreak',   '100 1 00000 00000 10',   '',             'ebreak'],
  ['c.jalr',     '100 1 sssss 00000 10',   'rs1',          'jalr ra,0(rs1)',       { not: { s: [0] } }],
  ['c.add',      '100 1 ddddd ttttt 10',   'rd,rs2',       'add rd,rd,rs2',        { not: { t: [0] } }],
  ['c.swsp',     '110 iiiiii ttttt 10',    'rs2,imm(sp)',  'sw rs2,imm(sp)',       storeW],
  ['c.sdsp',     '111 iiiiii ttttt 10',    'rs2,imm(sp)',  'sd rs2,imm(sp)',       { ...storeD, ...rv64 }],
])

// biome-ignore format: a table, one row per line
export const rvZcf: readonly Row[] = compressed('Zcf', rvF, [
  ['c.flw',      '011 iii sss ii ddd 00',  'fd,imm(rs1)',  'flw fd,imm(rs1)',      { ...word, ...rv32 }],
  ['c.fsw',      '111 iii sss ii ttt 00',  'fs2,imm(rs1)', 'fsw fs2,imm(rs1)',     { ...word, ...rv32 }],
  ['c.flwsp',    '011 i ddddd iiiii 10',   'fd,imm(sp)',   'flw fd,imm(sp)',       { ...loadW, ...rv32 }],
  ['c.fswsp',    '111 iiiiii ttttt 10',    'fs2,imm(sp)',  'fsw fs2,imm(sp)',      { ...storeW, ...rv32 }],
])

// biome-ignore format: a table, one row per line
export const rvZcd: readonly Row[] = compressed('Zcd', rvD, [
  ['c.fld',      '001 iii sss ii ddd 00',  'fd,imm(rs1)',  'fld fd,imm(rs1)',      double],
  ['c.fsd',      '101 iii sss ii ttt 00',  'fs2,imm(rs1)', 'fsd fs2,imm(rs1)',     double],
  ['c.fldsp',    '001 i ddddd iiiii 10',   'fd,imm(sp)',   'fld fd,imm(sp)',       loadD],
  ['c.fsdsp',    '101 iiiiii ttttt 10',    'fs2,imm(sp)',  'fsd fs2,imm(sp)',      storeD],
])
