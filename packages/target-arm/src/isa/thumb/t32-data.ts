/** 32-bit data processing (Armv7-M ARM, A5.3.1, A5.3.3, A5.3.11 … A5.3.17). */

import { unsigned } from '@guestscope/target-kit'
import { extension } from './build.ts'
import {
  extract,
  insert,
  modified,
  negative,
  rotated,
  shifted,
  signedSaturation,
  unsignedSaturation,
} from './expand.ts'
import type { More, Row } from './row.ts'

/** i, imm4, imm3, imm8 as they stand in the word. */
const imm16: More = unsigned('11|15:12|10:8|7:0')

// biome-ignore format: a table, one row per line
export const t32Data: readonly Row[] = extension('v7m', [
  // Modified immediate.
  ['and{s}.w', '11110 i 0 0000 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'and.imm', modified],
  ['tst.w',    '11110 i 0 0000 1 nnnn 0 iii 1111 iiiiiiii', 'rn, #uimm',     'tst.imm', modified],
  ['bic{s}.w', '11110 i 0 0001 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'bic.imm', modified],
  ['orr{s}.w', '11110 i 0 0010 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'orr.imm', modified],
  ['mov{s}.w', '11110 i 0 0010 s 1111 0 iii dddd iiiiiiii', 'rd, #uimm',     'mov.imm', modified],
  ['orn{s}',   '11110 i 0 0011 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'orn.imm', modified],
  ['mvn{s}.w', '11110 i 0 0011 s 1111 0 iii dddd iiiiiiii', 'rd, #uimm',     'mvn.imm', modified],
  ['eor{s}.w', '11110 i 0 0100 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'eor.imm', modified],
  ['teq',      '11110 i 0 0100 1 nnnn 0 iii 1111 iiiiiiii', 'rn, #uimm',     'teq.imm', modified],
  ['add{s}.w', '11110 i 0 1000 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'add.imm', modified],
  ['cmn.w',    '11110 i 0 1000 1 nnnn 0 iii 1111 iiiiiiii', 'rn, #uimm',     'cmn.imm', modified],
  ['adc{s}.w', '11110 i 0 1010 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'adc.imm', modified],
  ['sbc{s}.w', '11110 i 0 1011 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'sbc.imm', modified],
  ['sub{s}.w', '11110 i 0 1101 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'sub.imm', modified],
  ['cmp.w',    '11110 i 0 1101 1 nnnn 0 iii 1111 iiiiiiii', 'rn, #uimm',     'cmp.imm', modified],
  ['rsb{s}',   '11110 i 0 1110 s nnnn 0 iii dddd iiiiiiii', 'rd, rn, #uimm', 'rsb.imm', modified],

  // Plain binary immediate.
  ['addw',     '11110 i 1 00000 nnnn 0 iii dddd iiiiiiii',  'rd, rn, #imm',  'add.imm'],
  ['addw',     '11110 i 1 00000 1111 0 iii dddd iiiiiiii',  'rd, pc, #imm',  'adr'],
  ['movw',     '11110 i 1 00100 iiii 0 iii dddd iiiiiiii',  'rd, #imm',      'mov.imm', imm16],
  ['subw',     '11110 i 1 01010 nnnn 0 iii dddd iiiiiiii',  'rd, rn, #imm',  'sub.imm'],
  ['subw',     '11110 i 1 01010 1111 0 iii dddd iiiiiiii',  'rd, pc, below', 'adr',     negative],
  ['movt',     '11110 i 1 01100 iiii 0 iii dddd iiiiiiii',  'rd, #imm',      'movt',    imm16],
  ['ssat',     '11110 0 11 00t 0 nnnn 0 lll dddd ll 0 vvvvv', 'rd, #sat, rn, satshift', 'ssat', signedSaturation],
  ['sbfx',     '11110 0 11 010 0 nnnn 0 lll dddd ll 0 vvvvv', 'rd, rn, #lsb, #width',   'sbfx', extract],
  ['bfi',      '11110 0 11 011 0 nnnn 0 lll dddd ll 0 vvvvv', 'rd, rn, #lsb, #width',   'bfi',  insert],
  ['bfc',      '11110 0 11 011 0 1111 0 lll dddd ll 0 vvvvv', 'rd, #lsb, #width',       'bfc',  insert],
  ['usat',     '11110 0 11 10t 0 nnnn 0 lll dddd ll 0 vvvvv', 'rd, #sat, rn, satshift', 'usat', unsignedSaturation],
  ['ubfx',     '11110 0 11 110 0 nnnn 0 lll dddd ll 0 vvvvv', 'rd, rn, #lsb, #width',   'ubfx', extract],

  // Shifted register.
  ['and{s}.w', '11101 01 0000 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'and.shift', shifted],
  ['tst.w',    '11101 01 0000 1 nnnn 0 hhh 1111 hh tt mmmm', 'rn, rm, shift',     'tst.shift', shifted],
  ['bic{s}.w', '11101 01 0001 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'bic.shift', shifted],
  ['orr{s}.w', '11101 01 0010 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'orr.shift', shifted],
  ['mov{s}.w', '11101 01 0010 s 1111 0 hhh dddd hh tt mmmm', 'rd, rm, shift',     'mov.shift', shifted],
  ['orn{s}',   '11101 01 0011 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'orn.shift', shifted],
  ['mvn{s}.w', '11101 01 0011 s 1111 0 hhh dddd hh tt mmmm', 'rd, rm, shift',     'mvn.shift', shifted],
  ['eor{s}.w', '11101 01 0100 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'eor.shift', shifted],
  ['teq',      '11101 01 0100 1 nnnn 0 hhh 1111 hh tt mmmm', 'rn, rm, shift',     'teq.shift', shifted],
  ['add{s}.w', '11101 01 1000 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'add.shift', shifted],
  ['cmn.w',    '11101 01 1000 1 nnnn 0 hhh 1111 hh tt mmmm', 'rn, rm, shift',     'cmn.shift', shifted],
  ['adc{s}.w', '11101 01 1010 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'adc.shift', shifted],
  ['sbc{s}.w', '11101 01 1011 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'sbc.shift', shifted],
  ['sub{s}.w', '11101 01 1101 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'sub.shift', shifted],
  ['cmp.w',    '11101 01 1101 1 nnnn 0 hhh 1111 hh tt mmmm', 'rn, rm, shift',     'cmp.shift', shifted],
  ['rsb{s}',   '11101 01 1110 s nnnn 0 hhh dddd hh tt mmmm', 'rd, rn, rm, shift', 'rsb.shift', shifted],

  // Register.
  ['lsl{s}.w', '11111 010 000 s nnnn 1111 dddd 0000 mmmm',   'rd, rn, rm',        'lsl.r'],
  ['lsr{s}.w', '11111 010 001 s nnnn 1111 dddd 0000 mmmm',   'rd, rn, rm',        'lsr.r'],
  ['asr{s}.w', '11111 010 010 s nnnn 1111 dddd 0000 mmmm',   'rd, rn, rm',        'asr.r'],
  ['ror{s}.w', '11111 010 011 s nnnn 1111 dddd 0000 mmmm',   'rd, rn, rm',        'ror.r'],
  ['sxth.w',   '11111 010 0000 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',  'sxth', rotated],
  ['uxth.w',   '11111 010 0001 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',  'uxth', rotated],
  ['sxtb.w',   '11111 010 0100 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',  'sxtb', rotated],
  ['uxtb.w',   '11111 010 0101 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',  'uxtb', rotated],
  ['rev.w',    '11111 010 1001 qqqq 1111 dddd 1000 mmmm',    'rd, rm',            'rev'],
  ['rev16.w',  '11111 010 1001 qqqq 1111 dddd 1001 mmmm',    'rd, rm',            'rev16'],
  ['rbit',     '11111 010 1001 qqqq 1111 dddd 1010 mmmm',    'rd, rm',            'rbit'],
  ['revsh.w',  '11111 010 1001 qqqq 1111 dddd 1011 mmmm',    'rd, rm',            'revsh'],
  ['clz',      '11111 010 1011 qqqq 1111 dddd 1000 mmmm',    'rd, rm',            'clz'],

  // Multiplication and division.
  ['mla',      '11111 0110 000 nnnn aaaa dddd 0000 mmmm',    'rd, rn, rm, ra',    'mla'],
  ['mul.w',    '11111 0110 000 nnnn 1111 dddd 0000 mmmm',    'rd, rn, rm',        'mul'],
  ['mls',      '11111 0110 000 nnnn aaaa dddd 0001 mmmm',    'rd, rn, rm, ra',    'mls'],
  ['smull',    '11111 0111 000 nnnn dddd aaaa 0000 mmmm',    'rd, ra, rn, rm',    'smull'],
  ['sdiv',     '11111 0111 001 nnnn 1111 dddd 1111 mmmm',    'rd, rn, rm',        'sdiv'],
  ['umull',    '11111 0111 010 nnnn dddd aaaa 0000 mmmm',    'rd, ra, rn, rm',    'umull'],
  ['udiv',     '11111 0111 011 nnnn 1111 dddd 1111 mmmm',    'rd, rn, rm',        'udiv'],
  ['smlal',    '11111 0111 100 nnnn dddd aaaa 0000 mmmm',    'rd, ra, rn, rm',    'smlal'],
  ['umlal',    '11111 0111 110 nnnn dddd aaaa 0000 mmmm',    'rd, ra, rn, rm',    'umlal'],
])
