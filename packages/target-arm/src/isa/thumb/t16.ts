/** 16-bit instructions (Armv7-M ARM, A5.2), in the order of the encoding. */

import { signed, unsigned } from '@guestscope/target-kit'
import { Mem, ShiftType } from './aux.ts'
import { extension } from './build.ts'
import { list, shiftedBy } from './expand.ts'
import type { More, Row } from './row.ts'

const { lsl, lsr, asr } = ShiftType
const nonzero: More = { ...shiftedBy(lsl), not: { h: [0] } }
/** Two-operand forms: the destination is the first source. */
const both: More = { copy: { rn: 'rd' } }
const indirect: More = { ending: 'indirect' }

const index = 1 << Mem.index
const mem: More = { set: { aux: index } }
const mem2: More = { ...mem, ...unsigned('5:1') }
const mem4: More = { ...mem, ...unsigned('6:2') }
const spMem: More = { set: { aux: index, rn: 13 }, ...unsigned('9:2') }
const words: More = unsigned('9:2')
const store = (more: More): More => ({ ...more, source: true })
const sp: More = { set: { rd: 13, rn: 13 }, ...unsigned('8:2') }

const push: More = { ...list({ min: 1, lr: 8, writeBack: 'always' }), set: { rn: 13 } }
const pop: More = { ...list({ min: 1, writeBack: 'always' }), set: { rn: 13 } }
const popPc: More = { ...list({ min: 1, always: 0x8000, writeBack: 'always' }), set: { rn: 13 }, ...indirect }
const conditional: More = { ...signed('8:1'), not: { c: [14, 15] }, ending: 'branch', outsideIt: true }
const near: More = { ...signed('11:1'), ending: 'jump' }
const compare: More = { ...unsigned('6|5:1'), ending: 'branch', outsideIt: true }
const system: More = { ending: 'system' }
const trap: More = { ending: 'trap' }
const noMask: More = { unconditional: true, not: { i: Array.from({ length: 16 }, (_, n) => n << 4) } }
/** hints that do nothing. */
const otherHints: More = { not: { i: [0, 1, 2, 3, 4] } }

// biome-ignore format: a table, one row per line
export const t16: readonly Row[] = extension('v6m', [
  ['mov{s}',   '000 00 00000 mmm ddd',   'rd, rm',             'mov.reg'],
  ['lsl{s}',   '000 00 hhhhh mmm ddd',   'rd, rm, #amount',    'mov.shift',  nonzero],
  ['lsr{s}',   '000 01 hhhhh mmm ddd',   'rd, rm, #amount',    'mov.shift',  shiftedBy(lsr)],
  ['asr{s}',   '000 10 hhhhh mmm ddd',   'rd, rm, #amount',    'mov.shift',  shiftedBy(asr)],
  ['add{s}',   '000 11 00 mmm nnn ddd',  'rd, rn, rm',         'add.reg'],
  ['sub{s}',   '000 11 01 mmm nnn ddd',  'rd, rn, rm',         'sub.reg'],
  ['add{s}',   '000 11 10 iii nnn ddd',  'rd, rn, #imm',       'add.imm'],
  ['sub{s}',   '000 11 11 iii nnn ddd',  'rd, rn, #imm',       'sub.imm'],
  ['mov{s}',   '001 00 ddd iiiiiiii',    'rd, #imm',           'mov.imm'],
  ['cmp',      '001 01 nnn iiiiiiii',    'rn, #imm',           'cmp.imm'],
  ['add{s}',   '001 10 ddd iiiiiiii',    'rd, #imm',           'add.imm',    both],
  ['sub{s}',   '001 11 ddd iiiiiiii',    'rd, #imm',           'sub.imm',    both],

  ['and{s}',   '010000 0000 mmm ddd',    'rd, rm',             'and.reg',    both],
  ['eor{s}',   '010000 0001 mmm ddd',    'rd, rm',             'eor.reg',    both],
  ['lsl{s}',   '010000 0010 mmm ddd',    'rd, rm',             'lsl.r',      both],
  ['lsr{s}',   '010000 0011 mmm ddd',    'rd, rm',             'lsr.r',      both],
  ['asr{s}',   '010000 0100 mmm ddd',    'rd, rm',             'asr.r',      both],
  ['adc{s}',   '010000 0101 mmm ddd',    'rd, rm',             'adc.reg',    both],
  ['sbc{s}',   '010000 0110 mmm ddd',    'rd, rm',             'sbc.reg',    both],
  ['ror{s}',   '010000 0111 mmm ddd',    'rd, rm',             'ror.r',      both],
  ['tst',      '010000 1000 mmm nnn',    'rn, rm',             'tst.reg'],
  ['rsb{s}',   '010000 1001 nnn ddd',    'rd, rn, #0',         'rsb.imm'],
  ['cmp',      '010000 1010 mmm nnn',    'rn, rm',             'cmp.reg'],
  ['cmn',      '010000 1011 mmm nnn',    'rn, rm',             'cmn.reg'],
  ['orr{s}',   '010000 1100 mmm ddd',    'rd, rm',             'orr.reg',    both],
  ['mul{s}',   '010000 1101 nnn ddd',    'rd, rn',             'mul',        { copy: { rm: 'rd' } }],
  ['bic{s}',   '010000 1110 mmm ddd',    'rd, rm',             'bic.reg',    both],
  ['mvn{s}',   '010000 1111 mmm ddd',    'rd, rm',             'mvn.reg'],

  ['add',      '010001 00 d mmmm ddd',   'rd, rm',             'add.reg',    both],
  ['add',      '010001 00 d 1111 ddd',   'rd, pc',             'add.frompc', both],
  ['add',      '010001 00 1 mmmm 111',   'pc, rm',             'add.pc',     indirect],
  ['cmp',      '010001 01 n mmmm nnn',   'rn, rm',             'cmp.reg'],
  ['mov',      '010001 10 d mmmm ddd',   'rd, rm',             'mov.reg'],
  ['mov',      '010001 10 d 1111 ddd',   'rd, pc',             'mov.frompc'],
  ['mov',      '010001 10 1 mmmm 111',   'pc, rm',             'mov.pc',     indirect],
  ['mov',      '010001 10 1 1111 111',   'pc, pc',             'b',          { ending: 'jump' }],
  ['bx',       '010001 11 0 mmmm 000',   'rm',                 'bx',         indirect],
  ['blx',      '010001 11 1 mmmm 000',   'rm',                 'blx',        indirect],

  ['ldr',      '01001 ddd iiiiiiii',     'rd, [pc, #imm]',     'ldr.lit',    words],
  ['str',      '0101 000 mmm nnn ddd',   'rd, [rn, rm]',       'str.reg',    store({})],
  ['strh',     '0101 001 mmm nnn ddd',   'rd, [rn, rm]',       'strh.reg',   store({})],
  ['strb',     '0101 010 mmm nnn ddd',   'rd, [rn, rm]',       'strb.reg',   store({})],
  ['ldrsb',    '0101 011 mmm nnn ddd',   'rd, [rn, rm]',       'ldrsb.reg'],
  ['ldr',      '0101 100 mmm nnn ddd',   'rd, [rn, rm]',       'ldr.reg'],
  ['ldrh',     '0101 101 mmm nnn ddd',   'rd, [rn, rm]',       'ldrh.reg'],
  ['ldrb',     '0101 110 mmm nnn ddd',   'rd, [rn, rm]',       'ldrb.reg'],
  ['ldrsh',    '0101 111 mmm nnn ddd',   'rd, [rn, rm]',       'ldrsh.reg'],
  ['str',      '011 00 iiiii nnn ddd',   'rd, [rn, #imm]',     'str.imm',    store(mem4)],
  ['ldr',      '011 01 iiiii nnn ddd',   'rd, [rn, #imm]',     'ldr.imm',    mem4],
  ['strb',     '011 10 iiiii nnn ddd',   'rd, [rn, #imm]',     'strb.imm',   store(mem)],
  ['ldrb',     '011 11 iiiii nnn ddd',   'rd, [rn, #imm]',     'ldrb.imm',   mem],
  ['strh',     '100 00 iiiii nnn ddd',   'rd, [rn, #imm]',     'strh.imm',   store(mem2)],
  ['ldrh',     '100 01 iiiii nnn ddd',   'rd, [rn, #imm]',     'ldrh.imm',   mem2],
  ['str',      '100 10 ddd iiiiiiii',    'rd, [sp, #imm]',     'str.imm',    store(spMem)],
  ['ldr',      '100 11 ddd iiiiiiii',    'rd, [sp, #imm]',     'ldr.imm',    spMem],

  ['add',      '1010 0 ddd iiiiiiii',    'rd, pc, #imm',       'adr',        words],
  ['add',      '1010 1 ddd iiiiiiii',    'rd, sp, #imm',       'add.imm',    { ...words, set: { rn: 13 } }],
  ['add',      '1011 0000 0 iiiiiii',    'sp, #imm',           'add.imm',    sp],
  ['sub',      '1011 0000 1 iiiiiii',    'sp, #imm',           'sub.imm',    sp],
  ['sxth',     '1011 0010 00 mmm ddd',   'rd, rm',             'sxth'],
  ['sxtb',     '1011 0010 01 mmm ddd',   'rd, rm',             'sxtb'],
  ['uxth',     '1011 0010 10 mmm ddd',   'rd, rm',             'uxth'],
  ['uxtb',     '1011 0010 11 mmm ddd',   'rd, rm',             'uxtb'],
  ['push',     '1011 010 iiiiiiiii',     'list',               'stmdb',      push],
  ['cps{ie}',  '1011 0110 011 z 0 0 yx', 'iflags',             'cps',        system],
  ['rev',      '1011 1010 00 mmm ddd',   'rd, rm',             'rev'],
  ['rev16',    '1011 1010 01 mmm ddd',   'rd, rm',             'rev16'],
  ['revsh',    '1011 1010 11 mmm ddd',   'rd, rm',             'revsh'],
  ['pop',      '1011 110 0 iiiiiiii',    'list',               'ldm',        pop],
  ['pop',      '1011 110 1 iiiiiiii',    'list',               'ldm.pc',     popPc],
  ['bkpt',     '1011 1110 iiiiiiii',     'code',               'bkpt',       { ...trap, unconditional: true }],
  ['nop',      '1011 1111 0000 0000',    '',                   'nop'],
  ['yield',    '1011 1111 0001 0000',    '',                   'nop'],
  ['wfe',      '1011 1111 0010 0000',    '',                   'wfe',        system],
  ['wfi',      '1011 1111 0011 0000',    '',                   'wfi',        system],
  ['sev',      '1011 1111 0100 0000',    '',                   'sev'],
  ['nop',      '1011 1111 iiii 0000',    '{uimm}',             'nop',        otherHints],

  ['stmia',    '1100 0 nnn iiiiiiii',    'rn!, list',          'stm',        list({ min: 1, writeBack: 'always' })],
  ['ldmia',    '1100 1 nnn iiiiiiii',    'rnwb, list',         'ldm',        list({ min: 1, writeBack: 'unlessListed' })],
  ['b{cond}.n','1101 cccc iiiiiiii',     'target',             'b.cond',     conditional],
  ['udf',      '1101 1110 iiiiiiii',     '#imm',               'undefined',  trap],
  ['svc',      '1101 1111 iiiiiiii',     'uimm',               'svc',        trap],
  ['b.n',      '11100 iiiiiiiiiii',      'target',             'b',          near],
])

// biome-ignore format: a table, one row per line
export const t16v7m: readonly Row[] = extension('v7m', [
  ['cbz',      '1011 00 i 1 iiiii nnn',  'rn, target',         'cbz',        compare],
  ['cbnz',     '1011 10 i 1 iiiii nnn',  'rn, target',         'cbnz',       compare],
  ['it{te}',   '1011 1111 iiiiiiii',     'itcond',             'it',         noMask],
])
