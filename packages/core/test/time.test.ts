/** The clock and its deadlines, without a machine. */
import { expect, test } from 'vitest'
import { endOfTime, MachineTime } from '../src/machine/time.ts'
import { Timers } from '../src/machine/timers.ts'

test('ticks that are not whole, late in time, go on one after the other', () => {
  const time = new MachineTime()
  let count = 0
  const tick = time.deadline(() => {
    count++
    // What a careless device does: near 2^53 the sum is what it was.
    if (count < 1000) time.set(tick, time.virtual() + 0.3)
  })
  time.set(tick, 2 ** 53 - 500)
  for (let i = 0; i < 2000 && time.sleep(); i++) time.fire()
  expect(count).toBeGreaterThan(100)
  expect(time.virtual()).toBeLessThanOrEqual(endOfTime)
})

test('at one time every timer calls once, in the order of their times', () => {
  const timers = new Timers()
  const seen: string[] = []
  const a = timers.make(() => {
    seen.push('a')
    if (seen.length > 1) return
    expect(timers.set(b, 10)).toBe(10)
    expect(timers.set(a, 3)).toBe(11)
  })
  const b = timers.make(() => seen.push('b'))
  timers.set(a, 10)
  timers.fire(10)
  expect(seen).toEqual(['a', 'b'])
  timers.fire(11)
  expect(seen).toEqual(['a', 'b', 'a'])
})
