/** Sections, texts and symbols: what usual linkers make, and files that are small and want much. */
import { describe, expect, test } from 'vitest'
import { readElf } from '../src/elf-file.ts'
import { StringTable } from '../src/string-table.ts'
import { elf, type Section } from './elf-builder.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const code = { virtual: 0x80000000n, physical: 0x80000000n, bytes: [1, 2, 3, 4] }
const withSections = (sections: Section[], bits: 32 | 64 = 64, littleEndian = true) =>
  readElf(elf({ bits, littleEndian, pieces: [code], sections }))
const coded = (code: string) => expect.objectContaining({ code })

describe('sections', () => {
  test.each([
    [32, true],
    [64, true],
    [32, false],
    [64, false],
  ] as const)('have names, places and contents: %d bits, little-endian %s', (bits, littleEndian) => {
    const section = { name: '.a', flags: 2, address: 0x100n, bytes: text('hello') }
    const file = withSections([section], bits, littleEndian)
    expect(file).toMatchObject({ bits, littleEndian, machine: 243, type: 2 })
    expect(file.sections().map(({ name }) => name)).toEqual(['', '.a', '.shstrtab'])
    expect(file.sections()[1]).toMatchObject({ type: 1, flags: 2, address: 0x100n, size: 5, link: 0 })
    expect(file.section('.a')).toEqual(text('hello'))
    expect(file.section('.b')).toBeUndefined()
  })

  test('NOBITS has no bytes in the file, wherever its offset leads', () => {
    const file = withSections([
      { name: '.bss', type: 8, flags: 3, address: 0x20000000n, offset: 0x7fff_ffff, size: 0x10000 },
      { name: '.a', bytes: text('hello') },
    ])
    expect(file.section('.bss')).toEqual(new Uint8Array(0))
    expect(file.sections()[1]?.size).toBe(0x10000)
    expect(file.section('.a')).toEqual(text('hello'))
  })

  test('one that lies outside spoils no other', () => {
    const file = withSections([
      { name: '.far', offset: 0x7fff_ffff, size: 16 },
      { name: '.packed', flags: 0x800, bytes: text('x') },
      { name: '.a', bytes: text('hello') },
    ])
    expect(file.section('.a')).toEqual(text('hello'))
    expect(() => file.section('.far')).toThrow(coded('image/section-outside'))
    expect(() => file.section('.packed')).toThrow(coded('image/compressed'))
  })

  test('a file that ends inside its header is truncated: 56 bytes of 64', () => {
    const file = elf({ pieces: [code], sections: [] })
    expect(() => readElf(file.subarray(0, 56))).toThrow(coded('image/truncated'))
    expect(() => readElf(file.subarray(0, 64)).sections()).toThrow(coded('image/truncated'))
    expect(readElf(file.subarray(0, 64)).symbols()).toEqual([])
  })
})

describe('texts', () => {
  test('by their offset; none outside, none without an end', () => {
    const table = new StringTable(text('\0main\0tail'))
    expect([0, 1, 3, 6, 10, 11, -1].map(at => table.at(at))).toEqual([
      '',
      'main',
      'in',
      ...[undefined, undefined, undefined, undefined],
    ])
  })

  test('many symbols of one long name share it', () => {
    const name = 'x'.repeat(2 ** 20)
    const symbols = new DataView(new ArrayBuffer(24 * 40_000))
    for (let i = 0; i < 40_000; i++) {
      symbols.setUint32(24 * i, 1, true)
      symbols.setUint8(24 * i + 4, 2)
      symbols.setUint16(24 * i + 6, 1, true)
      symbols.setBigUint64(24 * i + 8, BigInt(i), true)
    }
    const file = withSections([
      { name: '.symtab', type: 2, bytes: new Uint8Array(symbols.buffer), link: 2 },
      { name: '.strtab', type: 3, bytes: text(`\0${name}\0`) },
    ])
    const found = file.symbols()
    expect(found).toHaveLength(40_000)
    // So do lists of them: none has more of the name than a list can bear.
    expect(found.every(symbol => symbol.name === `${name.slice(0, 4096)}…`)).toBe(true)
  })

  test('texts that begin inside a long one are bounded by the size of the table', () => {
    const table = new StringTable(text(`${'x'.repeat(2 ** 20)}\0`))
    let decoded = 0
    for (let i = 0; i < 40_000; i++) decoded += table.at(i)?.length ?? 0
    expect(decoded).toBeGreaterThan(2 ** 20)
    expect(decoded).toBeLessThanOrEqual(8 * (2 ** 20 + 1) + 65536)
    expect(table.at(0)).toHaveLength(2 ** 20)
  })
})
