import { words } from '@guestscope/target-kit'
import { describe, expect, test } from 'vitest'
import { decodeAs, type Row, randomWord, rows, rowsOf, thumbTable } from '../../src/isa/thumb/index.ts'
import { operands } from '../../src/isa/thumb/operands.ts'
import { integer } from '../../src/translate/index.ts'
import { all, profiles, seeded } from './profiles.ts'

const title = (row: Row) => `${row.name} ${row.args} [${row.bits}]`

describe('no word belongs to two rows', () => {
  test('16-bit', () => {
    const short = rows.filter(row => row.size === 2)
    const overlaps: string[] = []
    for (let word = 0; word < 0x10000; word++) {
      const owners = short.filter(row => decodeAs(row, word) !== undefined)
      if (owners.length > 1) overlaps.push(`${word.toString(16)}: ${owners.map(title).join(' and ')}`)
    }
    expect(overlaps).toEqual([])
  })

  // Fixed bits of most pairs contradict; in the others `not`, r15 or the operands tell them apart.
  test('32-bit', () => {
    const long = rows.filter(row => row.size === 4)
    const rng = seeded(1)
    const overlaps: string[] = []
    for (const [i, a] of long.entries()) {
      for (const b of long.slice(i + 1)) {
        if ((a.match ^ b.match) & a.mask & b.mask) continue
        const fixed = a.mask | b.mask
        for (let n = 0; n < 200; n++) {
          const word = a.match | b.match | (~fixed & Math.floor(rng() * 2 ** 32))
          if (decodeAs(a, word) && decodeAs(b, word)) overlaps.push(`${title(a)} and ${title(b)}`)
        }
      }
    }
    expect(overlaps).toEqual([])
  })
})

test('the assembly text of a row shows every register field, and only these', () => {
  const slots = { d: 'rd', n: 'rn', m: 'rm', a: 'ra' } as const
  for (const row of rows) {
    const written = new Set(words(row.args).map(word => operands[word]?.slot))
    for (const [letter, slot] of Object.entries(slots)) {
      const constant = row.more.set?.[slot] !== undefined
      const inBits = row.letters.has(letter)
      expect(written.has(slot) && !constant, `${title(row)}: ${slot}`).toBe(inBits)
    }
  }
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
