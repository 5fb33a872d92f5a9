import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { randomWord, rowsOf, type Xlen } from '../../src/isa/index.ts'
import { bases } from '../isa/bases.ts'
import { Harness, semanticsOf, tested } from './harness.ts'

const titles = tested.map(({ title }) => title)

test.each(bases)(
  'RV%i: every row of these extensions has semantics, and no semantics is without a row',
  xlen => {
    const wanted = rowsOf(xlen)
      .filter(row => titles.includes(row.ext))
      .map(row => row.sem)
    const given = semanticsOf(xlen).map(s => s.name)
    expect([...given].sort()).toEqual([...new Set(wanted)].sort())
  },
)

test.each(bases)('RV%i: the IR is well formed, with operands known and unknown', (xlen: Xlen) => {
  const rng = seeded(xlen)
  const names = new Set(semanticsOf(xlen).map(s => s.name))
  const rows = rowsOf(xlen).filter(row => names.has(row.sem))
  const words = rows.flatMap(row => Array.from({ length: 8 }, () => randomWord(rng, xlen, row)))
  const cases = words.flatMap(word => ([0, 1, 2] as const).map(fs => ({ word, fs })))
  expect(() => new Harness(xlen, cases)).not.toThrow()
})
