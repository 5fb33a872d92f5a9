/** The DSP extension, Armv7E-M (Armv7-M ARM, A5.3.12 … A5.3.17). */

import { extension } from './build.ts'
import { packLeft, packRight, rotated, signedSaturation, unsignedSaturation } from './expand.ts'
import type { Row, RowData } from './row.ts'

const prefixes = { s: '0 00', q: '0 01', sh: '0 10', u: '1 00', uq: '1 01', uh: '1 10' } as const
const lanes = { add8: '000', add16: '001', asx: '010', sub8: '100', sub16: '101', sax: '110' } as const

/** Parallel addition and subtraction, A5.3.13. */
const parallel: readonly RowData[] = Object.entries(prefixes).flatMap(([prefix, low]) =>
  Object.entries(lanes).map(([lane, high]): RowData => {
    const name = prefix + lane
    return [name, `11111 010 1 ${high} nnnn 1111 dddd 0 ${low} mmmm`, 'rd, rn, rm', name]
  }),
)

// biome-ignore format: a table, one row per line
export const t32Dsp: readonly Row[] = extension('dsp', [
  ['pkhbt',     '11101 01 0110 0 nnnn 0 hhh dddd hh 00 mmmm', 'rd, rn, rm, lslpk', 'pkhbt',    packLeft],
  ['pkhtb',     '11101 01 0110 0 nnnn 0 hhh dddd hh 10 mmmm', 'rd, rn, rm, asrpk', 'pkhtb',    packRight],
  ['ssat16',    '11110 0 11 001 0 nnnn 0 000 dddd 00 00 vvvv', 'rd, #sat, rn',     'ssat16',   signedSaturation],
  ['usat16',    '11110 0 11 101 0 nnnn 0 000 dddd 00 00 vvvv', 'rd, #sat, rn',     'usat16',   unsignedSaturation],

  ['sxtah',     '11111 010 0000 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'sxtah',   rotated],
  ['uxtah',     '11111 010 0001 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'uxtah',   rotated],
  ['sxtab16',   '11111 010 0010 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'sxtab16', rotated],
  ['sxtb16',    '11111 010 0010 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',     'sxtb16',  rotated],
  ['uxtab16',   '11111 010 0011 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'uxtab16', rotated],
  ['uxtb16',    '11111 010 0011 1111 1111 dddd 10 vv mmmm',   'rd, rm, rotation',     'uxtb16',  rotated],
  ['sxtab',     '11111 010 0100 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'sxtab',   rotated],
  ['uxtab',     '11111 010 0101 nnnn 1111 dddd 10 vv mmmm',   'rd, rn, rm, rotation', 'uxtab',   rotated],
  ...parallel,
  ['qadd',      '11111 010 1000 nnnn 1111 dddd 1000 mmmm',    'rd, rm, rn',     'qadd'],
  ['qdadd',     '11111 010 1000 nnnn 1111 dddd 1001 mmmm',    'rd, rm, rn',     'qdadd'],
  ['qsub',      '11111 010 1000 nnnn 1111 dddd 1010 mmmm',    'rd, rm, rn',     'qsub'],
  ['qdsub',     '11111 010 1000 nnnn 1111 dddd 1011 mmmm',    'rd, rm, rn',     'qdsub'],
  ['sel',       '11111 010 1010 nnnn 1111 dddd 1000 mmmm',    'rd, rn, rm',     'sel'],

  ['smla{xy}',  '11111 0110 001 nnnn aaaa dddd 00 xy mmmm',   'rd, rn, rm, ra', 'smlaxy'],
  ['smul{xy}',  '11111 0110 001 nnnn 1111 dddd 00 xy mmmm',   'rd, rn, rm',     'smulxy'],
  ['smlad{x}',  '11111 0110 010 nnnn aaaa dddd 000 x mmmm',   'rd, rn, rm, ra', 'smlad'],
  ['smuad{x}',  '11111 0110 010 nnnn 1111 dddd 000 x mmmm',   'rd, rn, rm',     'smuad'],
  ['smlaw{y}',  '11111 0110 011 nnnn aaaa dddd 000 y mmmm',   'rd, rn, rm, ra', 'smlawy'],
  ['smulw{y}',  '11111 0110 011 nnnn 1111 dddd 000 y mmmm',   'rd, rn, rm',     'smulwy'],
  ['smlsd{x}',  '11111 0110 100 nnnn aaaa dddd 000 x mmmm',   'rd, rn, rm, ra', 'smlsd'],
  ['smusd{x}',  '11111 0110 100 nnnn 1111 dddd 000 x mmmm',   'rd, rn, rm',     'smusd'],
  ['smmla{r}',  '11111 0110 101 nnnn aaaa dddd 000 x mmmm',   'rd, rn, rm, ra', 'smmla'],
  ['smmul{r}',  '11111 0110 101 nnnn 1111 dddd 000 x mmmm',   'rd, rn, rm',     'smmul'],
  ['smmls{r}',  '11111 0110 110 nnnn aaaa dddd 000 x mmmm',   'rd, rn, rm, ra', 'smmls'],
  ['usada8',    '11111 0110 111 nnnn aaaa dddd 0000 mmmm',    'rd, rn, rm, ra', 'usada8'],
  ['usad8',     '11111 0110 111 nnnn 1111 dddd 0000 mmmm',    'rd, rn, rm',     'usad8'],
  ['smlal{xy}', '11111 0111 100 nnnn dddd aaaa 10 xy mmmm',   'rd, ra, rn, rm', 'smlalxy'],
  ['smlald{x}', '11111 0111 100 nnnn dddd aaaa 110 x mmmm',   'rd, ra, rn, rm', 'smlald'],
  ['smlsld{x}', '11111 0111 101 nnnn dddd aaaa 110 x mmmm',   'rd, ra, rn, rm', 'smlsld'],
  ['umaal',     '11111 0111 110 nnnn dddd aaaa 0110 mmmm',    'rd, ra, rn, rm', 'umaal'],
])
