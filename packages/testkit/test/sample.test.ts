import { oneOfEach } from '@guestscope/testkit'
import { expect, test } from 'vitest'

test('one of each kind, and all that kinds have in common', () => {
  const items = ['a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'd2', 'd3']
  expect(oneOfEach(items, item => item[0] as string)).toEqual(['a1', 'b2', 'c1', 'd1'])
  expect(oneOfEach([], String)).toEqual([])
})
