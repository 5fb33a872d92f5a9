import { FakeHost } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { Pl022, Pl061, Sp805 } from '../../src/index.ts'

describe('PL022', () => {
  const start = (peer?: (frame: number, bits: number) => number) => {
    const seen = { line: false }
    const port = new Pl022({
      line: level => {
        seen.line = level
      },
      ...(peer && { peer }),
    })
    port.reset()
    port.write(0, 4, 0x1c7)
    port.write(4, 4, 2)
    return {
      seen,
      read: (at: number) => port.read(at, 4),
      write: (at: number, v: number) => port.write(at, 4, v),
    }
  }
  test('idle: both FIFOs are empty, and there is room', () => {
    const { read } = start()
    expect([read(0xc), read(8), read(0x18)]).toEqual([3, 0, 8])
  })
  test('a frame goes out and one comes back, of as many bits as CR0 says', () => {
    const { read, write } = start((frame, bits) => ~frame & (2 ** (bits + 1) - 1))
    write(8, 0x1a5)
    expect([read(0xc), read(8), read(0xc)]).toEqual([7, 0x5a, 3])
  })
  test('eight frames fill the FIFO, the ninth is lost; interrupts', () => {
    const { seen, read, write } = start()
    write(4, 3) // loopback
    write(0x14, 5)
    for (let i = 1; i <= 4; i++) {
      expect(seen.line).toBe(false)
      write(8, i)
    }
    expect([seen.line, read(0x1c)]).toEqual([true, 4])
    for (let i = 5; i <= 9; i++) write(8, i)
    expect([read(0xc), read(0x18)]).toEqual([15, 15])
    write(0x20, 1)
    expect(Array.from({ length: 9 }, () => read(8))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0])
    expect([seen.line, read(0x18)]).toEqual([false, 8])
  })
  test('switched off it takes nothing', () => {
    const { read, write } = start()
    write(4, 0)
    write(8, 1)
    expect(read(0xc)).toBe(3)
  })
})

describe('PL061', () => {
  const start = (external = 0, luminary = false) => {
    const seen = { line: false, driven: -1 }
    const pins = new Pl061({
      line: level => {
        seen.line = level
      },
      drive: out => {
        seen.driven = out
      },
      external,
      luminary,
    })
    pins.reset()
    return {
      seen,
      read: (at: number) => pins.read(at, 4),
      write: (at: number, v: number) => pins.write(at, 4, v),
    }
  }
  test('the address says which pins are meant; inputs are what holds them', () => {
    const { seen, read, write } = start(0x81)
    write(0x400, 0x0f)
    write(0x3fc, 0xff)
    expect([read(0x3fc), read(0x3fc & (0x84 << 2)), seen.driven]).toEqual([0x8f, 0x84, 0x0f])
    write(0x05 << 2, 0)
    expect(read(0x3fc)).toBe(0x8a)
    expect([0xfe0, 0xff0].map(read)).toEqual([0x61, 0x0d])
  })
  test('interrupts: an edge is kept until it is cleared, a level is not', () => {
    const { seen, read, write } = start()
    write(0x400, 1)
    write(0x410, 1)
    write(0x40c, 1) // rising
    write(4, 1)
    expect([seen.line, read(0x414), read(0x418)]).toEqual([true, 1, 1])
    write(4, 0)
    expect(read(0x414)).toBe(1)
    write(0x41c, 1)
    expect([seen.line, read(0x414)]).toEqual([false, 0])
    write(0x404, 1) // level, high
    write(4, 1)
    write(0x41c, 1)
    expect([seen.line, read(0x414) & 1]).toEqual([true, 1])
  })
  test("Luminary Micro's: pulled up; the lock", () => {
    const { read, write } = start(0, true)
    expect([read(0x3fc), read(0x520)]).toEqual([0xff, 1])
    write(0x514, 2)
    write(0x520, 0x1acce551)
    expect([read(0x3fc), read(0x520), read(0x524)]).toEqual([0xfd, 0, 0xff])
    expect(start().read(0x510)).toBe(0)
  })
})

test('SP805: interrupt, then reset; a lock; no deadline for what nobody hears of', () => {
  const host = Object.assign(new FakeHost(), {
    resets: 0,
    reset(): void {
      this.resets++
    },
  })
  const seen = { line: false }
  const dog = new Sp805({
    host,
    clockHz: () => 1e9,
    line: level => {
      seen.line = level
    },
  })
  dog.reset()
  const [read, write] = [(at: number) => dog.read(at, 4), (at: number, v: number) => dog.write(at, 4, v)]
  write(0, 10)
  write(8, 1)
  host.advance(10)
  expect([seen.line, read(0x10), host.deadlines.size]).toEqual([true, 1, 0])
  host.now = 1000
  write(0xc, 1)
  expect([seen.line, read(4)]).toEqual([false, 10])
  write(8, 3)
  write(0xc00, 0)
  write(8, 0)
  expect([read(0xc00), read(8)]).toEqual([1, 3])
  host.advance(1010)
  host.advance(1021)
  expect(host.resets).toBe(1)
})
