import { beforeEach, expect, test } from 'vitest'
import { Clint } from '../../src/boards/clint.ts'
import { Mip } from '../../src/boards/virt-tree.ts'
import { FakeHost } from './host.ts'

const compareAt = (hart: number): number => 0x4000 + 8 * hart
const timeAt = 0xbff8

let host: FakeHost
let clint: Clint

beforeEach(() => {
  host = new FakeHost()
  clint = new Clint({
    host,
    harts: 2,
    setLine: (hart, line, level) => host.setLine(hart, Mip[line], level),
  })
  clint.reset()
  host.log = []
})

test('100 instructions are a tick', () => {
  host.now = 12_345_678
  expect(clint.read(timeAt, 4)).toBe(123_456)
  expect(clint.time).toBe(123_456n)
  host.now = 2 ** 32 * 100 * 5 + 700
  expect([clint.read(timeAt, 4), clint.read(timeAt + 4, 4)]).toEqual([7, 5])
})

test('the timer rises at the first instruction at which mtime >= mtimecmp', () => {
  host.now = 150
  clint.write64(compareAt(0), 5, 0)
  clint.write64(compareAt(1), 3, 0)
  host.advance(10_000)
  expect(host.log).toEqual(['150 0 7 0', '150 1 7 0', '300 1 7 1', '500 0 7 1'])
  expect(host.deadlines.size).toBe(0)
})

test('a new comparison replaces the old deadline; a time already reached raises at once', () => {
  clint.write64(compareAt(0), 5, 0)
  clint.write64(compareAt(0), 7, 0)
  host.advance(600)
  expect(host.log).toEqual(['0 0 7 0'])
  clint.write64(compareAt(0), 6, 0)
  expect(host.log.at(-1)).toBe('600 0 7 1')
  expect(host.deadlines.size).toBe(0)
})

test('setting mtime moves all timers', () => {
  clint.write64(compareAt(0), 1000, 0)
  clint.write64(compareAt(1), 2000, 0)
  clint.write(timeAt, 4, 1500)
  expect(host.lines).toEqual([0x80, 0])
  host.advance(49_999)
  expect(host.lines).toEqual([0x80, 0])
  host.advance(50_000)
  expect(host.lines).toEqual([0x80, 0x80])
})

test('mtime set between ticks keeps the phase of the clock', () => {
  host.now = 150
  clint.write64(timeAt, 0, 0)
  clint.write64(compareAt(0), 1, 0)
  host.advance(1000)
  expect(host.log.at(-1)).toBe('200 0 7 1')
})

test('"never" sets no deadline', () => {
  clint.write64(compareAt(0), 0xffffffff, 0xffffffff)
  clint.write64(compareAt(1), 0, 2 ** 20)
  expect(host.deadlines.size).toBe(0)
})

test('comparators far away, and a clock beyond 2^53: no deadline in the past, no loop', () => {
  for (const [low, high] of [
    [0xffffffff, 0x7fffffff],
    [0, 0x80000000],
    [0, 2 ** 15],
  ] as const) {
    clint.write64(compareAt(0), low, high)
    expect([host.deadlines.size, host.lines[0]]).toEqual([0, 0])
  }
  // The last deadline that numbers can tell from its neighbours.
  const last = Math.floor(Number.MAX_SAFE_INTEGER / 100)
  clint.write64(compareAt(0), last % 2 ** 32, Math.floor(last / 2 ** 32))
  expect([...host.deadlines.values()].map(({ at }) => at)).toEqual([last * 100])
  host.advance(2 ** 53 + 2 ** 40 + 0.5)
  expect([host.deadlines.size, host.lines[0]]).toEqual([0, 0x80])
  clint.write64(compareAt(0), 0xffffffff, 0xffffffff)
  clint.write64(timeAt, 0xfffffff0, 0xffffffff)
  expect([host.deadlines.size, host.lines[0]]).toEqual([0, 0])
  clint.write64(timeAt, 0, 0)
  clint.write64(compareAt(0), 1, 0)
  expect(host.deadlines.size).toBe(0)
})

test('software interrupts go to their hart', () => {
  clint.write(4, 4, 1)
  clint.write(8, 4, 1)
  expect(host.log).toEqual(['0 1 3 1'])
  expect([clint.read(0, 4), clint.read(4, 4), clint.read(8, 4)]).toEqual([0, 1, 0])
})

test('reset: times 0, timers due, software interrupts gone', () => {
  host.now = 5000
  clint.write64(compareAt(0), 1000, 0)
  clint.write(0, 4, 1)
  clint.reset()
  expect(host.lines).toEqual([0x80, 0x80])
  expect(clint.time).toBe(0n)
  expect([clint.read(compareAt(0), 4), clint.read(compareAt(0) + 4, 4)]).toEqual([0, 0])
  expect(host.deadlines.size).toBe(0)
})
