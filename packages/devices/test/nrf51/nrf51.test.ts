import type { MmioDevice } from '@guestscope/core'
import { FakeHost } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import {
  I2cBus,
  I2cRegisters,
  NrfAdc,
  NrfClockPower,
  NrfGpio,
  NrfGpioTasks,
  NrfRadio,
  NrfRandom,
  NrfRtc,
  NrfTemperature,
  NrfTwoWire,
} from '../../src/index.ts'

function rig<T extends MmioDevice>(make: (host: FakeHost, line: (level: boolean) => void) => T) {
  const host = new FakeHost()
  const seen = { line: false }
  const device = make(host, level => {
    seen.line = level
  })
  device.reset?.()
  return {
    host,
    seen,
    device,
    read: (offset: number) => device.read(offset, 4) >>> 0,
    write: (offset: number, value: number) => device.write(offset, 4, value >>> 0),
  }
}

/** What remains of all ones; offsets that are tasks are left alone. */
const ones = (r: ReturnType<typeof rig>, ...offsets: readonly number[]): string[] =>
  offsets.map(at => {
    r.write(at, 0xffffffff)
    return r.read(at).toString(16)
  })

test('clocks start at once; what is retained outlives a reset; bits that do not exist', () => {
  const r = rig((_, line) => new NrfClockPower(line))
  expect([0x408, 0x40c, 0x414, 0x418, 0x100].map(r.read)).toEqual([0, 0x10000, 0, 0, 0])
  r.write(0x304, 3)
  r.write(0, 1)
  r.write(0x518, 1)
  r.write(8, 1)
  expect([0x408, 0x40c, 0x414, 0x418, 0x100, 0x104].map(r.read)).toEqual([1, 0x10001, 1, 0x10001, 1, 1])
  expect(r.seen.line).toBe(true)
  r.write(0x100, 0)
  r.write(0x104, 0)
  expect(r.seen.line).toBe(false)
  expect(ones(r, 0x304, 0x51c, 0x518, 0x510, 0x700)).toEqual(['1f', 'ff', '3', '7', '0'])
  r.device.reset()
  expect([0x51c, 0x304, 0x408].map(r.read)).toEqual([0xff, 0, 0])
})

describe('random numbers', () => {
  test('come one after the other, the same in every run', () => {
    const values = [0, 1].map(() => {
      const r = rig((host, line) => new NrfRandom(host, line))
      r.write(0, 1)
      expect(r.read(0x100)).toBe(0)
      return [1, 2, 3, 4].map(n => {
        r.host.now = n * 167_000
        expect(r.read(0x100)).toBe(1)
        r.write(0x100, 0)
        return r.read(0x508)
      })
    })
    expect(values[0]).toEqual(values[1])
    expect(new Set(values[0]).size).toBeGreaterThan(2)
  })
  test('by interrupt, and stopped by the shortcut', () => {
    const r = rig((host, line) => new NrfRandom(host, line))
    r.write(0x200, 1)
    r.write(0x304, 1)
    r.write(0, 1)
    expect(r.host.deadlines.size).toBe(1)
    r.host.advance(167_000)
    expect([r.seen.line, r.host.deadlines.size]).toEqual([true, 0])
    const value = r.read(0x508)
    r.host.now = 1e9
    expect(r.read(0x508)).toBe(value)
    expect(ones(r, 0x504, 0x200, 0x304)).toEqual(['1', '1', '1'])
  })
})

test('radio: packets are sent, none comes; shortcuts in a circle take time', () => {
  const r = rig((host, line) => new NrfRadio(host, line))
  r.write(0x200, 3)
  r.write(0, 1)
  expect([r.read(0x550), r.read(0x100)]).toEqual([9, 0])
  for (const now of [140_000, 340_000, 344_000]) r.host.advance(now)
  expect([0x100, 0x104, 0x10c, 0x110, 0x550].map(r.read)).toEqual([1, 1, 1, 1, 0])
  r.write(0x200, 7) // for ever
  r.write(0, 1)
  for (let now = 344_000; now < 3e6; now += 1000) r.host.advance(now)
  expect(r.host.deadlines.size).toBe(1)
  r.write(0x200, 0)
  r.device.reset()
  r.write(4, 1)
  r.host.advance(4e6)
  r.write(8, 1)
  expect([r.read(0x550), r.read(0x10c), r.host.deadlines.size]).toEqual([3, 0, 0])
  expect(ones(r, 0x508, 0x200)).toEqual(['7f', '3f'])
  r.write(0xffc, 0)
  expect(r.read(0x550)).toBe(0)
})

test('real-time counter: prescaler, compare, overflow; deadlines only for what is awaited', () => {
  const r = rig((host, line) => new NrfRtc(host, line))
  r.write(0x508, 32) // 993 Hz
  r.write(0x540, 10)
  r.write(0, 1)
  expect(r.host.deadlines.size).toBe(0)
  r.host.now = 1_000_000_000
  expect([r.read(0x504), r.read(0x140)]).toEqual([992, 0])
  r.write(8, 1)
  r.write(0x304, 0x10000)
  const [deadline] = [...r.host.deadlines.values()]
  const ns = deadline?.at ?? 0
  r.host.advance(ns)
  expect([r.read(0x504), r.read(0x140), r.seen.line]).toEqual([10, 1, true])
  r.write(0x344, 2)
  r.write(12, 1)
  r.host.now += 17 * 1.01e6
  expect([r.read(0x104), r.read(0x504)]).toEqual([1, 1])
  expect(ones(r, 0x344, 0x544, 0x504)).toEqual(['f0003', 'ffffff', '1'])
  r.write(4, 1)
  expect(ones(r, 0x508)).toEqual(['fff'])
})

test('thermometer and converter', () => {
  const t = rig((_, line) => new NrfTemperature(line))
  t.write(0, 1)
  expect([t.read(0x100), t.read(0x508)]).toEqual([1, 100])
  const a = rig((_, line) => new NrfAdc(line))
  a.write(0, 1)
  expect(a.read(0x100)).toBe(0) // off
  a.write(0x500, 1)
  a.write(0, 1)
  expect([a.read(0x100), a.read(0x508)]).toEqual([1, 0])
  expect(ones(a, 0x504)).toEqual(['3ff7f'])
})

test('pins: outputs, pulls, what the board holds; tasks toggle', () => {
  const gpio = new NrfGpio(1 << 17)
  const r = rig(() => gpio)
  expect(r.read(0x510)).toBe(0) // no input buffer is connected
  r.write(0x700 + 4 * 17, 0)
  r.write(0x700 + 4 * 3, 0xc)
  r.write(0x700 + 4 * 4, 0x1)
  r.write(0x508, 0x10)
  expect(r.read(0x510)).toBe((1 << 17) | 0x18)
  expect(r.read(0x514)).toBe(0x10)
  r.write(0x518, 0x20)
  r.write(0x51c, 0x10)
  expect([r.read(0x514), r.read(0x714) & 1, r.read(0x710) & 1]).toEqual([0x20, 1, 0])
  expect(ones(r, 0x700)).toEqual(['3070f'])
  const t = rig((_, line) => new NrfGpioTasks(gpio, line))
  t.write(0x510, 3 | (7 << 8) | (3 << 16) | (1 << 20))
  expect(r.read(0x504) & 0x80).toBe(0x80)
  t.write(0, 1)
  expect(r.read(0x504) & 0x80).toBe(0)
  t.write(0, 1)
  expect(r.read(0x504) & 0x80).toBe(0x80)
})

describe('two-wire', () => {
  const start = () => {
    const sensor = new I2cRegisters(0x1d, new Map([[0x0d, 0x5a]]))
    const r = rig((_, line) => new NrfTwoWire(new I2cBus([sensor]), line))
    r.write(0x500, 5)
    return r
  }
  test('nobody answers: an error that the guest clears', () => {
    const r = start()
    r.write(0x588, 0x22)
    r.write(8, 1)
    expect([r.read(0x124), r.read(0x4c4), r.read(0x11c)]).toEqual([1, 2, 0])
    r.write(0x4c4, 2)
    r.write(0x14, 1)
    expect([r.read(0x4c4), r.read(0x104)]).toEqual([0, 1])
  })
  test('a register is named, and read byte by byte', () => {
    const r = start()
    r.write(0x588, 0x1d)
    r.write(8, 1)
    r.write(0x51c, 0x0d)
    expect(r.read(0x11c)).toBe(1)
    r.write(0x200, 1) // suspend at each byte
    r.write(0, 1)
    expect([r.read(0x108), r.read(0x518)]).toEqual([1, 0x5a])
    r.write(0x108, 0)
    expect(r.read(0x108)).toBe(0)
    r.write(0x200, 2) // stop at the next
    r.write(0x20, 1)
    expect([r.read(0x108), r.read(0x104), r.read(0x518)]).toEqual([1, 1, 0])
    expect(ones(r, 0x500, 0x524, 0x588)).toEqual(['7', 'ffffffff', '7f'])
  })
})
