/**
 * Mutated files in every reader of this package: an image or a coded error, and no more work than the file is worth.
 * The rest is in cli/test/fuzz.test.ts. GUESTSCOPE_LONG=1: twenty times as many.
 */

import { GuestMemory, type LoadedImage, loadImage, type OptionSpecs } from '@guestscope/core'
import { parsePluginRequest, resolveOptions } from '@guestscope/plugin-host'
import { below, fuzz } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { loadElf } from '../src/elf.ts'
import { readElf } from '../src/elf-file.ts'
import { isHex, loadHex } from '../src/hex.ts'
import { loadRaw } from '../src/raw.ts'
import { elf } from './elf-builder.ts'

const long = process.env.GUESTSCOPE_LONG !== undefined
const [rounds, patience] = long ? [40_000, 600_000] : [2000, 60_000]
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const memory = new GuestMemory(1, [
  { name: 'flash', base: 0n, size: 0x1_0000, readonly: true },
  { name: 'RAM', base: 0x8000_0000n, size: 0x10_0000 },
])

/** What an image may have: everything is a view of the file, but for the copies of HEX. */
function check(image: LoadedImage, file: Uint8Array): void {
  expect(image.segments.length).toBeLessThanOrEqual(file.length / 8 + 1)
  for (const { bytes, memorySize, headers = 0 } of image.segments) {
    expect(bytes.length).toBeLessThanOrEqual(Math.min(file.length, memorySize))
    expect(headers).toBeLessThanOrEqual(bytes.length)
  }
  loadImage(memory, image)
}

const code = { virtual: 0x8000_0000n, physical: 0x8000_0000n, bytes: [1, 2, 3, 4], memorySize: 64 }
const data = { virtual: 0x8000_1000n, physical: 0x8000n, bytes: [5, 6, 7, 8], memorySize: 64, flags: 6 }
const symbols = ['main', 'table', 'end'].map((name, i) => ({
  name,
  info: i,
  value: 0x8000_0000n + BigInt(i),
  size: i,
}))
const sections = [
  { name: '.text', flags: 6, address: 0x8000_0000n, bytes: Uint8Array.of(1, 2, 3, 4) },
  { name: '.bss', type: 8, flags: 3, address: 0x8000_1000n, offset: 0x7fff_ffff, size: 64 },
  { name: '.symtab', type: 2, bytes: new Uint8Array(96).fill(1), link: 4 },
  { name: '.strtab', type: 3, bytes: text('\0main\0table\0') },
]
const elfFiles = ([32, 64] as const).flatMap(bits =>
  [true, false].flatMap(littleEndian => [
    elf({ bits, littleEndian, pieces: [code, data], symbols }),
    elf({ bits, littleEndian, entry: 0x8000_0000n, pieces: [code], sections }),
  ]),
)

/** Sections and symbols: no more entries than the file has room for, no more text than `StringTable` allows. */
function checkParts(file: Uint8Array): void {
  const parts = readElf(file)
  const found = parts.symbols(1n)
  expect(found.length).toBeLessThanOrEqual(file.length / 16)
  const names = new Map(found.map(({ name }) => [name, name.length]))
  const letters = [...names.values()].reduce((sum, length) => sum + length, 0)
  expect(letters).toBeLessThanOrEqual(8 * file.length + 65536)
  const all = parts.sections()
  expect(all.length).toBeLessThanOrEqual(file.length / 40)
  for (const { name } of all) expect((parts.section(name) ?? '').length).toBeLessThanOrEqual(file.length)
}

/** A record; the checksum is made. */
function record(type: number, offset: number, ...bytes: number[]): string {
  const all = [bytes.length, offset >> 8, offset & 255, type, ...bytes]
  const sum = -all.reduce((a, b) => a + b, 0) & 255
  return `:${[...all, sum].map(byte => byte.toString(16).padStart(2, '0')).join('')}\r\n`
}
const hexFiles = [
  [
    record(4, 0, 0x80, 0),
    record(0, 0, 1, 2, 3, 4),
    record(0, 4, 5),
    record(5, 0, 0x80, 0, 0, 1),
    record(1, 0),
  ],
  [record(2, 0, 0x10, 0), record(0, 0xffff, 1, 2), record(3, 0, 0, 0, 0, 8), record(1, 0)],
  [record(10, 0, 0x99, 0, 0xc0, 0xde), record(0, 0, 1), record(12, 0, 0x42), record(13, 0, 1), record(1, 0)],
].map(lines => text(lines.join('')))

/** Lines that are nearly records become records: else all would end at their checksums. */
function withChecksums(bytes: Uint8Array): Uint8Array {
  const lines = new TextDecoder('latin1').decode(bytes).split('\r\n')
  return text(
    lines
      .map(line => {
        const pairs = (line.match(/[\da-f]{2}/gi) ?? []).map(pair => Number.parseInt(pair, 16)).slice(0, -1)
        const [, high = 0, low = 0, type, ...rest] = pairs
        return type === undefined ? line : record(type, high * 256 + low, ...rest).trim()
      })
      .join('\r\n'),
  )
}

const specs = {
  text: { type: 'string', description: '' },
  texts: { type: 'string', multiple: true, description: '' },
  flag: { type: 'boolean', description: '' },
  number: { type: 'number', minimum: -1, maximum: 1e6, description: '' },
  whole: { type: 'number', integer: true, default: 7, description: '' },
  choice: { type: 'choice', choices: ['a', 'b'], default: 'a', description: '' },
} as const satisfies OptionSpecs
const requests = [
  'name,text=a,,b,texts=1,texts=2,flag,number=0x10,whole=1e3,choice=b',
  'name,__proto__=1,constructor,number=-1.5,flag=off',
].map(text)

const kind = { machine: 243, bits: 64, name: 'some', isaBits: 1n } as const

describe('mutated files', () => {
  test('ELF', () => fuzz(elfFiles, rounds, file => check(loadElf(file), file)), patience)
  test('sections and symbols of ELF', () => fuzz(elfFiles, rounds, checkParts), patience)
  test(
    'HEX',
    () =>
      fuzz(hexFiles, rounds, (bytes, random) => {
        const file = below(random, 2) === 0 ? bytes : withChecksums(bytes)
        isHex(file)
        check(loadHex(file, kind), file)
      }),
    patience,
  )
  test(
    'raw',
    () =>
      fuzz(elfFiles, rounds / 10, (file, random) => {
        check(loadRaw(file, 2n ** BigInt(below(random, 65)) - BigInt(below(random, 3)), kind), file)
      }),
    patience,
  )
  test(
    'options of plugins',
    () =>
      fuzz(requests, rounds, bytes => {
        const request = parsePluginRequest(new TextDecoder().decode(bytes))
        const values = resolveOptions(request.name, specs, request.options)
        expect(Object.keys(values)).toEqual(Object.keys(specs))
      }),
    patience,
  )
})
