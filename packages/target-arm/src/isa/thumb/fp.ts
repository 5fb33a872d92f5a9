/**
 * Floating point (Armv7-M ARM, A6): FPv4-SP, what FPv5 adds, double precision. Where an instruction exists for both
 * precisions its line makes two rows: `*` in the bits is sz, `*` in name and semantics the type, `$` in the operands
 * the register file; doubles are d0 … d15, so that D, N, M are 0 for them. S and T stand for D and M of a register
 * that is single in both.
 */

import { extension } from './build.ts'
import { floatImm32, floatImm64, fraction, offset4, pair, vectorList } from './expand.ts'
import type { Extension, More, Row, RowData } from './row.ts'

const precision = (row: RowData, double: boolean): RowData => {
  const [name, bits, args, sem, more = {}] = row
  const type = double ? 'f64' : 'f32'
  const plain = double ? bits.replaceAll(/[DNM]/g, '0') : bits
  return [
    name.replace('*', type),
    plain
      .replace('*', double ? '1' : '0')
      .replace('S', 'D')
      .replace('T', 'M'),
    args.replaceAll('$', double ? 'd' : 's'),
    sem.replace('*', type),
    more,
  ]
}
/** Rows in both precisions; the single ones belong to `ext`. */
const both = (ext: Extension, rows: readonly RowData[]): readonly Row[] => [
  ...extension(
    ext,
    rows.map(row => precision(row, false)),
  ),
  ...extension(
    'fpd',
    rows.map(row => precision(row, true)),
  ),
]

// biome-ignore format: a table, one row per line
const arithmetic: readonly RowData[] = [
  ['vmla.*',   '11101110 0D00 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vmla.*'],
  ['vmls.*',   '11101110 0D00 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vmls.*'],
  ['vnmls.*',  '11101110 0D01 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vnmls.*'],
  ['vnmla.*',  '11101110 0D01 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vnmla.*'],
  ['vmul.*',   '11101110 0D10 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vmul.*'],
  ['vnmul.*',  '11101110 0D10 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vnmul.*'],
  ['vadd.*',   '11101110 0D11 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vadd.*'],
  ['vsub.*',   '11101110 0D11 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vsub.*'],
  ['vdiv.*',   '11101110 1D00 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vdiv.*'],
  ['vfnms.*',  '11101110 1D01 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vfnms.*'],
  ['vfnma.*',  '11101110 1D01 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vfnma.*'],
  ['vfma.*',   '11101110 1D10 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vfma.*'],
  ['vfms.*',   '11101110 1D10 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vfms.*'],
  ['vmov.*',   '11101110 1D11 0000 dddd 101* 01M0 mmmm', '$d, $m',     'vmov.*'],
  ['vabs.*',   '11101110 1D11 0000 dddd 101* 11M0 mmmm', '$d, $m',     'vabs.*'],
  ['vneg.*',   '11101110 1D11 0001 dddd 101* 01M0 mmmm', '$d, $m',     'vneg.*'],
  ['vsqrt.*',  '11101110 1D11 0001 dddd 101* 11M0 mmmm', '$d, $m',     'vsqrt.*'],
  ['vcmp.*',   '11101110 1D11 0100 dddd 101* 01M0 mmmm', '$d, $m',     'vcmp.*'],
  ['vcmpe.*',  '11101110 1D11 0100 dddd 101* 11M0 mmmm', '$d, $m',     'vcmpe.*'],
  ['vcmp.*',   '11101110 1D11 0101 dddd 101* 0100 0000', '$d, #0.0',   'vcmp.zero.*'],
  ['vcmpe.*',  '11101110 1D11 0101 dddd 101* 1100 0000', '$d, #0.0',   'vcmpe.zero.*'],

  // Integers stand in single registers.
  ['vcvt.*.u32',  '11101110 1D11 1000 dddd 101* 01T0 mmmm', '$d, sm',  'vcvt.*.u32'],
  ['vcvt.*.s32',  '11101110 1D11 1000 dddd 101* 11T0 mmmm', '$d, sm',  'vcvt.*.s32'],
  ['vcvtr.u32.*', '11101110 1S11 1100 dddd 101* 01M0 mmmm', 'sd, $m',  'vcvtr.u32.*'],
  ['vcvt.u32.*',  '11101110 1S11 1100 dddd 101* 11M0 mmmm', 'sd, $m',  'vcvt.u32.*'],
  ['vcvtr.s32.*', '11101110 1S11 1101 dddd 101* 01M0 mmmm', 'sd, $m',  'vcvtr.s32.*'],
  ['vcvt.s32.*',  '11101110 1S11 1101 dddd 101* 11M0 mmmm', 'sd, $m',  'vcvt.s32.*'],

  ['vcvt.*.s16',  '11101110 1D11 1010 dddd 101* 01i0 iiii', '$d, $d, #imm', 'vfix.*.s16', fraction(16)],
  ['vcvt.*.s32',  '11101110 1D11 1010 dddd 101* 11i0 iiii', '$d, $d, #imm', 'vfix.*.s32', fraction(32)],
  ['vcvt.*.u16',  '11101110 1D11 1011 dddd 101* 01i0 iiii', '$d, $d, #imm', 'vfix.*.u16', fraction(16)],
  ['vcvt.*.u32',  '11101110 1D11 1011 dddd 101* 11i0 iiii', '$d, $d, #imm', 'vfix.*.u32', fraction(32)],
  ['vcvt.s16.*',  '11101110 1D11 1110 dddd 101* 01i0 iiii', '$d, $d, #imm', 'vfix.s16.*', fraction(16)],
  ['vcvt.s32.*',  '11101110 1D11 1110 dddd 101* 11i0 iiii', '$d, $d, #imm', 'vfix.s32.*', fraction(32)],
  ['vcvt.u16.*',  '11101110 1D11 1111 dddd 101* 01i0 iiii', '$d, $d, #imm', 'vfix.u16.*', fraction(16)],
  ['vcvt.u32.*',  '11101110 1D11 1111 dddd 101* 11i0 iiii', '$d, $d, #imm', 'vfix.u32.*', fraction(32)],

  ['vcvtb.*.f16', '11101110 1D11 0010 dddd 101* 01T0 mmmm', '$d, sm',  'vcvtb.*.f16'],
  ['vcvtt.*.f16', '11101110 1D11 0010 dddd 101* 11T0 mmmm', '$d, sm',  'vcvtt.*.f16'],
  ['vcvtb.f16.*', '11101110 1S11 0011 dddd 101* 01M0 mmmm', 'sd, $m',  'vcvtb.f16.*'],
  ['vcvtt.f16.*', '11101110 1S11 0011 dddd 101* 11M0 mmmm', 'sd, $m',  'vcvtt.f16.*'],
]

// biome-ignore format: a table, one row per line
const added5: readonly RowData[] = [
  ['vsel{sel}.*',        '11111110 0Dxx nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vsel.*'],
  ['vmaxnm.*',           '11111110 1D00 nnnn dddd 101* N0M0 mmmm', '$d, $n, $m', 'vmaxnm.*'],
  ['vminnm.*',           '11111110 1D00 nnnn dddd 101* N1M0 mmmm', '$d, $n, $m', 'vminnm.*'],
  ['vrintr.*',           '11101110 1D11 0110 dddd 101* 01M0 mmmm', '$d, $m',     'vrintr.*'],
  ['vrintz.*',           '11101110 1D11 0110 dddd 101* 11M0 mmmm', '$d, $m',     'vrintz.*'],
  ['vrintx.*',           '11101110 1D11 0111 dddd 101* 01M0 mmmm', '$d, $m',     'vrintx.*'],
  ['vrint{round}.*',     '11111110 1D11 10xx dddd 101* 01M0 mmmm', '$d, $m',     'vrintm.*'],
  ['vcvt{round}.u32.*',  '11111110 1S11 11xx dddd 101* 01M0 mmmm', 'sd, $m',     'vcvtm.u32.*'],
  ['vcvt{round}.s32.*',  '11111110 1S11 11xx dddd 101* 11M0 mmmm', 'sd, $m',     'vcvtm.s32.*'],
]

const store: More = { source: true }
const wback = { wback: true } as const
const singles = vectorList('single', false)
const singlesWb: More = { ...vectorList('single', true), ...wback }
const doubles = vectorList('even', false)
const doublesWb: More = { ...vectorList('even', true), ...wback }
/** FLDMX, FSTMX: the base is changed by one word more. */
const extra = vectorList('odd', false)
const extraWb: More = { ...vectorList('odd', true), ...wback }

/** Data transfers: all of them exist with single precision too. */
// biome-ignore format: a table, one row per line
const transfers: readonly Row[] = extension('fp', [
  ['vmov',        '11101110 0000 dddd nnnn 1010 D001 0000', 'sd, rn',         'vmov.s.r'],
  ['vmov',        '11101110 0001 nnnn dddd 1010 N001 0000', 'rd, sn',         'vmov.r.s'],
  ['vmov.32',     '11101110 00D0 dddd nnnn 1011 0001 0000', 'scalard, rn',    'vmov.s.r'],
  ['vmov.32',     '11101110 00N1 nnnn dddd 1011 0001 0000', 'rd, scalarn',    'vmov.r.s'],
  ['vmrs',        '11101110 1111 0001 dddd 1010 0001 0000', 'rd, fpscr',      'vmrs'],
  ['vmrs',        '11101110 1111 0001 1111 1010 0001 0000', 'APSR_nzcv, fpscr', 'vmrs.apsr'],
  ['vmsr',        '11101110 1110 0001 nnnn 1010 0001 0000', 'fpscr, rn',      'vmsr'],
  ['vmov',        '11101100 0100 aaaa dddd 1010 00M1 mmmm', 'sm, smnext, rd, ra', 'vmov.ss.rr', { ...store, ...pair }],
  ['vmov',        '11101100 0101 aaaa dddd 1010 00M1 mmmm', 'rd, ra, sm, smnext', 'vmov.rr.ss', pair],
  ['vmov',        '11101100 0100 aaaa dddd 1011 0001 mmmm', 'dm, rd, ra',     'vmov.d.rr', store],
  ['vmov',        '11101100 0101 aaaa dddd 1011 0001 mmmm', 'rd, ra, dm',     'vmov.rr.d'],
  ['vstr',        '11101101 uD00 nnnn dddd 1010 iiiiiiii',  'sd, [rn, off]',  'vstr.f32',  { ...store, ...offset4 }],
  ['vldr',        '11101101 uD01 nnnn dddd 1010 iiiiiiii',  'sd, [rn, off]',  'vldr.f32',  offset4],
  ['vldr',        '11101101 uD01 1111 dddd 1010 iiiiiiii',  'sd, [pc, offset]', 'vldr.lit.f32', offset4],
  ['vstr',        '11101101 u000 nnnn dddd 1011 iiiiiiii',  'dd, [rn, off]',  'vstr.f64',  { ...store, ...offset4 }],
  ['vldr',        '11101101 u001 nnnn dddd 1011 iiiiiiii',  'dd, [rn, off]',  'vldr.f64',  offset4],
  ['vldr',        '11101101 u001 1111 dddd 1011 iiiiiiii',  'dd, [pc, offset]', 'vldr.lit.f64', offset4],
  ['vstmia',      '11101100 1D00 nnnn dddd 1010 iiiiiiii',  'rn, slist',      'vstm',      { ...store, ...singles }],
  ['vstmia',      '11101100 1D10 nnnn dddd 1010 iiiiiiii',  'rn!, slist',     'vstm',      { ...store, ...singlesWb }],
  ['vstmdb',      '11101101 0D10 nnnn dddd 1010 iiiiiiii',  'rn!, slist',     'vstmdb',    { ...store, ...singlesWb }],
  ['vldmia',      '11101100 1D01 nnnn dddd 1010 iiiiiiii',  'rn, slist',      'vldm',      singles],
  ['vldmia',      '11101100 1D11 nnnn dddd 1010 iiiiiiii',  'rn!, slist',     'vldm',      singlesWb],
  ['vldmdb',      '11101101 0D11 nnnn dddd 1010 iiiiiiii',  'rn!, slist',     'vldmdb',    singlesWb],
  ['vstmia',      '11101100 1000 nnnn dddd 1011 iiiiiii0',  'rn, dlist',      'vstm',      { ...store, ...doubles }],
  ['fstmiax',     '11101100 1000 nnnn dddd 1011 iiiiiii1',  'rn, dlist',      'vstm',      { ...store, ...extra }],
  ['vstmia',      '11101100 1010 nnnn dddd 1011 iiiiiii0',  'rn!, dlist',     'vstm',      { ...store, ...doublesWb }],
  ['fstmiax',     '11101100 1010 nnnn dddd 1011 iiiiiii1',  'rn!, dlist',     'vstm',      { ...store, ...extraWb }],
  ['vstmdb',      '11101101 0010 nnnn dddd 1011 iiiiiii0',  'rn!, dlist',     'vstmdb',    { ...store, ...doublesWb }],
  ['fstmdbx',     '11101101 0010 nnnn dddd 1011 iiiiiii1',  'rn!, dlist',     'vstmdb',    { ...store, ...extraWb }],
  ['vldmia',      '11101100 1001 nnnn dddd 1011 iiiiiii0',  'rn, dlist',      'vldm',      doubles],
  ['fldmiax',     '11101100 1001 nnnn dddd 1011 iiiiiii1',  'rn, dlist',      'vldm',      extra],
  ['vldmia',      '11101100 1011 nnnn dddd 1011 iiiiiii0',  'rn!, dlist',     'vldm',      doublesWb],
  ['fldmiax',     '11101100 1011 nnnn dddd 1011 iiiiiii1',  'rn!, dlist',     'vldm',      extraWb],
  ['vldmdb',      '11101101 0011 nnnn dddd 1011 iiiiiii0',  'rn!, dlist',     'vldmdb',    doublesWb],
  ['fldmdbx',     '11101101 0011 nnnn dddd 1011 iiiiiii1',  'rn!, dlist',     'vldmdb',    extraWb],
  ['vmov.f32',    '11101110 1D11 iiii dddd 1010 0000 iiii', 'sd, f32',        'vmov.imm.f32', floatImm32],
])

export const fp: readonly Row[] = [
  ...transfers,
  ...both('fp', arithmetic),
  ...both('fp5', added5),
  // biome-ignore format: a table, one row per line
  ...extension('fpd', [
    ['vmov.f64',     '11101110 1011 iiii dddd 1011 0000 iiii', 'dd, f64',       'vmov.imm.f64', floatImm64],
    ['vcvt.f64.f32', '11101110 1011 0111 dddd 1010 11M0 mmmm', 'dd, sm',        'vcvt.f64.f32'],
    ['vcvt.f32.f64', '11101110 1D11 0111 dddd 1011 1100 mmmm', 'sd, dm',        'vcvt.f32.f64'],
  ]),
]
