/** The clock and its deadlines, without a machine. */
import { expect, test } from 'vitest'
import { endOfTime, MachineTime } from '../src/machine/time.ts'
import { Timers } from '../src/machine/timers.ts'

test('ticks that are not whole, late in time, go on one after the other', () => {
  const time = new MachineTime()
  let count = 0
  const token = {}
  const tick = (): void => {
    count++
    // What a careless device does: near 2^53 the sum is what it was.
    if (count < 1000) time.schedule(token, time.virtual() + 0.3, tick)
  }
  time.schedule(token, 2 ** 53 - 500, tick)
  for (let i = 0; i < 2000 && time.sleep(); i++) time.fire()
  expect(count).toBeGreaterThan(100)
  expect(time.virtual()).toBeLessThanOrEqual(endOfTime)
})

test('at one time every token is called back once, in the order of their times', () => {
  const timers = new Timers()
  const seen: string[] = []
  const [a, b] = [{}, {}]
  timers.schedule(a, 10, () => {
    seen.push('a')
    expect(timers.schedule(b, 10, () => seen.push('b'))).toBe(10)
    expect(timers.schedule(a, 3, () => seen.push('a again'))).toBe(11)
  })
  timers.fire(10)
  expect(seen).toEqual(['a', 'b'])
  timers.fire(11)
  expect(seen).toEqual(['a', 'b', 'a again'])
})
