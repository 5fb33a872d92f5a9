import { seeded } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import {
  assemble,
  type Code,
  Decoder,
  disassemble,
  encode,
  isaTable,
  makeRow,
  overlaps,
  randomInsn,
  randomOf,
  titleOf,
  unwritten,
} from '../src/index.ts'
import { all, base, decoder, language, wide } from './bytes.ts'

/** The bytes of a code in the order of their addresses. */
const bytesOf = ({ size, word, rest }: Code): number[] =>
  [word, ...rest].flatMap((w, i) => {
    const bytes = Math.min(size - 4 * i, 4)
    return Array.from({ length: bytes }, (_, n) => (w >>> (8 * (bytes - 1 - n))) & 0xff)
  })

/** Decodes bytes, and says how far they were read. */
function decodeBytes(...bytes: number[]) {
  let end = 0
  const { code, insn } = decoder.decodeAt(offset => {
    end = Math.max(end, offset + 1)
    return bytes[offset] ?? 0
  })
  const text = insn && disassemble(language, insn, null)
  return { text, size: code.size, end }
}

describe('instructions of 1 to 15 bytes', () => {
  test.each<[string, ...number[]]>([
    ['nop', 0],
    ['inc r2', 6],
    ['mov r1, r3', 8, 0x07],
    ['add r3, -1', 0x10, 0xc0, 0xff],
    ['add r3, -1', 0x10, 0xff, 0xff],
    ['ld r1, 305419896', 0x21, 0x78, 0x56, 0x34, 0x12],
    ['ldq r1, -2, 1', 0x31, 0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0],
    ['near 171', 0x40, 0, 0, 0x0a, 0xb0],
    ['far 171', 0x40, 0, 0, 0x0a, 0xb1],
    ['most r3', 0x50, ...Array(13).fill(0), 3],
  ])('%s', (text, ...bytes) => {
    expect(decodeBytes(...bytes)).toEqual({ text, size: bytes.length, end: bytes.length })
  })

  test('what is none has the size of a unit, and is read no further than a row goes', () => {
    expect(decodeBytes(0xff)).toEqual({ text: undefined, size: 1, end: 1 })
    expect(decodeBytes(8, 0xff)).toMatchObject({ text: undefined, size: 1, end: 2 })
    expect(decodeBytes(0x10, 0, 0)).toMatchObject({ text: undefined, end: 3 })
    expect(decodeBytes(0x50, ...Array(13).fill(0), 4)).toMatchObject({ text: undefined, end: 15 })
  })

  test('random instructions survive decode → encode and disassemble → assemble', () => {
    const rng = seeded(1)
    for (const row of all) {
      for (let n = 0; n < 100; n++) {
        const insn = randomOf(rng, decoder, row)
        const { size, word, rest } = insn
        expect(encode(language, row, insn)).toEqual({ size, word, rest })
        const text = disassemble(language, insn, null)
        expect(assemble(decoder, text, null), text).toEqual({ size, word, rest })
        expect(decodeBytes(...bytesOf(insn))).toMatchObject({ text, size })
      }
    }
  })

  test('a letter that repeats another one is written, made at random alike, and not read', () => {
    const [twin] = base.filter(({ name }) => name === 'twin')
    expect(assemble(decoder, 'twin r2', null)).toMatchObject({ word: 0x240a })
    expect(decodeBytes(0x24, 0x02)).toMatchObject({ text: 'twin r2' })
    const rng = seeded(2)
    for (let n = 0; n < 20; n++) {
      const { word } = randomOf(rng, decoder, twin as (typeof base)[number])
      expect((word >>> 2) & 3).toBe(word & 3)
    }
  })
})

describe('halfwords, the first of which is the low one', () => {
  const low = { ...language, unit: 2, first: 'low' } as const
  const rows = [
    '0000000000001111 iiiiiiiiiiiiiiii 00000000000000 01',
    '0000000000000000 00 iiiiiiiiiiii 10',
  ].map((bits, i) => makeRow(low, { name: `long${i}`, bits, args: 'imm', sem: 's', ext: 'base', more: {} }))
  const halves = new Decoder(low, 'halves', rows)
  test.each([
    [[1, 0xabcd, 0xf], 0xabcd, 6],
    [[(0xabc << 2) | 2, 0], 0xabc, 4],
  ] as const)('%j', (code, imm, size) => {
    const { insn } = halves.decodeAt(offset => code[offset / 2] ?? 0)
    expect(insn).toMatchObject({ imm, size })
    expect(insn && encode(low, insn.row, insn)).toEqual({ size, word: insn?.word, rest: insn?.rest })
  })
})

test('random instructions follow filter and seed', () => {
  const [a, b] = [seeded(3), seeded(3)]
  for (let n = 0; n < 50; n++) {
    const insn = randomInsn(a, decoder, row => row.ext === 'wide')
    expect(insn.row.ext).toBe('wide')
    expect(randomInsn(b, decoder, row => row.ext === 'wide')).toEqual(insn)
  }
  expect(() => randomInsn(a, decoder, () => false)).toThrow('bytes: no instruction passes the filter')
})

test('the assembler says what it does not know', () => {
  expect(() => assemble(decoder, 'foo r1', null)).toThrow('"foo r1": bytes has no instruction foo')
  expect(() => assemble(decoder, 'add r1, 128', null)).toThrow(
    'not add rd, imm, or an operand is out of range',
  )
  expect(() => assemble(decoder, 'add r1, 0', null)).toThrow('not add')
})

describe('checks', () => {
  const more = { name: 'x', args: '', sem: 'x', ext: 'base', more: {} } as const
  const made = (bits: string, args = '') => makeRow(language, { ...more, bits, args })

  test('rows that share codes are found, at every size', () => {
    expect(overlaps(language, all, seeded(4))).toEqual([])
    expect(overlaps(language, [...all, made('0000 000 i')], seeded(4))).toEqual([
      '0: nop [00000000] and x [0000 000 i]',
    ])
    const far = wide.find(({ name }) => name === 'far')
    const other = made(`0100 0000 ${'-'.repeat(31)} 1`)
    expect(overlaps(language, [...all, other], seeded(4))).toEqual([
      `${far && titleOf(far)} and ${titleOf(other)}`,
    ])
  })

  test('registers that the text does not show, or that are not there, are found', () => {
    expect(all.flatMap(row => unwritten(language, row))).toEqual([])
    expect(unwritten(language, made('000000 dd'))).toEqual(['x [000000 dd]: rd'])
    expect(unwritten(language, made('00000000', 'rs'))).toEqual(['x rs [00000000]: rs'])
  })

  test('data that contradict themselves are refused', () => {
    expect(() => made('0000000')).toThrow('x: 7 bits')
    expect(() => made('0000000z').fields).toThrow('letter z')
    expect(() => made('0000000?').fields).toThrow('other symbols')
    const at = makeRow(language, { ...more, bits: '000000 ii', more: { at: { i: '2:0' } } })
    expect(() => at.fields).toThrow('2 letters i for 3 bits')
    const not = makeRow(language, { ...more, bits: '000000 ii', more: { not: { d: [0] } } })
    expect(() => not.fields).toThrow('no letter d')
    const signed = makeRow(language, { ...more, bits: '00000000', more: { signed: 'i' } })
    expect(() => signed.fields).toThrow('no letter i')
  })
})

test('the documentation table has a line for every row', () => {
  const table = isaTable(all, [{ title: 'Bytes', cell: row => String(row.size) }])
  expect(table.split('\n').filter(line => line.startsWith('| `')).length).toBe(all.length)
  expect(table).toContain('## wide\n\n| Instruction | Encoding | Bytes | Ends a block |')
  expect(table).toContain('| `mov rd, rs` | `00001000 0000 dd ss` | 2 |  |')
})
