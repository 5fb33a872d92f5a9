import { readFileSync } from 'node:fs'
import { PluginError } from '@guestscope/plugin-api'
import { describe, expect, it, test } from 'vitest'
import { programLines } from '../src/dwarf/index.ts'
import { joinPath } from '../src/dwarf/path.ts'
import { DwarfReader } from '../src/dwarf/reader.ts'
import { readElf } from '../src/elf.ts'

const guests = [
  'lines-dwarf5-rv64',
  'lines-dwarf4-rv64',
  'lines-dwarf4-rv32',
  'lines-dwarf5-arm',
  'lines-dwarf5-armeb',
  'lines-dwarf3-arm',
]
const file = (path: string): Uint8Array => readFileSync(new URL(`guests/${path}`, import.meta.url))
const elf = (name: string): Uint8Array => file(`elf/${name}.elf`)
const rowsOf = (bytes: Uint8Array) => [...(programLines(readElf('x.elf', bytes)) ?? [])]

describe('line tables', () => {
  it.each(guests)('%s: the rows are those that objdump reads', name => {
    const rows = rowsOf(elf(name)).map(row => {
      const base = row.file.split('/').at(-1)
      const line = row.endSequence ? '-' : row.line
      const mark = row.endSequence ? 'end' : row.isStatement ? 'x' : ''
      return `${base} ${line} 0x${row.address.toString(16)} ${mark}`
    })
    const expected = Buffer.from(file(`expected/${name}.lines`))
      .toString()
      .trimEnd()
      .split('\n')
    expect(rows).toEqual(expected.map(line => line.replace(/ 0$/, ' 0x0').replace(/ 0 end$/, ' 0x0 end')))
  })

  it.each(guests)('%s: paths are whole', name => {
    const paths = new Set(rowsOf(elf(name)).map(row => row.file))
    const start = name.includes('arm') ? 'arm.S' : 'riscv.S'
    expect([...paths].sort()).toEqual(
      ['/guest/lines.c', ...(paths.size > 2 ? ['/guest/sub/shape.h'] : []), `/guest/${start}`].sort(),
    )
  })

  it('a program without them has none', () => {
    const bytes = elf('lines-dwarf5-rv64').slice()
    const names = Buffer.from(bytes).indexOf('.debug_line\0')
    bytes[names + 1] = 0x78
    expect(programLines(readElf('x.elf', bytes))).toBeUndefined()
  })

  it.each(guests)('%s: any changed byte gives rows or an error that names the section', name => {
    const whole = elf(name)
    const { section } = readElf(name, whole)
    for (const part of ['.debug_line', '.debug_info', '.debug_abbrev']) {
      const bytes = section(part) as Uint8Array
      const offset = bytes.byteOffset - whole.byteOffset
      for (let i = 0; i < Math.min(bytes.length, 400); i++)
        for (const value of [0, 0xff]) {
          const changed = whole.slice()
          changed[offset + i] = value
          try {
            let left = 10_000
            for (const _ of programLines(readElf(name, changed)) ?? []) if (left-- === 0) break
          } catch (error) {
            expect(error).toBeInstanceOf(PluginError)
            expect((error as PluginError).message).toContain('section .debug_')
          }
        }
    }
  })
})

describe('ELF files', () => {
  const failure = (bytes: Uint8Array): string => {
    try {
      readElf('x.elf', bytes).section('.debug_line')
      return ''
    } catch (error) {
      return (error as PluginError).message
    }
  }
  it('that are none, or damaged, or compressed, are named', () => {
    const bytes = elf('lines-dwarf5-rv64')
    expect(failure(new Uint8Array(64))).toContain('x.elf is not an ELF file')
    expect(failure(bytes.subarray(0, 1000))).toMatch(
      /^x.elf: .*truncated: its section header table ends at byte/,
    )
    const view = new DataView(Uint8Array.from(bytes).buffer)
    const table = Number(view.getBigUint64(40, true))
    for (let i = 0; i < view.getUint16(60, true); i++) view.setUint8(table + 64 * i + 9, 8)
    expect(failure(new Uint8Array(view.buffer))).toContain('-gz=none')
  })
})

test('numbers of variable length', () => {
  const read = (...bytes: number[]): DwarfReader => new DwarfReader('x', Uint8Array.from(bytes))
  expect(read(0x02).uleb()).toBe(2)
  expect(read(0xe5, 0x8e, 0x26).uleb()).toBe(624485)
  expect(read(0x7f).sleb()).toBe(-1n)
  expect(read(0x80, 0x7f).sleb()).toBe(-128n)
  expect(read(0xff, 0x00).sleb()).toBe(127n)
  expect(() => read(0x80).uleb()).toThrow('section x ends too early')
})

test('paths are joined', () => {
  expect(joinPath('/a/b', '../c.h')).toBe('/a/c.h')
  expect(joinPath('/a/b', '/c.h')).toBe('/c.h')
  expect(joinPath('', './c.h')).toBe('c.h')
  expect(joinPath('.', 'x/../../c.h')).toBe('../c.h')
  expect(joinPath('C:/a', 'b.c')).toBe('C:/a/b.c')
})
