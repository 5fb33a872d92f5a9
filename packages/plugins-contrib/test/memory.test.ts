/** Plugins that look at accesses to memory: `mem`, `hotpages`, `hwprofile`, `cache`. */
import { describe, expect, it } from 'vitest'
import { CacheModel, shapeFault } from '../src/cache-model.ts'
import { cache, hotpages, hwprofile, mem } from '../src/index.ts'
import { type FakeMemory, FakeRun } from './fake-api.ts'

const code = [
  { pc: 0x100n, bytes: [1, 2, 3, 4], text: 'ld a0,0(a1)', symbol: 'copy' },
  { pc: 0x104n, bytes: [1, 2, 3, 4], text: 'sd a0,0(a2)', symbol: 'copy' },
]
const uart = { device: 'uart', physical: 0x10000005n, offset: 5n, size: 1 }
/** Loads, then stores. */
const accesses: readonly (readonly [FakeMemory, FakeMemory])[] = [
  [
    { address: 0x8000n, value: 7n },
    { address: 0x9000n, value: 7n, store: true },
  ],
  [
    { address: 0x9000n, value: 7n },
    { address: 0x9ffcn, value: 0x1_0000_0000n, store: true },
  ],
  [
    { address: 0xff05n, ...uart },
    { address: 0xff00n, ...uart, physical: 0x10000000n, offset: 0n, store: true },
  ],
  [
    { address: 0xff05n, ...uart },
    { address: 0x9000n, value: 0xffn, size: 1, store: true },
  ],
]

function play(run: FakeRun): string {
  const exec = run.block(code)
  accesses.forEach(([load, store], i) => {
    exec(0, i & 1, [load])
    exec(1, i & 1, [store])
  })
  run.end()
  return run.output
}

describe('mem', () => {
  it.each([
    [{}, 'mem accesses: 8\n'],
    [{ inline: true, track: 'r' }, 'mem accesses: 4\n'],
    [{ callback: true, track: 'w' }, 'mem accesses: 4\n'],
    [{ haddr: true }, 'mem accesses: 5\nio accesses: 3\n'],
  ])('counts: %o', (options, expected) => {
    expect(play(new FakeRun(mem, options, 2))).toBe(expected)
  })

  it('prints accesses', () => {
    expect(
      play(new FakeRun(mem, { 'print-accesses': true }, 2))
        .split('\n')
        .slice(0, 4),
    ).toEqual([
      'insn_vaddr,insn_symbol,mem_vaddr,mem_hwaddr,access_size,access_type,mem_value',
      '0x100,copy,0x8000,0x8000,64,load,0x0000000000000007',
      '0x104,copy,0x9000,0x9000,64,store,0x0000000000000007',
      '0x100,copy,0x9000,0x9000,64,load,0x0000000000000007',
    ])
  })

  it('checks what is read, by regions', () => {
    expect(play(new FakeRun(mem, { 'region-summary': true }, 2))).toBe(
      [
        'Warning: 0x0000000000008000:0 read an un-instrumented value',
        'Region Base, Reads, Writes, Seen all',
        '0x0000000000008000, 2, 3, false',
        '0x000000000000c000, 2, 1, true',
        '',
      ].join('\n'),
    )
  })

  it('looks at accesses that cross regions byte by byte', () => {
    const run = new FakeRun(mem, { 'region-summary': true })
    const exec = run.block(code)
    exec(1, 0, [{ address: 0x3ffcn, value: 0x1122_3344_5566_7788n, store: true }])
    exec(0, 0, [{ address: 0x4000n, value: 0x1122_3344n, size: 4 }])
    exec(0, 0, [{ address: 0x4003n, value: 0x12n, size: 1 }])
    run.end()
    expect(run.output).toBe(
      [
        'Warning: 0x0000000000004000:3 read an un-instrumented value',
        'Region Base, Reads, Writes, Seen all',
        '0x0000000000000000, 0, 1, true',
        '0x0000000000004000, 2, 0, false',
        '',
      ].join('\n'),
    )
  })

  it('refuses to count in two ways', () => {
    expect(() => new FakeRun(mem, { inline: true, haddr: true })).toThrow('exclude each other')
  })
})

describe('hotpages', () => {
  const list = (options: Record<string, string | number | boolean>): string[] =>
    play(new FakeRun(hotpages, options, 2))
      .split('\n')
      .slice(0, -1)
  const head = 'Addr, RCPUs, Reads, WCPUs, Writes'

  it('lists pages of memory, the most accessed first', () => {
    expect(list({})).toEqual([
      head,
      '0x0000000000009000, 0x0002, 1, 0x0003, 3',
      '0x0000000000008000, 0x0001, 1, 0x0000, 0',
    ])
  })

  it('sorts and limits', () => {
    const order = (sortby: string): string[] =>
      list({ sortby, pagesize: 2048 })
        .slice(1)
        .map(line => line.slice(14, 18))
    expect(order('reads')).toEqual(['8000', '9000', '9800'])
    expect(order('writes')).toEqual(['9000', '9800', '8000'])
    expect(order('address')).toEqual(['8000', '9000', '9800'])
    expect(list({ limit: 1 })).toHaveLength(2)
    expect(list({ limit: 0 })).toHaveLength(3)
  })

  it('looks at devices instead', () => {
    expect(list({ io: true, pagesize: 256 })).toEqual([head, '0x000000000000ff00, 0x0003, 2, 0x0001, 1'])
  })

  it('refuses other page sizes', () => {
    expect(() => new FakeRun(hotpages, { pagesize: 3000 })).toThrow('pagesize=3000 is not possible')
  })
})

describe('hwprofile', () => {
  it.each([
    [{}, 'Device, Address, RCPUs, Reads,  WCPUs, Writes\nuart, 0x10000000, 3, 2, 1, 1\n'],
    [{ track: 'read' }, 'Device, Address, RCPUs, Reads\nuart, 0x10000000, 3, 2\n'],
    [{ track: 'write' }, 'Device, Address,  WCPUs, Writes\nuart, 0x10000000, 1, 1\n'],
    [{ pattern: true }, 'uart @ 0x10000000\n  off:00000000, 0, 0, 1, 1\n  off:00000005, 3, 2, 0, 0\n'],
    [{ source: true }, 'uart @ 0x10000000\n  pc:00000100, 3, 2, 0, 0\n  pc:00000104, 0, 0, 1, 1\n'],
    [{ match: ['clint'] }, 'Device, Address, RCPUs, Reads,  WCPUs, Writes\n'],
  ])('%o', (options, expected) => {
    expect(play(new FakeRun(hwprofile, options, 2))).toBe(expected)
  })

  it('prints each access to a device that matches', () => {
    expect(play(new FakeRun(hwprofile, { match: ['uart'], track: 'write' }, 2))).toBe(
      [
        'hwprofile: match @ offset0, previous hits',
        'uart, 0x10000000, 0, 0',
        'Device, Address,  WCPUs, Writes',
        'uart, 0x10000000, 1, 1',
        '',
      ].join('\n'),
    )
  })

  it('gives one breakdown', () => {
    expect(() => new FakeRun(hwprofile, { source: true, pattern: true })).toThrow('exclude each other')
  })
})

describe('a cache', () => {
  const shape = { size: 256, block: 16, ways: 2 }
  /** Hits of accesses to blocks that share a set of a cache with 8 sets. */
  const hits = (evict: 'lru' | 'fifo' | 'rand', blocks: readonly number[]): boolean[] => {
    const model = new CacheModel(shape, evict)
    return blocks.map(n => model.access(n * 128 + (n % 16)))
  }

  it('holds as many blocks of a set as it has ways', () => {
    for (const evict of ['lru', 'fifo', 'rand'] as const)
      expect(hits(evict, [0, 1, 0, 1, 1, 0])).toEqual([false, false, true, true, true, true])
  })
  it('replaces the least recently used, or the oldest', () => {
    expect(hits('lru', [0, 1, 0, 2, 0, 1])).toEqual([false, false, true, false, true, false])
    expect(hits('fifo', [0, 1, 0, 2, 0, 1])).toEqual([false, false, true, false, false, false])
  })
  it('replaces at random, the same in each run', () => {
    // Round and round over one block more than there is room for: the worst case of the other two.
    const blocks = Array.from({ length: 300 }, (_, i) => i % 3)
    const found = (evict: 'lru' | 'fifo' | 'rand'): number => hits(evict, blocks).filter(hit => hit).length
    expect([found('lru'), found('fifo')]).toEqual([0, 0])
    expect(found('rand')).toBeGreaterThan(50)
    expect(hits('rand', blocks)).toEqual(hits('rand', blocks))
  })
  it('counts, and keeps sets apart', () => {
    const model = new CacheModel(shape, 'lru')
    for (let at = 0; at < 256; at += 4) model.access(at)
    expect([model.accesses, model.misses]).toEqual([64, 16])
    for (let at = 0; at < 256; at += 4) model.access(at)
    expect([model.accesses, model.misses]).toEqual([128, 16])
  })
  it('agrees with a model by lists', () => {
    const model = new CacheModel({ size: 1024, block: 32, ways: 4 }, 'lru')
    const sets = new Map<number, number[]>()
    let x = 1
    for (let i = 0; i < 5000; i++) {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fff_ffff
      const address = 0x1_0000_0000 + ((x >>> 8) & 0xfff)
      const block = Math.floor(address / 32)
      const set = sets.get(block % 8) ?? []
      const hit = set.includes(block)
      sets.set(block % 8, [block, ...set.filter(other => other !== block)].slice(0, 4))
      expect(model.access(address)).toBe(hit)
    }
  })
  it('has shapes that work out', () => {
    expect(shapeFault(shape, 1)).toBeUndefined()
    expect(shapeFault({ size: 256, block: 24, ways: 2 }, 1)).toMatch('power of two')
    expect(shapeFault({ size: 100, block: 16, ways: 2 }, 1)).toMatch('cannot be divided')
    expect(shapeFault({ size: 2 ** 30, block: 1, ways: 1 }, 1)).toMatch('more than the 33554432')
    expect(shapeFault({ size: 2 ** 25, block: 1, ways: 1 }, 2)).toMatch('2 × 33554432 blocks')
  })
})

describe('cache', () => {
  it('tells rates and the worst instructions', () => {
    expect(play(new FakeRun(cache, { cores: 1 }, 2))).toBe(
      [
        'core #, data accesses, data misses, dmiss rate, insn accesses, insn misses, imiss rate',
        '0       5              3              60.0000%  8              1              12.5000%',
        '',
        'address, data misses, instruction',
        '0x104 (copy), 2, sd a0,0(a2)',
        '0x100 (copy), 1, ld a0,0(a1)',
        '',
        'address, fetch misses, instruction',
        '0x100 (copy), 1, ld a0,0(a1)',
        '',
      ].join('\n'),
    )
  })

  it('has caches per core, and a second level', () => {
    const run = new FakeRun(cache, { l2blksize: 4096, l2assoc: 1, limit: 1, iblksize: 4 }, 2)
    expect(play(run)).toBe(
      [
        'core #, data accesses, data misses, dmiss rate, insn accesses, insn misses, imiss rate, l2 accesses, l2 misses, l2 miss rate',
        '0       2              2             100.0000%  4              2              50.0000%  4            3              75.0000%',
        '1       3              2              66.6667%  4              2              50.0000%  4            2              50.0000%',
        'sum     5              4              80.0000%  8              4              50.0000%  8            5              62.5000%',
        '',
        'address, data misses, instruction',
        '0x100 (copy), 2, ld a0,0(a1)',
        '',
        'address, fetch misses, instruction',
        '0x100 (copy), 2, ld a0,0(a1)',
        '',
        'address, L2 misses, instruction',
        '0x100 (copy), 4, ld a0,0(a1)',
        '',
      ].join('\n'),
    )
  })

  it('refuses shapes that do not work out', () => {
    expect(() => new FakeRun(cache, { dcachesize: 1000 })).toThrow('dcachesize: 1000 bytes cannot be divided')
    expect(() => new FakeRun(cache, { iblksize: 48 })).toThrow('icachesize: blocks of 48 bytes')
  })
})
