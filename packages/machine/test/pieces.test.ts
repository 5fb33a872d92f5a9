/** The small parts that a run is made of. */
import type { ImageSymbol, LoadedImage } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { gunzip } from '../src/gunzip.ts'
import { GuestInput } from '../src/input.ts'
import { Pace } from '../src/pace.ts'
import { SymbolTable } from '../src/symbols.ts'
import { nearest, sizeOf } from '../src/text.ts'
import { TextWatch } from '../src/text-watch.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array | undefined): string | undefined => data && new TextDecoder().decode(data)

describe('text watch', () => {
  test.each([
    ['PASS', ['PA', 'SS'], true],
    ['aab', ['aa', 'ab'], true],
    ['abab', ['aba', 'cab', 'ab'], true],
    ['abcabd', ['abcab', 'cab', 'd'], true],
    ['grün', ['gr\u00fcn'], true],
    ['PASS', ['PAS', 'PAS'], false],
  ])('%s in %j', (needle, pieces, found) => {
    const watch = new TextWatch(needle)
    for (const piece of pieces) watch.push(bytes(piece))
    expect(watch.found).toBe(found)
  })
  test('agrees with includes, byte by byte', () => {
    let seed = 1
    const letter = (): string => {
      seed = (seed * 48271) % 2147483647
      return 'ab'[seed % 2] as string
    }
    for (let round = 0; round < 500; round++) {
      const needle = Array.from({ length: 1 + (round % 6) }, letter).join('')
      const text = Array.from({ length: 20 }, letter).join('')
      const watch = new TextWatch(needle)
      for (const byte of bytes(text)) watch.push(Uint8Array.of(byte))
      expect(watch.found, `${needle} in ${text}`).toBe(text.includes(needle))
    }
  })
})

test('slices approach ten milliseconds in steps', () => {
  const pace = new Pace()
  expect(pace.worked(pace.slice, 0, 5)).toBe(false)
  expect(pace.slice).toBe(80_000)
  for (let i = 0; i < 20; i++) pace.worked(pace.slice, pace.slice / 80_000, 6)
  expect(pace.slice).toBe(800_000)
  // However cheap the instructions are: the next ones may be dear.
  for (let i = 0; i < 20; i++) pace.worked(pace.slice, 0.01, 9)
  expect(pace.slice).toBe(1_000_000)
  expect(pace.worked(pace.slice, 1000, 10)).toBe(true)
  expect(pace.slice).toBe(250_000)
  for (let i = 0; i < 20; i++) expect(pace.worked(pace.slice, 1000, 19)).toBe(false)
  expect(pace.slice).toBe(1000)
})

test('symbols by address', () => {
  const symbol = (name: string, address: bigint, size: number, kind: ImageSymbol['kind']): ImageSymbol => ({
    name,
    address,
    size,
    kind,
  })
  const all = [
    symbol('main', 0x100n, 0x10, 'function'),
    symbol('main_label', 0x100n, 0, 'label'),
    symbol('loop', 0x120n, 0, 'label'),
    symbol('data', 0x140n, 8, 'object'),
  ]
  const table = new SymbolTable({ symbols: () => all } as unknown as LoadedImage)
  expect(table.at(0xffn)).toBeUndefined()
  expect(table.at(0x100n)?.name).toBe('main')
  expect(table.at(0x10fn)?.name).toBe('main')
  expect(table.at(0x110n)).toBeUndefined()
  expect(table.at(0x13fn)?.name).toBe('loop')
  expect(table.at(0x148n)).toBeUndefined()
  expect(table.describe(0x104n)).toBe('0x104 <main+0x4>')
  expect(table.describe(0x10n)).toBe('0x10')
})

test('the nearest name', () => {
  expect(nearest('rnu', ['run', 'list'])).toBe('run')
  expect(nearest('trap', ['discons', 'traps'])).toBe('traps')
  expect(nearest('kernel', ['run', 'list'])).toBeUndefined()
})

test.each([
  ['128M', 128 * 2 ** 20],
  ['1.5g', 1.5 * 2 ** 30],
  ['512KiB', 2 ** 19],
  ['0x1000', 4096],
  ['much', Number.NaN],
])('size %s', (given, expected) => expect(sizeOf(given)).toBe(expected))

describe('input', () => {
  const rig = (options: { serial: boolean; semihosting: boolean; open?: boolean }) => {
    const toUart: string[] = []
    const input = new GuestInput({ open: true, ...options })
    const machine = { input: (data: Uint8Array) => void toUart.push(text(data) as string) }
    const type = (typed: string): void => input.receive(machine, bytes(typed))
    const read = (length: number): string | undefined => text(input.read(length))
    return { input, toUart, type, read }
  }
  const waiting = { cpus: [{ unfinished: { cause: 0, value: 0n, waits: true } }] }
  const running = { cpus: [{ unfinished: undefined }] }

  test('semihosting reads what the serial port gets once more, in any pieces', () => {
    const { input, toUart, type, read } = rig({ serial: true, semihosting: true })
    expect(read(1)).toBeUndefined()
    type('ab')
    type('')
    type('cde')
    expect([2, 2, 1, 9].map(read)).toEqual(['ab', 'cd', 'e', undefined])
    expect(toUart.join('')).toBe('abcde')
    input.end()
    expect(read(1)).toBe('')
  })

  test('it wakes who waits for it, and ends the wait where it ends', () => {
    const { input, toUart, type, read } = rig({ serial: false, semihosting: true })
    expect(input.mayWake(running)).toBe(false)
    expect(input.mayWake(waiting)).toBe(true)
    type('a')
    expect([read(1), toUart]).toEqual(['a', []])
    input.end()
    expect(input.mayWake(waiting)).toBe(false)
  })

  test('where none is expected, nobody waits', () => {
    const { input, type, read } = rig({ serial: true, semihosting: true, open: false })
    expect(input.mayWake(waiting)).toBe(false)
    type('a')
    expect([read(4), read(4)]).toEqual(['a', ''])
    expect(rig({ serial: false, semihosting: false }).input.mayWake(waiting)).toBe(false)
  })
})

describe('gzip', () => {
  const packed = async (data: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(
      await new Response(
        new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip')),
      ).arrayBuffer(),
    )
  test('is unpacked, up to a size', async () => {
    const data = Uint8Array.from({ length: 300_000 }, (_, i) => i >> 3)
    expect(await gunzip(await packed(data), data.length)).toEqual(data)
    expect(await gunzip(await packed(data), data.length - 1)).toBeUndefined()
  })
  test('that is damaged is an error', async () => {
    const file = await packed(bytes('hello'.repeat(100)))
    await expect(gunzip(file.subarray(0, 20), 1000)).rejects.toThrow()
    await expect(gunzip(file.with(20, 0), 1000)).rejects.toThrow()
  })
})
