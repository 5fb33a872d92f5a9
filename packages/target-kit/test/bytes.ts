/** An invented instruction set of 1 to 15 bytes, as byte-oriented machines have them. */
import { Decoder, type Language, type More, makeRow, type Row, type Terms } from '../src/index.ts'

export interface Bytes extends Terms {
  readonly slot: 'rd' | 'rs' | 'imm' | 'high'
  readonly register: 'rd' | 'rs'
  readonly file: 'r'
  readonly extension: 'base' | 'wide'
  readonly more: object
  readonly place: null
}

const names = ['r0', 'r1', 'r2', 'r3']
const register = (slot: 'rd' | 'rs') =>
  ({
    slot,
    file: 'r',
    print: (insn: Readonly<Record<'rd' | 'rs', number>>) => names[insn[slot]] ?? '?',
    parse: (text: string) => (names.includes(text) ? { [slot]: names.indexOf(text) } : undefined),
  }) as const
const number = (slot: 'imm' | 'high') =>
  ({
    print: (insn: Readonly<Record<'imm' | 'high', number>>) => String(insn[slot]),
    parse: (text: string) => (/^-?\d+$/.test(text) ? { [slot]: Number(text) | 0 } : undefined),
  }) as const

export const language: Language<Bytes> = {
  slots: ['rd', 'rs', 'imm', 'high'],
  registers: ['rd', 'rs'],
  file: 'r',
  letters: {
    d: { slot: 'rd' },
    s: { slot: 'rs' },
    i: { slot: 'imm' },
    h: { slot: 'high' },
    q: { slot: 'rs', repeats: 's' },
  },
  operands: { rd: register('rd'), rs: register('rs'), imm: number('imm'), high: number('high') },
  separator: ', ',
  unit: 1,
  first: 'high',
}

const long = '00000000 '.repeat(9)

type Data = readonly [name: string, bits: string, args: string, more?: More<Bytes>]
const row =
  (ext: 'base' | 'wide') =>
  ([name, bits, args, more = {}]: Data): Row<Bytes> =>
    makeRow(language, { name, bits, args, sem: name, ext, more })

/** Immediates are little-endian, as the lists say. */
const word: More<Bytes> = { at: { i: '7:0|15:8|23:16|31:24' }, signed: 'i' }
const double: More<Bytes> = { at: { ...word.at, h: '7:0|15:8|23:16|31:24' }, signed: 'ih' }

// biome-ignore format: a table, one row per line
export const base: readonly Row<Bytes>[] = ([
  ['nop',  '00000000',                   ''],
  ['inc',  '000001 dd',                  'rd'],
  ['mov',  '00001000 0000 dd ss',        'rd, rs'],
  ['add',  `00010000 dd ------ ${'i'.repeat(8)}`, 'rd, imm', { at: { i: '7:0' }, signed: 'i', not: { i: [0] } }],
  ['ld',   `001000 dd ${'i'.repeat(32)}`, 'rd, imm', word],
  ['twin', '00100100 0000 qq ss',        'rs'],
] as const satisfies readonly Data[]).map(row('base'))

// biome-ignore format: a table, one row per line
export const wide: readonly Row<Bytes>[] = ([
  ['ldq',  `001100 dd ${'i'.repeat(32)} ${'h'.repeat(32)}`, 'rd, imm, high', double],
  // The second word differs, and the field goes over the end of the first.
  ['far',  `01000000 00000000 00000000 0000 iiii iiii 000 1`, 'imm', { at: { i: '7:0' } }],
  ['near', `01000000 00000000 00000000 0000 iiii iiii 000 0`, 'imm', { at: { i: '7:0' } }],
  ['most', `01010000 ${long} ${'0'.repeat(32)} 000000 dd`, 'rd'],
] as const satisfies readonly Data[]).map(row('wide'))

export const all: readonly Row<Bytes>[] = [...base, ...wide]
export const decoder: Decoder<Bytes> = new Decoder(language, 'bytes', all)
