import { GuestMemory, ImageError, loadImage, type Segment } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { loadElf } from '../src/elf.ts'
import { elf, type Piece, type Section } from './elf-builder.ts'

const flash = { name: 'flash', base: 0n, size: 0x4_0000, readonly: true }
const sram = { name: 'SRAM', base: 0x2000_0000n, size: 0x8000 }
const ram = { name: 'RAM', base: 0x8000_0000n, size: 0x1_0000 }

/** The bytes of memory after loading, at some addresses. */
function loaded(segments: readonly Segment[], ...addresses: bigint[]): number[] {
  const memory = new GuestMemory(1, [flash, sram, ram])
  const image = { ...loadElf(elf({ pieces: [code] })), segments: [...segments] }
  loadImage(memory, image)
  return addresses.map(address => {
    const region = memory.regions.find(r => address >= r.base && address < r.base + BigInt(r.size))
    return memory.bytes[(region?.linear ?? 0) + Number(address - (region?.base ?? 0n))] ?? -1
  })
}

function failure(segments: readonly Segment[], fixedMemory = false): ImageError {
  try {
    const image = { ...loadElf(elf({ pieces: [code] })), segments: [...segments] }
    loadImage(new GuestMemory(1, [flash, sram, ram]), image, fixedMemory)
  } catch (error) {
    if (error instanceof ImageError) return error
    throw error
  }
  throw new Error('loaded')
}

const code: Piece = { virtual: 0x8000_0000n, physical: 0x8000_0000n, bytes: [1, 2, 3, 4] }
const segment = (virtual: bigint, physical: bigint, bytes: number, memorySize = bytes): Segment => ({
  virtual,
  physical,
  bytes: new Uint8Array(bytes).fill(7),
  memorySize,
  executable: true,
})

describe('the headers of the file', () => {
  const text: Section = {
    name: '.text',
    flags: 6,
    address: 0x8000_0000n,
    offset: 0x1000,
    bytes: Uint8Array.of(9),
  }
  /** As GNU ld links with -Ttext=0x80000000: the first page has the headers alone. */
  const linked = (bits: 32 | 64, sections: Section[], size = 0x1001): readonly Segment[] => {
    const start = 0x7fff_f000n
    const piece = { offset: 0, virtual: start, physical: start, bytes: [], fileSize: size, memorySize: size }
    return loadElf(elf({ bits, entry: 0x8000_0000n, pieces: [piece], sections })).segments
  }

  test.each([32, 64] as const)('are not missed where there is no memory: %d bits', bits => {
    const segments = linked(bits, [text])
    expect(segments[0]?.headers).toBe(0x1000)
    expect(loaded(segments, 0x8000_0000n)).toEqual([9])
  })

  test('are loaded where there is', () => {
    const base = 0x8000_0000n
    const file = elf({
      entry: base + 0x1000n,
      pieces: [{ offset: 0, virtual: base, physical: base, bytes: [], fileSize: 0x1001, memorySize: 0x1001 }],
      sections: [{ ...text, address: base + 0x1000n }],
    })
    expect(loaded(loadElf(file).segments, base, base + 1n, base + 0x1000n)).toEqual([0x7f, 0x45, 9])
  })

  test('a segment of nothing else is left out', () => {
    const page = {
      offset: 0,
      virtual: 0x7fff_f000n,
      physical: 0x7fff_f000n,
      bytes: [],
      fileSize: 0x78,
      memorySize: 0x78,
    }
    const file = elf({ pieces: [page, code], sections: [text] })
    expect(loaded(loadElf(file).segments, 0x8000_0000n)).toEqual([1])
  })

  test('a section that lies outside does not load, and the advice is -N', () => {
    const note: Section = {
      name: '.rodata',
      flags: 2,
      address: 0x7fff_f100n,
      offset: 0x100,
      bytes: Uint8Array.of(1),
    }
    const error = failure(linked(64, [note, text]))
    expect(error.code).toBe('image/outside-memory')
    expect(error.message).toContain('.rodata, .text')
    expect(error.message).toContain('RAM 0x80000000…0x8000ffff')
    expect(error.hint).toContain('-Wl,-N')
  })

  test('without sections nobody knows', () => {
    const start = 0x7fff_f000n
    const error = failure([segment(start, start, 0x1004)])
    expect(error.code).toBe('image/outside-memory')
    expect(error.hint).not.toContain('-Wl,-N')
  })
})

describe('two addresses', () => {
  test('only the contents lie where they are loaded; the zeros behind them where the program runs', () => {
    const data = segment(0x2000_0000n, 0x3_fffcn, 4, 0x7804)
    expect(loaded([data], 0x3_fffcn, 0x3_ffffn)).toEqual([7, 7])
  })
  test('or behind the contents, where page tables show them', () => {
    expect(loaded([segment(0xffff_ffff_8000_0000n, 0x8000_0000n, 4, 0x100)], 0x8000_0003n)).toEqual([7])
  })
  test('zeros that find no place are an error', () => {
    const error = failure([segment(0x2000_0000n, 0x3_fffcn, 4, 0x9000)], true)
    expect(error.code).toBe('image/outside-memory')
    expect(error.message).toContain('0x20000004, 36860 bytes')
    expect(error.message).toContain('32764 bytes fit into SRAM')
    expect(error.message).not.toContain('--memory')
  })
  test('contents that find none, too', () => {
    const error = failure([segment(0x2000_0000n, 0x3_fffen, 4)])
    expect(error.message).toContain('2 bytes fit into flash')
    expect(error.message).toContain('--memory')
  })
})

test('two segments with bytes for one place are refused, whatever is zero', () => {
  const base = ram.base
  expect(failure([segment(base, base, 16), segment(base + 8n, base + 8n, 4)])).toMatchObject({
    code: 'image/overlap',
    message: expect.stringContaining('0x80000008'),
  })
  expect(loaded([segment(base, base, 8, 16), segment(base + 8n, base + 8n, 4)], base + 8n)).toEqual([7])
})
