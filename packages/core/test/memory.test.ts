import { describe, expect, test } from 'vitest'
import { GuestMemory } from '../src/index.ts'

describe.each([1, 16, 128, 1024, 3072])('memory of %i MiB', megabytes => {
  test('has tables that reach to its end', () => {
    const memory = new GuestMemory(2, [
      { name: 'rom', base: 0n, size: 0x1000, readonly: true },
      { name: 'ram', base: 0x8000_0000n, size: megabytes * 2 ** 20 },
    ])
    const [rom, ram] = memory.regions
    if (!rom || !ram) throw new Error('no regions')
    const end = ram.linear + ram.size - 1
    memory.setFlag(end, 1, true)
    expect(memory.flags(end)).toBe(1)
    memory.countCode(end - 63, 64, 1)
    // Neither lies in the other, nor in what the guest sees.
    const granule = memory.codeGranules + Math.floor(end / 64)
    const flag = memory.pageFlags + Math.floor(end / 4096)
    expect(flag).toBeLessThan(memory.codeGranules)
    expect(granule).toBeLessThan(rom.linear)
    expect(memory.bytes[granule]).toBe(1)
  })
})
