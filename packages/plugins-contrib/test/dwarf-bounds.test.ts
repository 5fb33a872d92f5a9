/** Debug information that is small and wants much: every count and every text is bounded by the bytes that are there. */
import { PluginError } from '@guestscope/plugin-api'
import { describe, expect, it } from 'vitest'
import { lineRows } from '../src/dwarf/lines.ts'
import { DwarfReader } from '../src/dwarf/reader.ts'
import { compilationDirectories } from '../src/dwarf/units.ts'

const u16 = (n: number): number[] => [n & 255, n >> 8]
const u32 = (n: number): number[] => [n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24]
const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]
const bytes = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat())
/** A text at every offset, or at none. */
const texts = (text?: string) => ({ at: () => text })

/** A line table of version 5 with these tables of directories and files, and this program. */
function table5(tables: number[], program: number[] = []): Uint8Array {
  const rest = [1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, ...tables]
  const unit = [...u16(5), 8, 0, ...u32(rest.length), ...rest, ...program]
  return bytes(u32(unit.length), unit)
}

function failure(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof PluginError && error.code === 'dwarf/damaged') return error.message
    throw error
  }
  return 'nothing wrong'
}
const rowsOf = (line: Uint8Array, text?: string) => [
  ...lineRows({ line, str: texts(text), lineStr: texts(text), directories: new Map() }),
]
const pathForm = [1, 1, 31]

describe('counts', () => {
  it.each([
    ['directories of no columns', [0, ...huge]],
    ['files of no columns', [0, 0, 0, ...huge]],
    ['more directories than bytes', [...pathForm, ...huge]],
    ['values without bytes of their own', [1, 1, 25, ...huge]],
  ])('%s', (_, tables) => {
    expect(failure(() => rowsOf(table5(tables)))).toContain('where there is no room for them')
  })

  it('none at all are fine', () => expect(rowsOf(table5([0, 0, 0, 0]))).toEqual([]))

  it('attributes of a unit that have no bytes', () => {
    const attributes = Array.from({ length: 1000 }, () => [3, 25]).flat()
    const abbrev = bytes([1, 0x11, 0, ...attributes, 0, 0, 0])
    const unit = [...u16(4), ...u32(0), 8, 1]
    const info = bytes(u32(unit.length), unit)
    const strings = { str: texts(), lineStr: texts() }
    expect(failure(() => compilationDirectories(info, abbrev, strings))).toContain('.debug_info')
  })

  it('tables of abbreviations inside each other', () => {
    const entry = [2, 0x2e, 0, 0, 0]
    const abbrev = bytes(Array.from({ length: 2000 }, () => entry).flat(), [0])
    const units = Array.from({ length: 500 }, (_, i) => {
      const unit = [...u16(4), ...u32(5 * i), 8, 1]
      return [...u32(unit.length), ...unit]
    })
    const strings = { str: texts(), lineStr: texts() }
    expect(failure(() => compilationDirectories(bytes(units.flat()), abbrev, strings))).toContain(
      'tables inside each other',
    )
  })
})

describe('numbers', () => {
  it('of half a megabyte are refused at their eleventh byte', () => {
    const r = new DwarfReader('x', new Uint8Array(2 ** 19).fill(0x80))
    expect(failure(() => r.uleb())).toContain('more than 10 bytes')
    expect(r.at).toBe(10)
  })
  it('of ten bytes have 64 bits', () => {
    const ten = [...new Array<number>(9).fill(0xff), 1]
    expect(new DwarfReader('x', Uint8Array.from(ten)).uleb()).toBe(2 ** 64)
    const minusOne = [...new Array<number>(9).fill(0xff), 0x7f]
    expect(new DwarfReader('x', Uint8Array.from(minusOne)).sleb()).toBe(-1n)
  })
})

it('paths of files that share one long text', () => {
  const files = 200
  const table = [...pathForm, 1, ...u32(0), ...pathForm, (files & 127) | 128, files >> 7]
  const names = Array.from({ length: files }, () => u32(0)).flat()
  // set_file, copy.
  const program = Array.from({ length: files }, (_, i) => [4, (i & 127) | 128, i >> 7, 1]).flat()
  expect(rowsOf(table5([...table, ...names], program), 'a/b.c')).toHaveLength(files)
  expect(failure(() => rowsOf(table5([...table, ...names], program), 'x'.repeat(2 ** 20)))).toContain(
    'longer paths',
  )
})
