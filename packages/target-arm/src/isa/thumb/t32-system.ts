/** 32-bit branches and miscellaneous control (Armv7-M ARM, A5.3.4). */

import { signed } from '@guestscope/target-kit'
import { extension } from './build.ts'
import { far } from './expand.ts'
import type { More, Row } from './row.ts'

/** S, imm6, J1, J2, imm11 as they stand in the word: here J1 and J2 are bits as they are. */
const conditional: More = {
  ...signed('20|17:12|18|19|11:1'),
  not: { c: [14, 15] },
  ending: 'branch',
  outsideIt: true,
}
const jump: More = { ...far, ending: 'jump' }
const system: More = { ending: 'system' }
const trap: More = { ending: 'trap' }
const otherHints: More = { not: { i: [0, 1, 2, 3, 4, ...Array.from({ length: 16 }, (_, n) => 0xf0 + n)] } }

// biome-ignore format: a table, one row per line
export const t32System: readonly Row[] = [
  ...extension('v6m', [
    ['bl',         '11110 i iiiiiiiiii 11 i 1 i iiiiiiiiiii',    'target',      'bl',        jump],
    ['msr',        '11110 0 1110 0 0 nnnn 10 0 0 kk 0 0 iiiiiiii', 'masked, rn', 'msr',       system],
    ['mrs',        '11110 0 1111 1 0 1111 10 0 0 dddd iiiiiiii', 'rd, special', 'mrs'],
    ['dsb',        '11110 0 1110 1 1 1111 10 0 0 1111 0100 iiii', 'barrier',    'nop'],
    ['dmb',        '11110 0 1110 1 1 1111 10 0 0 1111 0101 iiii', 'barrier',    'nop'],
    ['isb',        '11110 0 1110 1 1 1111 10 0 0 1111 0110 iiii', 'barrier',    'isb',       system],
    ['udf.w',      '11110 1 1111 1 1 iiii 1010 iiii iiii iiii',  '#imm',        'undefined', trap],
  ]),
  ...extension('v7m', [
    ['b{cond}.w',  '11110 i cccc iiiiii 10 i 0 i iiiiiiiiiii',   'target',      'b.cond',    conditional],
    ['b.w',        '11110 i iiiiiiiiii 10 i 1 i iiiiiiiiiii',    'target',      'b',         jump],
    ['nop.w',      '11110 0 1110 1 0 1111 10 0 0 0000 00000000', '',            'nop'],
    ['yield.w',    '11110 0 1110 1 0 1111 10 0 0 0000 00000001', '',            'nop'],
    ['wfe.w',      '11110 0 1110 1 0 1111 10 0 0 0000 00000010', '',            'wfe',       system],
    ['wfi.w',      '11110 0 1110 1 0 1111 10 0 0 0000 00000011', '',            'wfi',       system],
    ['sev.w',      '11110 0 1110 1 0 1111 10 0 0 0000 00000100', '',            'sev'],
    ['dbg',        '11110 0 1110 1 0 1111 10 0 0 0000 1111iiii', '#imm',        'nop'],
    ['nop.w',      '11110 0 1110 1 0 1111 10 0 0 0000 iiiiiiii', '{imm}',       'nop',       otherHints],
    ['clrex',      '11110 0 1110 1 1 1111 10 0 0 1111 0010 1111', '',           'clrex'],
  ]),
]
