import { type GuestscopeError, ImageError, type LoadedImage } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import type { ImageExpectation } from '../src/elf.ts'
import { isHex, loadHex } from '../src/hex.ts'
import { loadRaw } from '../src/raw.ts'

const kind: ImageExpectation = { machine: 40, bits: 32, name: 'some', isaBits: 1n }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A line: type, address, data; the checksum is made. */
function record(type: number, offset: number, ...data: number[]): string {
  const all = [data.length, offset >> 8, offset & 0xff, type, ...data]
  const sum = all.reduce((a, b) => a + b, 0)
  return `:${[...all, -sum & 0xff].map(byte => byte.toString(16).padStart(2, '0')).join('')}\n`
}
const end = ':00000001FF\n'
const load = (...lines: string[]): LoadedImage => loadHex(bytes(lines.join('')), kind)
const shown = (image: LoadedImage): [number, number[]][] =>
  image.segments.map(s => [Number(s.physical), [...s.bytes]])

describe('Intel HEX', () => {
  test('neighbours are joined, whatever their order; addresses have three forms', () => {
    const image = load(
      record(0, 2, 3, 4),
      record(0, 0, 1, 2),
      '\r\n',
      record(2, 0, 0x12, 0x00),
      record(0, 0xffff, 9, 10),
      record(4, 0, 0x20, 0x00),
      record(0, 0x10, 5),
      end,
      'anything after the end',
    )
    expect(shown(image)).toEqual([
      [0, [1, 2, 3, 4]],
      [0x12000, [10]],
      [0x21fff, [9]],
      [0x20000010, [5]],
    ])
    expect(image).toMatchObject({ machine: 40, bits: 32, entry: 0n })
    expect(image.segments.every(s => s.executable && s.virtual === s.physical)).toBe(true)
  })

  test.each([
    ['linear, without the bit for the instruction set', record(5, 0, 0, 0, 1, 1), 0x100n],
    ['segmented', record(3, 0, 0x10, 0, 0, 8), 0x10008n],
    ['absent: the lowest address', '', 0x40n],
  ])('start: %s', (_, line, entry) => {
    expect(load(record(0, 0x40, 1), line, end).entry).toBe(entry)
  })

  test.each([
    [
      'image/hex-checksum',
      [record(0, 0, 1), ':0100020001FE\n'],
      'Line 2 ',
      'checksum 0xfe, its bytes make 0xfc',
    ],
    ['image/hex-length', [':0200000001FD\n'], 'has 1 bytes of data and says 2'],
    ['image/hex-length', [':00\n'], 'has 0 bytes', 'Line 1'],
    ['image/hex-length', [record(4, 0, 1), end], 'of type 4', 'instead of 2'],
    ['image/hex-syntax', [record(0, 0, 1), 'hello\n'], 'Line 2 ', 'colon'],
    ['image/hex-syntax', [':0\n'], 'Line 1 ', 'pairs'],
    ['image/hex-record', [record(9, 0, 1), end], 'type 0x09', 'Universal'],
    ['image/hex-syntax', ['; made by hand\n', record(0, 0, 1), end], 'Line 1 ', 'no comments'],
    ['image/hex-syntax', [record(0, 0, 1), '# more\n', end], 'Line 2 ', 'no comments'],
    ['image/hex-text', ['\ufeff', record(0, 0, 1), end], 'Line 1 ', 'byte-order mark', 'ASCII'],
    ['image/hex-board', [record(10, 0, 0x99, 3, 0xc0, 0xde), record(13, 0, 1), end], '0x9903'],
    ['image/hex-overlap', [record(0, 0, 1, 2), record(0, 1, 2), end], 'Line 2 ', '0x00000001'],
    ['image/truncated', [record(0, 0, 1)], 'end record', 'missing'],
    ['image/no-segments', [end], 'no data', 'objcopy'],
    [
      'image/segment-address',
      [record(4, 0, 0xff, 0xff), record(0, 0xffff, 1, 2), end],
      'Line 2 ',
      'over the end',
    ],
  ])('%s: %j', (code, lines, ...texts) => {
    let thrown: unknown
    try {
      load(...lines)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ImageError)
    expect((thrown as GuestscopeError).code).toBe(code)
    for (const text of texts) expect((thrown as Error).message).toContain(text)
  })

  test('damaged anywhere: an image or an ImageError', () => {
    const good = [record(4, 0, 0x20, 0), record(0, 0x10, 1, 2, 3), record(5, 0, 0, 0, 0, 1), end].join('')
    for (let i = 0; i < good.length; i++)
      for (const letter of ['0', 'f', ':', 'x', '\n', '']) {
        try {
          loadHex(bytes(good.slice(0, i) + letter + good.slice(i + 1)), kind)
        } catch (error) {
          expect(error).toBeInstanceOf(ImageError)
        }
      }
  })

  test('a universal file has the plain records of the first board', () => {
    const image = load(
      record(4, 0, 0, 0),
      record(10, 0, 0x99, 0, 0xc0, 0xde),
      record(0, 0, 1, 2, 3, 4),
      record(12, 0, 0x42),
      record(11, 0, 0, 0),
      record(4, 0, 0x10, 0),
      record(0, 0x1014, 0, 0xc0, 3, 0),
      record(4, 0, 0, 0),
      record(10, 0, 0x99, 3, 0xc0, 0xde),
      record(13, 0, 9, 9, 9),
      record(14, 0, 9),
      record(11, 0),
      end,
    )
    expect(shown(image)).toEqual([
      [0, [1, 2, 3, 4]],
      [0x10001014, [0, 0xc0, 3, 0]],
    ])
    expect(image.segments[1]?.origin).toBe('line 7 of the HEX file')
  })

  test('scattered without end: refused', () => {
    const one = record(0, 0, 1) + record(0, 2, 2)
    expect(() => load(one.repeat(2 ** 15 + 1), end)).toThrow(
      expect.objectContaining({ code: 'image/hex-scattered' }),
    )
  })

  test('a line of any length is looked at once', () => {
    expect(() => load(`:${'00'.repeat(2 ** 20)}\n`)).toThrow(
      expect.objectContaining({ code: 'image/hex-length' }),
    )
  })

  test('is known by a colon or a record', () => {
    expect(isHex(bytes('\r\n:00000001FF'))).toBe(true)
    expect(isHex(bytes('; comment\n# more\n:00000001FF\n'))).toBe(true)
    expect(isHex(bytes('\ufeff:00000001FF'))).toBe(true)
    expect(isHex(Uint8Array.of(0xff, 0xfe, 0x3a, 0))).toBe(true)
    expect(isHex(bytes('text: more\n:- )\n'))).toBe(false)
    expect(isHex(bytes('\x7fELF'))).toBe(false)
    expect(isHex(bytes(''))).toBe(false)
  })
})

describe('raw binaries', () => {
  test('lie where they are told to', () => {
    const image = loadRaw(bytes('ab'), 0x100n, kind)
    expect(shown(image)).toEqual([[0x100, [97, 98]]])
    expect(image).toMatchObject({ machine: 40, bits: 32, entry: 0x100n })
    expect(image.symbols()).toEqual([])
  })
  test.each([
    ['image/empty', '', 0n],
    ['image/segment-address', 'ab', 0xffffffffn],
  ])('%s', (code, text, address) => {
    expect(() => loadRaw(bytes(text), address, kind)).toThrow(expect.objectContaining({ code }))
  })
})
