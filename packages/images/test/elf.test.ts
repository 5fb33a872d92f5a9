import { GuestscopeError, ImageError } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { type ImageExpectation, loadElf } from '../src/elf.ts'
import { writeElf } from '../src/write-elf.ts'
import { elf, type Piece } from './elf-builder.ts'

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

const kinds = ([64, 32] as const).flatMap(bits => [true, false].map(littleEndian => ({ bits, littleEndian })))

for (const kind of kinds) {
  const { bits, littleEndian } = kind
  describe(`${bits} bits, ${littleEndian ? 'little' : 'big'}-endian`, () => {
    test('segments, entry, machine', () => {
      const image = loadElf(
        elf({
          ...kind,
          entry: 0x80000002n,
          pieces: [
            { ...code, memorySize: 16 },
            { ...code, bytes: [] },
          ],
        }),
      )
      expect(image).toMatchObject({ machine: 243, bits, littleEndian, entry: 0x80000002n })
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
      expect(loadElf(elf({ ...kind, entry: 0xc0000002n, pieces: [high] })).entry).toBe(0x80000002n)
      expect(loadElf(elf({ ...kind, entry: 0xc0000002n, pieces: [{ ...high, flags: 6 }] })).entry).toBe(
        0xc0000002n,
      )
      expect(loadElf(elf({ ...kind, entry: 0xc0000004n, pieces: [high] })).entry).toBe(0xc0000004n)
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
      expect(loadElf(elf({ ...kind, pieces: [code], symbols })).symbols()).toEqual([
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
      const file = elf({ ...kind, entry: code.virtual | 1n, pieces: [code], symbols })
      const image = loadElf(file, { machine: 243, ...kind, name: 'some', isaBits: 1n })
      expect(image.symbols().map(s => s.address)).toEqual([0x80000000n, 0x80000003n])
      expect(image.entry).toBe(code.physical)
    })

    test('any truncation and any changed byte gives an image or an ImageError', () => {
      const file = elf({ ...kind, pieces: [code, code], symbols: [{ name: 'main', info: 2, value: 1n }] })
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

  test('the other byte order than that of the machine', () => {
    const big = elf({ littleEndian: false, pieces: [code] })
    expect(loadElf(big, { ...riscv64, littleEndian: false }).littleEndian).toBe(false)
    expect(failure(big, riscv64)).toMatchObject({
      code: 'image/wrong-order',
      message: expect.stringContaining(
        'The program is big-endian RISC-V, the machine is riscv64, which is little-endian.',
      ),
    })
    expect(failure(good, { ...riscv64, littleEndian: false })).toMatchObject({
      code: 'image/wrong-order',
      hint: 'Build the program for big-endian RISC-V.',
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

test.each(kinds)('what is written can be read: $bits bits, little-endian $littleEndian', kind => {
  const segments = [
    { base: 0x8000_0000, bytes: Uint8Array.of(1, 2, 3), memorySize: 16, flags: 5, align: 4 },
    { base: 0x9000_0000, bytes: Uint8Array.of(4), flags: 6, align: 1 },
  ]
  const image = loadElf(writeElf({ ...kind, machine: 243, flags: 5, entry: 0x8000_0002, segments }))
  expect(image).toMatchObject({ ...kind, machine: 243, entry: 0x8000_0002n })
  expect(image.segments).toEqual(
    segments.map(({ base, bytes, memorySize = bytes.length, flags }) => ({
      physical: BigInt(base),
      virtual: BigInt(base),
      bytes,
      memorySize,
      executable: flags === 5,
    })),
  )
})
