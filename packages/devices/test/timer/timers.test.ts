import type { MmioDevice } from '@guestscope/core'
import { FakeHost } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import {
  CmsdkDualTimer,
  CmsdkTimer,
  DownCounter,
  type DownCounterOptions,
  Gptm,
  NrfTimer,
  newCounter,
} from '../../src/index.ts'

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

function counterOf(options: Omit<DownCounterOptions, 'state'>): DownCounter {
  const state = newCounter()
  return new DownCounter({ ...options, state: () => state })
}

describe('counter', () => {
  const counter = (host: FakeHost, hz = 1e8) => {
    const reached: number[] = []
    return {
      reached,
      counter: counterOf({ host, hz: () => hz, reached: () => reached.push(host.now) }),
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
    const c = counterOf({ host, hz: () => hz, reached: () => reached.push(host.now) })
    c.change(s => Object.assign(s, { value: 10, running: true, watched: true }))
    host.advance(50)
    c.change(() => {
      hz = 2e8
    })
    for (let t = 51; t <= 200; t++) host.advance(t)
    expect(reached).toEqual([75])
  })
})

test('a reload value that comes late: time before it does not count', () => {
  const host = new FakeHost()
  const c = counterOf({ host, hz: () => 1e8, reached: () => {} })
  c.change(s => Object.assign(s, { running: true }))
  host.now = 1000
  c.change(s => Object.assign(s, { reload: 5 }))
  expect(c.state.value).toBe(0)
  host.now = 1010
  expect(c.state.value).toBe(5)
})

describe('far ahead', () => {
  /** Calls back until nothing is due; the number of calls. */
  const fire = (host: FakeHost): number => {
    for (let calls = 0; calls < 10; calls++) {
      const due = [...host.deadlines].find(([, { at }]) => at <= host.now)
      if (!due) return calls
      host.deadlines.delete(due[0])
      due[1].due()
    }
    return 10
  }
  test.each([2 ** 53 - 1000, 2 ** 53, 2 ** 55])(
    'ticks of fractions at %d: deadlines lie ahead, and come once',
    now => {
      const host = new FakeHost()
      host.now = now
      let reached = 0
      const c = counterOf({ host, hz: () => 16e6, reached: () => reached++ })
      c.change(s => Object.assign(s, { value: 1, reload: 1000, running: true, watched: true }))
      for (let i = 0; i < 50 && host.deadlines.size; i++) {
        host.now = Math.max(host.now, ...[...host.deadlines.values()].map(d => d.at))
        expect(fire(host)).toBeLessThan(3)
      }
      expect(reached).toBeGreaterThan(40)
    },
  )
  test('nRF51 timer: periods that nobody looked at cost nothing', () => {
    for (const prescaler of [0, 15]) {
      const t = rig((host, line) => new NrfTimer({ host, line }))
      t.write(0x510, prescaler)
      t.write(0x540, 1)
      t.write(0x200, 1)
      t.write(0, 1)
      t.host.now = 2 ** 52
      expect(t.read(0x140)).toBe(1)
      t.write(0x44, 1)
      expect(t.read(0x544)).toBe(0)
      expect(t.host.deadlines.size).toBe(0)
    }
  })
})

test('what nobody would hear of has no deadline', () => {
  const gptm = rig((host, line) => new Gptm({ host, line, clockHz: () => 12.5e6 }))
  gptm.write(4, 2)
  gptm.write(0x28, 1000)
  gptm.write(0xc, 1)
  expect(gptm.host.deadlines.size).toBe(0)
  gptm.host.now = 80_000
  expect([gptm.read(0x1c), gptm.read(0x48)]).toEqual([1, 0])
  gptm.write(0x24, 1)
  gptm.write(0x18, 1)
  expect([...gptm.host.deadlines.values()].map(d => d.at)).toEqual([160_000])
  gptm.host.advance(160_000)
  expect(gptm.host.deadlines.size).toBe(0) // the line is high already

  const cmsdk = rig((host, line) => new CmsdkTimer({ host, line, clockHz: 1e8 }))
  cmsdk.write(8, 4)
  cmsdk.write(0, 9)
  cmsdk.host.advance(40)
  expect(cmsdk.host.deadlines.size).toBe(0)
  cmsdk.write(12, 1)
  expect(cmsdk.host.deadlines.size).toBe(1)

  const nrf = rig((host, line) => new NrfTimer({ host, line }))
  nrf.write(0x540, 100) // never reached: another compare clears before
  nrf.write(0x544, 10)
  nrf.write(0x200, 2)
  nrf.write(0x304, 0x10000)
  nrf.write(0, 1)
  expect(nrf.host.deadlines.size).toBe(0)
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

test('GPTM: two timers of 16 bits with prescalers; a load value of 1', () => {
  const lines = [false, false]
  const t = rig(
    host =>
      new Gptm({
        host,
        line: level => {
          lines[0] = level
        },
        lineB: level => {
          lines[1] = level
        },
        clockHz: () => 1e8,
      }),
  )
  t.write(0, 4)
  t.write(4, 2)
  t.write(8, 1)
  t.write(0x28, 10)
  t.write(0x2c, 3)
  t.write(0x3c, 9) // B: 100 ns a tick
  t.write(0x18, 0x101)
  t.write(0xc, 0x101)
  t.host.advance(100)
  expect([lines, t.read(0x1c), t.read(0x4c)]).toEqual([[true, false], 1, 2])
  t.host.advance(300)
  expect([lines, t.read(0x20), t.read(0xc)]).toEqual([[true, true], 0x101, 1])
  t.write(0xc, 0)
  t.write(0, 0)
  t.write(0x28, 1)
  t.write(0x24, 0x101)
  t.write(0xc, 1)
  t.host.advance(310)
  expect(t.read(0x1c)).toBe(1)
  t.write(0x24, 1)
  t.host.advance(320)
  expect(t.read(0x1c)).toBe(1)
})

test('GPTM: a match that changes while the real-time clock runs; bits that do not exist', () => {
  const t = rig((host, line) => new Gptm({ host, line, clockHz: () => 1e8 }))
  t.write(0, 1)
  t.write(0x30, 10)
  t.write(0xc, 1)
  t.host.now = 3e9
  expect(t.read(0x48)).toBe(3)
  t.write(0x30, 4)
  t.host.now = 5e9
  expect([t.read(0x48), t.read(0x1c)]).toEqual([0, 8])
  const all = [0, 4, 8, 0xc, 0x18, 0x28, 0x2c, 0x38, 0x3c, 0x40, 0x44, 0x50]
  for (const at of all) t.write(at, 0xffffffff)
  expect(all.map(at => t.read(at))).toEqual([
    ...[7, 15, 15, 0x6f7f, 0x70f, 0xffffffff, 0xffff, 255, 255, 255, 255, 0],
  ])
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
