import { beforeEach, expect, test } from 'vitest'
import { Plic, plicSources } from '../../src/boards/plic.ts'

const enable = (context: number, word = 0): number => 0x2000 + 0x80 * context + 4 * word
const threshold = (context: number): number => 0x200000 + 0x1000 * context
const claim = (context: number): number => threshold(context) + 4

let plic: Plic
let lines: boolean[]

beforeEach(() => {
  lines = []
  plic = new Plic({
    contexts: 4,
    setLine(context, level) {
      lines[context] = level
    },
  })
  plic.reset()
  for (let source = 1; source <= plicSources; source++) plic.write(4 * source, 4, 1)
  for (let word = 0; word < 3; word++) plic.write(enable(0, word), 4, 0xffffffff)
})

test('claims come by priority, then by number', () => {
  for (const source of [95, 40, 31, 32, 64]) plic.setSource(source, true)
  plic.write(4 * 64, 4, 7)
  plic.write(4 * 95, 4, 2)
  expect([plic.read(0x1000, 4), plic.read(0x1004, 4), plic.read(0x1008, 4)]).toEqual([
    2 ** 31,
    0x101,
    2 ** 31 + 1,
  ])
  expect(Array.from({ length: 6 }, () => plic.read(claim(0), 4))).toEqual([64, 95, 31, 32, 40, 0])
  expect(lines[0]).toBe(false)
})

test('a source that stays high comes again after completion, one that fell does not', () => {
  plic.setSource(3, true)
  plic.setSource(4, true)
  expect([plic.read(claim(0), 4), plic.read(claim(0), 4)]).toEqual([3, 4])
  plic.setSource(4, false)
  plic.write(claim(0), 4, 3)
  plic.write(claim(0), 4, 4)
  expect([plic.read(claim(0), 4), plic.read(claim(0), 4)]).toEqual([3, 0])
})

test('the lines follow enables, priorities and thresholds of each context', () => {
  plic.setSource(5, true)
  expect(lines).toEqual([true, false, false, false])
  plic.write(enable(3), 4, 1 << 5)
  expect(lines).toEqual([true, false, false, true])
  plic.write(threshold(0), 4, 1)
  expect(lines).toEqual([false, false, false, true])
  plic.write(4 * 5, 4, 0)
  expect(lines).toEqual([false, false, false, false])
  plic.write(4 * 5, 4, 2)
  expect(lines).toEqual([true, false, false, true])
  expect(plic.read(claim(3), 4)).toBe(5)
  expect(lines).toEqual([false, false, false, false])
})

test('a claim ignores the threshold, completion needs the enable bit', () => {
  plic.setSource(5, true)
  plic.write(threshold(0), 4, 7)
  expect(plic.read(claim(0), 4)).toBe(5)
  plic.write(claim(1), 4, 5)
  plic.write(claim(0), 4, 999)
  expect(plic.read(0x1000, 4)).toBe(0)
  plic.write(claim(0), 4, 5)
  expect(plic.read(0x1000, 4)).toBe(1 << 5)
})

test('source 0 cannot be enabled or completed', () => {
  expect([plic.read(enable(0), 4), plic.read(enable(0, 1), 4)]).toEqual([0xfffffffe, 0xffffffff])
  plic.write(claim(0), 4, 0)
  expect([plic.read(claim(0), 4), lines[0]]).toEqual([0, false])
})

test('the board hears of claims; a line that falls then is not pending after completion, one that rises in service is', () => {
  const claims: number[] = []
  const heard = new Plic({
    contexts: 2,
    setLine() {},
    claimed(source) {
      claims.push(source)
      heard.setSource(source, false)
    },
  })
  heard.reset()
  for (const source of [3, 4]) heard.write(4 * source, 4, 1)
  heard.write(enable(0), 4, 0x18)
  for (const source of [3, 4]) heard.setSource(source, true)
  expect([heard.read(claim(0), 4), heard.read(claim(0), 4), heard.read(claim(0), 4)]).toEqual([3, 4, 0])
  heard.setSource(4, true)
  for (const source of [3, 4]) heard.write(claim(0), 4, source)
  expect([heard.read(0x1000, 4), claims]).toEqual([1 << 4, [3, 4]])
})

test('places without a register read 0 and take writes without effect', () => {
  for (const offset of [
    0,
    4 * 96,
    0xffc,
    0x100c,
    0x1ffc,
    enable(0, 3),
    enable(4),
    threshold(4),
    claim(4),
    threshold(0) + 8,
    0x5ffffc,
  ]) {
    plic.write(offset, 4, 0xffffffff)
    expect([offset, plic.read(offset, 4)]).toEqual([offset, 0])
  }
})

test('reset forgets everything but the levels', () => {
  plic.setSource(5, true)
  plic.setSource(6, true)
  plic.setSource(6, false)
  plic.read(claim(0), 4)
  plic.reset()
  expect(lines[0]).toBe(false)
  expect(plic.read(0x1000, 4)).toBe(1 << 5)
  expect(plic.read(enable(0), 4)).toBe(0)
})
