import { FakeHost } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { TestFinisher } from '../../src/index.ts'

test.each([
  ['pass', 4, 0x5555, [0], 0],
  ['pass, upper half ignored', 4, 0x70005555, [0], 0],
  ['pass, 16 bits', 2, 0x5555, [0], 0],
  ['fail', 4, 0x13333, [1], 0],
  ['fail, largest status', 4, 0xffff3333, [65535], 0],
  ['reset', 4, 0x7777, [], 1],
  ['anything else', 4, 0x1234, [], 0],
] as const)('%s', (_, size, value, exits, resets) => {
  const host = new FakeHost()
  let count = 0
  const finisher = new TestFinisher({ host, reset: () => void count++ })
  finisher.write(4, size, value)
  expect(host.exits).toEqual([])
  finisher.write(0, size, value)
  expect(host.exits).toEqual(exits)
  expect(count).toBe(resets)
  expect(finisher.read(0, 4)).toBe(0)
})
