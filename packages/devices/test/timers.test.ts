import type { MmioDevice } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { CmsdkDualTimer, CmsdkTimer, DownCounter, Gptm, NrfTimer } from '../src/index.ts'
import { FakeHost } from './host.ts'

/** A device with a host and a record of its line. */
function rig<T extends MmioDevice>(make: (host: FakeHost, line: (level: boolean) => void) => T) {
  const host = new FakeHost()
  const levels: string[] = []
  let last = false
  const device = make(host, level => {
    if (level !== last) levels.push(`${host.now} ${level ? 'high' : 'low'}`)
    last = level
  })
  device.reset?.()
  return {
    host,
    levels,
    device,
    read: (offset: number) => device.read(offset, 4),
    write: (offset: number, value: number) => device.write(offset, 4, value),
  }
}

describe('counter', () => {
  const counter = (host: FakeHost, hz = 1e8) => {
    const reached: number[] = []
    return {
      reached,
      counter: new DownCounter({ host, hz: () => hz, reached: () => reached.push(host.now) }),
    }
  }
  test('goes down tick by tick, through 0 to its reload value', () => {
    const host = new FakeHost()
    const { counter: c, reached } = counter(host)
    c.change(s => Object.assign(s, { value: 3, reload: 2, running: true }))
    const seen = Array.from({ length: 8 }, (_, i) => {
      host.now = 10 * i + 5
      return c.state.value
    })
    expect(seen).toEqual([3, 2, 1, 0, 2, 1, 0, 2])
    expect(reached).toEqual([35, 65]) // not watched: when somebody looks
  })
  test('watched: calls at the exact instruction, even with ticks of fractions', () => {
    const host = new FakeHost()
    const { counter: c, reached } = counter(host, 16e6)
    c.change(s => Object.assign(s, { value: 3, reload: 2, running: true, watched: true }))
    for (let t = 1; t <= 600; t++) host.advance(t)
    expect(reached).toEqual([188, 375, 563]) // 187.5, 375, 562.5
  })
  test('once; and without a reload value', () => {
    const host = new FakeHost()
    const { counter: c, reached } = counter(host)
    c.change(s => Object.assign(s, { value: 2, reload: 9, running: true, once: true, watched: true }))
    for (let t = 1; t <= 200; t++) host.advance(t)
    expect([reached, c.state.value, c.state.running]).toEqual([[20], 0, false])
    c.change(s => Object.assign(s, { value: 0, reload: 0, running: true }))
    expect(host.deadlines.size).toBe(0)
  })
  test('another frequency in the middle', () => {
    const host = new FakeHost()
    let hz = 1e8
    const reached: number[] = []
    const c = new DownCounter({ host, hz: () => hz, reached: () => reached.push(host.now) })
    c.change(s => Object.assign(s, { value: 10, running: true, watched: true }))
    host.advance(50)
    c.change(() => {
      hz = 2e8
    })
    for (let t = 51; t <= 200; t++) host.advance(t)
    expect(reached).toEqual([75])
  })
})

test('CMSDK timer', () => {
  const t = rig((host, line) => new CmsdkTimer({ host, line, clockHz: 1e8 }))
  t.write(8, 4)
  expect([t.read(4), t.read(8)]).toEqual([4, 4])
  t.write(0, 9)
  for (let now = 1; now <= 100; now++) t.host.advance(now)
  expect(t.levels).toEqual(['40 high'])
  t.write(12, 1)
  expect(t.read(12)).toBe(0)
  t.host.advance(140)
  expect(t.levels).toEqual(['40 high', '100 low', '140 high'])
  expect(t.read(0xfe0)).toBe(0x22)
})

test('CMSDK dual timer', () => {
  const t = rig((host, line) => new CmsdkDualTimer({ host, line, clockHz: 1e9 }))
  expect([t.read(0), t.read(4), t.read(8)]).toEqual([0, 0xffff, 0x20])
  t.write(0x20, 5)
  t.write(0x28, 0xe6) // periodic, 32 bits, divided by 16
  for (let now = 1; now <= 100; now++) t.host.advance(now)
  expect(t.levels).toEqual(['80 high'])
  expect([t.read(0x30), t.read(0x34)]).toEqual([1, 1])
  t.write(0x2c, 0)
  expect(t.read(0x30)).toBe(0)
  t.host.advance(176)
  expect(t.levels).toEqual(['80 high', '100 low', '176 high'])
})

test('GPTM: 32 bits and real-time clock', () => {
  const t = rig((host, line) => new Gptm({ host, line, clockHz: () => 1e8 }))
  t.write(0x28, 5)
  t.write(4, 2)
  t.write(0x18, 9)
  t.write(0xc, 1)
  for (let now = 1; now <= 60; now++) t.host.advance(now)
  expect(t.levels).toEqual(['50 high'])
  t.write(0x24, 1)
  t.host.advance(100)
  expect(t.levels).toEqual(['50 high', '60 low', '100 high'])
  t.write(0x24, 1)
  t.write(4, 1)
  t.write(0xc, 0)
  t.write(0xc, 1)
  t.host.advance(150)
  expect([t.read(0xc), t.read(0x1c)]).toEqual([0, 1]) // one shot
  t.write(0x24, 9)
  t.write(0, 1)
  t.write(0x30, 1)
  t.write(0xc, 1)
  t.host.advance(1_000_000_150)
  expect([t.read(0x48), t.read(0x1c)]).toEqual([1, 0])
  t.host.advance(2_000_000_150)
  expect([t.read(0x48), t.read(0x1c)]).toEqual([0, 8])
})

describe('nRF51 timer', () => {
  const start = () => {
    const t = rig((host, line) => new NrfTimer({ host, line }))
    t.write(0x510, 4) // 1 MHz: 1000 instructions a tick
    return t
  }
  test('compares, clears by shortcut, captures', () => {
    const t = start()
    t.write(0x540, 10)
    t.write(0x544, 4)
    t.write(0x200, 1)
    t.write(0x304, 0x10000)
    t.write(0, 1)
    for (let now = 500; now <= 12_000; now += 500) t.host.advance(now)
    expect(t.levels).toEqual(['10000 high'])
    expect([t.read(0x140), t.read(0x144), t.read(0x148)]).toEqual([1, 1, 0])
    t.write(0x140, 0)
    t.write(0x4c, 1)
    expect(t.read(0x54c)).toBe(2)
    for (let now = 12_500; now <= 20_500; now += 500) t.host.advance(now)
    expect(t.levels).toEqual(['10000 high', '12000 low', '20000 high'])
  })
  test('stops by shortcut; counts by hand', () => {
    const t = start()
    t.write(0x540, 3)
    t.write(0x200, 0x100)
    t.write(0, 1)
    t.host.advance(9000)
    t.write(0x40, 1)
    expect(t.read(0x540)).toBe(3)
    t.write(0x504, 1)
    t.write(0xc, 1)
    t.write(8, 1)
    t.write(8, 1)
    t.write(0x44, 1)
    expect(t.read(0x544)).toBe(2)
  })
})
