import { describe, expect, test } from 'vitest'
import { type ImageExpectation, loadElf } from '../src/elf.ts'
import { GuestscopeError, ImageError } from '../src/errors.ts'

interface Piece {
  type?: number
  flags?: number
  virtual: bigint
  physical: bigint
  bytes: number[]
  memorySize?: number
}

interface Spec {
  bits?: 32 | 64
  type?: number
  machine?: number
  entry?: bigint
  pieces: Piece[]
  symbols?: { name: string; info: number; section?: number; value: bigint; size?: number }[]
}

/** A small ELF file: header, program headers, contents; then strings, symbols and section headers if asked. */
function elf({ bits = 64, type = 2, machine = 243, entry = 0n, pieces, symbols }: Spec): Uint8Array {
  const wide = bits === 64
  const out = new DataView(new ArrayBuffer(4096))
  const word = (at: number, value: bigint): void =>
    wide ? out.setBigUint64(at, value, true) : out.setUint32(at, Number(value), true)
  const w = bits / 8
  const [ehsize, phsize, shsize, symsize] = wide ? [64, 56, 64, 24] : [52, 32, 40, 16]
  out.setUint32(0, 0x7f454c46)
  out.setUint8(4, wide ? 2 : 1)
  out.setUint8(5, 1)
  out.setUint8(6, 1)
  out.setUint16(16, type, true)
  out.setUint16(18, machine, true)
  out.setUint32(20, 1, true)
  word(24, entry)
  word(24 + w, BigInt(ehsize))
  const tail = 24 + 3 * w + 4
  out.setUint16(tail, ehsize, true)
  out.setUint16(tail + 2, phsize, true)
  out.setUint16(tail + 4, pieces.length, true)
  out.setUint16(tail + 6, shsize, true)
  let end = ehsize + pieces.length * phsize
  for (const [i, p] of pieces.entries()) {
    const at = ehsize + i * phsize
    out.setUint32(at, p.type ?? 1, true)
    out.setUint32(wide ? at + 4 : at + 24, p.flags ?? 5, true)
    const fields = [end, p.virtual, p.physical, p.bytes.length, p.memorySize ?? p.bytes.length].map(BigInt)
    for (const [n, value] of fields.entries()) word(at + (wide ? 8 : 4) + n * w, value)
    for (const byte of p.bytes) out.setUint8(end++, byte)
  }
  if (symbols) {
    const strings = `\0${symbols.map(s => `${s.name}\0`).join('')}`
    const stringsAt = end
    for (const c of strings) out.setUint8(end++, c.charCodeAt(0))
    const symbolsAt = end
    for (const s of symbols) {
      out.setUint32(end, strings.indexOf(`\0${s.name}\0`) + 1, true)
      out.setUint8(end + (wide ? 4 : 12), s.info)
      out.setUint16(end + (wide ? 6 : 14), s.section ?? 1, true)
      word(end + (wide ? 8 : 4), s.value)
      word(end + (wide ? 16 : 8), BigInt(s.size ?? 0))
      end += symsize
    }
    word(24 + 2 * w, BigInt(end))
    out.setUint16(tail + 8, 3, true)
    const section = (kind: number, offset: number, size: number, link: number): void => {
      out.setUint32(end + 4, kind, true)
      word(end + 8 + 2 * w, BigInt(offset))
      word(end + 8 + 3 * w, BigInt(size))
      out.setUint32(end + 8 + 4 * w, link, true)
      end += shsize
    }
    section(0, 0, 0, 0)
    section(2, symbolsAt, symbols.length * symsize, 2)
    section(3, stringsAt, strings.length, 0)
  }
  return new Uint8Array(out.buffer, 0, end)
}

const code: Piece = { virtual: 0x80000000n, physical: 0x80000000n, bytes: [1, 2, 3, 4] }
const change = (file: Uint8Array, at: number, ...bytes: number[]): Uint8Array => {
  const copy = file.slice()
  copy.set(bytes, at)
  return copy
}

function failure(file: Uint8Array, expected?: ImageExpectation): ImageError {
  try {
    loadElf(file, expected)
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('loaded')
}

for (const bits of [64, 32] as const) {
  describe(`${bits} bits`, () => {
    test('segments, entry, machine', () => {
      const image = loadElf(
        elf({
          bits,
          entry: 0x80000002n,
          pieces: [
            { ...code, memorySize: 16 },
            { ...code, bytes: [] },
          ],
        }),
      )
      expect(image).toMatchObject({ machine: 243, bits, littleEndian: true, entry: 0x80000002n })
      expect(image.segments).toEqual([
        {
          physical: 0x80000000n,
          virtual: 0x80000000n,
          bytes: Uint8Array.of(1, 2, 3, 4),
          memorySize: 16,
          executable: true,
        },
      ])
      expect(image.symbols()).toEqual([])
    })

    test('the entry moves to the physical address of its segment, if that is executable', () => {
      const high = { ...code, virtual: 0xc0000000n }
      expect(loadElf(elf({ bits, entry: 0xc0000002n, pieces: [high] })).entry).toBe(0x80000002n)
      expect(loadElf(elf({ bits, entry: 0xc0000002n, pieces: [{ ...high, flags: 6 }] })).entry).toBe(
        0xc0000002n,
      )
      expect(loadElf(elf({ bits, entry: 0xc0000004n, pieces: [high] })).entry).toBe(0xc0000004n)
    })

    test('symbols are sorted; undefined, nameless, mapping and absolute ones are left out', () => {
      const symbols = [
        { name: 'table', info: 0x11, value: 0x80000100n, size: 8 },
        { name: 'label', info: 0x10, value: 0x80000000n },
        { name: 'main', info: 0x12, value: 0x80000000n, size: 4 },
        { name: '$x', info: 0, value: 0x80000000n },
        { name: '.L1', info: 0, value: 0x80000000n },
        { name: 'outside', info: 0x10, section: 0, value: 0n },
        { name: 'constant', info: 0x10, section: 0xfff1, value: 5n },
        { name: 'file.c', info: 4, section: 0xfff1, value: 0n },
      ]
      expect(loadElf(elf({ bits, pieces: [code], symbols })).symbols()).toEqual([
        { name: 'main', address: 0x80000000n, size: 4, kind: 'function' },
        { name: 'label', address: 0x80000000n, size: 0, kind: 'label' },
        { name: 'table', address: 0x80000100n, size: 8, kind: 'object' },
      ])
    })

    test('bits of code addresses that tell the instruction set are no part of them', () => {
      const symbols = [
        { name: 'main', info: 0x12, value: 0x80000001n, size: 4 },
        { name: 'table', info: 0x11, value: 0x80000003n, size: 1 },
      ]
      const file = elf({ bits, entry: code.virtual | 1n, pieces: [code], symbols })
      const image = loadElf(file, { machine: 243, bits, name: 'some', isaBits: 1n })
      expect(image.symbols().map(s => s.address)).toEqual([0x80000000n, 0x80000003n])
      expect(image.entry).toBe(code.physical)
    })

    test('any truncation and any changed byte gives an image or an ImageError', () => {
      const file = elf({ bits, pieces: [code, code], symbols: [{ name: 'main', info: 2, value: 1n }] })
      const attempt = (bytes: Uint8Array): void => {
        try {
          loadElf(bytes).symbols()
        } catch (error) {
          if (!(error instanceof ImageError)) throw error
        }
      }
      for (let length = 0; length < file.length; length++) attempt(file.slice(0, length))
      for (let at = 0; at < file.length; at++)
        for (const b of [0, 1, 0x7f, 0xff]) attempt(change(file, at, b))
    })
  })
}

describe('errors', () => {
  const good = elf({ pieces: [code] })
  const riscv64 = { machine: 243, bits: 64, name: 'riscv64' } as const

  test.each([
    ['image/empty', new Uint8Array(0), 'The file is empty.'],
    ['image/not-elf', new TextEncoder().encode('#!/bin/sh\n'), 'The file is not an ELF file.'],
    ['image/truncated', good.slice(0, 10), 'its identification ends at byte 16, the file has 10'],
    ['image/truncated', good.slice(0, 40), 'its header ends at byte 64, the file has 40'],
    ['image/truncated', good.slice(0, 100), 'its program header table ends at byte 120, the file has 100'],
    ['image/class', change(good, 4, 3), 'ELF class is 3'],
    ['image/big-endian', change(good, 5, 2), 'big-endian'],
    ['image/byte-order', change(good, 5, 0), 'byte order is 0'],
    ['image/object', change(good, 16, 1), 'object file'],
    ['image/type', change(good, 16, 4), 'core dump'],
    ['image/header', change(good, 54, 8), 'program headers have 8 bytes'],
    ['image/segment-outside', good.slice(0, -1), 'Segment 0 lies outside the file: bytes 120 to 124 of 123.'],
    ['image/segment-size', elf({ pieces: [{ ...code, memorySize: 2 }] }), '4 bytes in the file but only 2'],
    [
      'image/segment-address',
      elf({ pieces: [{ ...code, physical: 2n ** 64n - 2n }] }),
      'end of the address space',
    ],
    ['image/interpreter', elf({ pieces: [{ ...code, type: 3 }, code] }), 'dynamic linker'],
    ['image/no-segments', elf({ pieces: [{ ...code, type: 4 }] }), 'nothing to load'],
    ['image/no-segments', elf({ pieces: [] }), 'nothing to load'],
  ])('%s', (errorCode, file, text) => {
    const error = failure(file)
    expect(error.code).toBe(errorCode)
    expect(error.message).toContain(text)
    expect(error.hint.length).toBeGreaterThan(10)
    expect(error.message.endsWith(error.hint)).toBe(true)
  })

  test('what the machine is not made for', () => {
    expect(loadElf(good, riscv64).bits).toBe(64)
    expect(failure(elf({ machine: 62, pieces: [code] }), riscv64)).toMatchObject({
      code: 'image/machine',
      message: expect.stringContaining('The program is for x86-64, the machine is riscv64.'),
    })
    expect(failure(elf({ bits: 32, pieces: [code] }), riscv64)).toMatchObject({
      code: 'image/wrong-class',
      message: expect.stringContaining('The program is 32-bit RISC-V, the machine is riscv64.'),
    })
  })

  test('errors have names', () => {
    expect(failure(new Uint8Array(0))).toBeInstanceOf(GuestscopeError)
    expect(failure(new Uint8Array(0)).name).toBe('ImageError')
  })
})

test('a view into a larger buffer', () => {
  const file = elf({ pieces: [code] })
  const larger = new Uint8Array(file.length + 20)
  larger.set(file, 10)
  const image = loadElf(larger.subarray(10, 10 + file.length))
  expect([...(image.segments[0]?.bytes ?? [])]).toEqual([1, 2, 3, 4])
})
