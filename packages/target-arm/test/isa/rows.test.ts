import { overlaps, unwritten } from '@guestscope/target-kit'
import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import {
  decodeAs,
  language,
  type Row,
  randomWord,
  rows,
  rowsOf,
  thumbTable,
} from '../../src/isa/thumb/index.ts'
import { integer } from '../../src/translate/index.ts'
import { all, profiles } from './profiles.ts'

test('no word belongs to two rows', () => {
  expect(overlaps(language, rows, seeded(1))).toEqual([])
})

test('the assembly text of a row shows every register field, and only these', () => {
  expect(rows.flatMap(row => unwritten(language, row))).toEqual([])
})

test('every row has integer semantics or is floating point, and none is left over', () => {
  const known = new Set(integer.map(({ name }) => name))
  const named = rows
    .filter(row => !row.ext.startsWith('fp'))
    .flatMap(({ sem }) => [sem, sem.replace('.shift', '.reg')])
  expect(named.filter(name => !known.has(name))).toEqual([])
  // Those that the decoder finds without a row.
  const rest = [...known].filter(name => !name.endsWith(' if') && !named.includes(name))
  expect(rest.filter(name => !name.startsWith('v') && !name.startsWith('undefined'))).toEqual([
    'nocp',
    'notthumb',
  ])
})

test('the rows that end a translation block', () => {
  const names = (flow: Row['ending']) => [
    ...new Set(rows.filter(row => row.ending === flow).map(row => row.sem)),
  ]
  expect(names('branch')).toEqual(['b.cond', 'cbz', 'cbnz'])
  expect(names('jump')).toEqual(['b', 'bl'])
  expect(names('indirect').join(' ')).toBe(
    'add.pc mov.pc bx blx ldm.pc ldr.pc.imm ldr.pc.reg ldr.pc.lit tbb tbb.pc tbh tbh.pc ldmdb.pc',
  )
  expect(names('trap')).toEqual(['bkpt', 'undefined', 'svc'])
  expect(names('system')).toEqual(['cps', 'wfe', 'wfi', 'msr', 'isb'])
})

test('the processors have what their architectures say', () => {
  const sizes = profiles.map(profile => rowsOf(profile).length)
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  expect(rowsOf(all).length).toBe(rows.length)
  const [m0] = profiles
  const long = rowsOf(m0).filter(row => row.size === 4)
  expect(long.map(row => row.name).join(' ')).toBe('bl msr mrs dsb dmb isb udf.w')
})

test('the random generator finds words of every row', () => {
  const rng = seeded(3)
  for (const row of rows) expect(decodeAs(row, randomWord(rng, all, row))?.row).toBe(row)
})

test('the documentation table has a line for every row', () => {
  const lines = thumbTable()
    .split('\n')
    .filter(line => line.startsWith('| `'))
  expect(lines.length).toBe(rows.length)
  expect(lines).toContain(
    '| `bfi rd, rn, #lsb, #width` | `11110 0 11 011 0 nnnn 0 lll dddd ll 0 vvvvv` | `bfi` |  |',
  )
})
