/** 32-bit loads and stores (Armv7-M ARM, A5.3.5 … A5.3.10). */

import { extension } from './build.ts'
import {
  list,
  loadExclusive,
  negative,
  offset,
  offset4,
  indexed as plain,
  postIndexed as post,
  preIndexed as pre,
  storeExclusive,
} from './expand.ts'
import type { More, Row, RowData } from './row.ts'

const indirect: More = { ending: 'indirect' }
const store: More = { source: true }

/** One access in all its addressing modes. `sz`: bits 24 and 22 … 20 of the word; `hint`: what it is with Rt = 15. */
function single(name: string, signed: 0 | 1, sz: string, load: 0 | 1, hint?: string): readonly RowData[] {
  const more: More = load ? {} : store
  const literal: readonly RowData[] = [
    [
      `${name}.w`,
      `1111100 ${signed} u ${sz} 1 1111 dddd iiiiiiiiiiii`,
      'rd, [pc, offset]',
      `${name}.lit`,
      offset,
    ],
  ]
  const head = (u: string): string => `1111100 ${signed} ${u} ${sz} ${load} nnnn dddd`
  // biome-ignore format: a table, one row per line
  const rows: readonly RowData[] = [
    [`${name}.w`, `${head('1')} iiiiiiiiiiii`,    'rd, [rn, off]',       `${name}.imm`, { ...more, ...plain }],
    [`${name}.w`, `${head('0')} 1100 iiiiiiii`,   'rd, [rn, offset]',    `${name}.imm`, { ...more, ...plain, ...negative }],
    [`${name}.w`, `${head('0')} 11u1 iiiiiiii`,   'rd, [rn, offset]!',   `${name}.imm`, { ...more, ...pre, ...offset }],
    [`${name}.w`, `${head('0')} 10u1 iiiiiiii`,   'rd, [rn], offset',    `${name}.imm`, { ...more, ...post, ...offset }],
    [`${name}t`,  `${head('0')} 1110 iiiiiiii`,   'rd, [rn, off]',       `${name}t`,    more],
    [`${name}.w`, `${head('0')} 000000 jj mmmm`,  'rd, [rn, rm, index]', `${name}.reg`, more],
  ]
  return [...rows, ...(load ? literal : []), ...(hint ? hints(hint, signed, sz) : [])]
}

/**
 * Prefetches: loads to r15 in the modes that cannot write back. `ldrsh.w pc` is an unallocated hint, which has no name
 * of its own.
 */
const hints = (name: string, signed: 0 | 1, sz: string): readonly RowData[] => {
  const head = (u: string): string => `1111100 ${signed} ${u} ${sz} 1 nnnn 1111`
  const pc = name.startsWith('ldr') ? 'pc, ' : ''
  return [
    [name, `${head('1')} iiiiiiiiiiii`, `${pc}[rn, off]`, 'nop'],
    [name, `${head('0')} 1100 iiiiiiii`, `${pc}[rn, offset]`, 'nop', negative],
    [name, `${head('0')} 000000 jj mmmm`, `${pc}[rn, rm, index]`, 'nop'],
    [name, `1111100 ${signed} u ${sz} 1 1111 1111 iiiiiiiiiiii`, `${pc}[pc, offset]`, 'nop', offset],
  ]
}

// biome-ignore format: a table, one row per line
export const t32Memory: readonly Row[] = extension('v7m', [
  ...single('strb', 0, '00', 0),
  ...single('strh', 0, '01', 0),
  ...single('str', 0, '10', 0),
  ...single('ldrb', 0, '00', 1, 'pld'),
  ...single('ldrh', 0, '01', 1, 'pldw'),
  ...single('ldr', 0, '10', 1),
  ...single('ldrsb', 1, '00', 1, 'pli'),
  ...single('ldrsh', 1, '01', 1, 'ldrsh.w'),
  ['ldr.w', '1111100 0 1 10 1 nnnn 1111 iiiiiiiiiiii',   'pc, [rn, off]',       'ldr.pc.imm', { ...plain, ...indirect }],
  ['ldr.w', '1111100 0 0 10 1 nnnn 1111 1100 iiiiiiii',  'pc, [rn, offset]',    'ldr.pc.imm', { ...plain, ...negative, ...indirect }],
  ['ldr.w', '1111100 0 0 10 1 nnnn 1111 11u1 iiiiiiii',  'pc, [rn, offset]!',   'ldr.pc.imm', { ...pre, ...offset, ...indirect }],
  ['ldr.w', '1111100 0 0 10 1 nnnn 1111 10u1 iiiiiiii',  'pc, [rn], offset',    'ldr.pc.imm', { ...post, ...offset, ...indirect }],
  ['ldr.w', '1111100 0 0 10 1 nnnn 1111 000000 jj mmmm', 'pc, [rn, rm, index]', 'ldr.pc.reg', indirect],
  ['ldr.w', '1111100 0 u 10 1 1111 1111 iiiiiiiiiiii',   'pc, [pc, offset]',    'ldr.pc.lit', { ...offset, ...indirect }],

  ['strd',   '11101 00 1u1 00 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn, off]',     'strd.imm', { ...store, ...plain, ...offset4 }],
  ['strd',   '11101 00 1u1 10 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn, offset]!', 'strd.imm', { ...store, ...pre, ...offset4 }],
  ['strd',   '11101 00 0u1 10 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn], offset',  'strd.imm', { ...store, ...post, ...offset4 }],
  ['ldrd',   '11101 00 1u1 01 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn, off]',     'ldrd.imm', { ...plain, ...offset4 }],
  ['ldrd',   '11101 00 1u1 11 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn, offset]!', 'ldrd.imm', { ...pre, ...offset4 }],
  ['ldrd',   '11101 00 0u1 11 nnnn dddd aaaa iiiiiiii',  'rd, ra, [rn], offset',  'ldrd.imm', { ...post, ...offset4 }],
  ['ldrd',   '11101 00 1u1 01 1111 dddd aaaa iiiiiiii',  'rd, ra, [pc, offset]',  'ldrd.lit', offset4],
  ['strex',  '11101 00 0010 0 nnnn mmmm dddd iiiiiiii',  'rd, rm, [rn, off]',     'strex',    storeExclusive],
  ['ldrex',  '11101 00 0010 1 nnnn dddd 1111 iiiiiiii',  'rd, [rn, off]',         'ldrex',    loadExclusive],
  ['strexb', '11101 00 0110 0 nnnn mmmm 1111 0100 dddd', 'rd, rm, [rn]',          'strexb',   storeExclusive],
  ['strexh', '11101 00 0110 0 nnnn mmmm 1111 0101 dddd', 'rd, rm, [rn]',          'strexh',   storeExclusive],
  ['ldrexb', '11101 00 0110 1 nnnn dddd 1111 0100 1111', 'rd, [rn]',              'ldrexb',   loadExclusive],
  ['ldrexh', '11101 00 0110 1 nnnn dddd 1111 0101 1111', 'rd, [rn]',              'ldrexh',   loadExclusive],
  ['tbb',    '11101 00 0110 1 nnnn 1111 0000 0000 mmmm', '[rn, rm]',              'tbb',      indirect],
  ['tbb',    '11101 00 0110 1 1111 1111 0000 0000 mmmm', '[pc, rm]',              'tbb.pc',   indirect],
  ['tbh',    '11101 00 0110 1 nnnn 1111 0000 0001 mmmm', '[rn, rm, lsl #1]',      'tbh',      indirect],
  ['tbh',    '11101 00 0110 1 1111 1111 0000 0001 mmmm', '[pc, rm, lsl #1]',      'tbh.pc',   indirect],

  ['stmia.w', '11101 00 010 w 0 nnnn 0 iiiiiiiiiiiiiii', 'rnwb, list', 'stm',      list({ min: 1, writeBack: 'w' })],
  ['ldmia.w', '11101 00 010 w 1 nnnn 0 iiiiiiiiiiiiiii', 'rnwb, list', 'ldm',      list({ min: 1, writeBack: 'w' })],
  ['ldmia.w', '11101 00 010 w 1 nnnn 1 iiiiiiiiiiiiiii', 'rnwb, list', 'ldm.pc',   { ...list({ min: 1, always: 0x8000, writeBack: 'w' }), ...indirect }],
  ['stmdb',   '11101 00 100 w 0 nnnn 0 iiiiiiiiiiiiiii', 'rnwb, list', 'stmdb',    list({ min: 1, writeBack: 'w' })],
  ['ldmdb',   '11101 00 100 w 1 nnnn 0 iiiiiiiiiiiiiii', 'rnwb, list', 'ldmdb',    list({ min: 1, writeBack: 'w' })],
  ['ldmdb',   '11101 00 100 w 1 nnnn 1 iiiiiiiiiiiiiii', 'rnwb, list', 'ldmdb.pc', { ...list({ min: 1, always: 0x8000, writeBack: 'w' }), ...indirect }],
])
