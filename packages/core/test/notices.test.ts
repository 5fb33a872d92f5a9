import { expect, test } from 'vitest'
import { Notices } from '../src/machine/notices.ts'

test('a poll is reported once, and ten in a run', () => {
  const reported: string[] = []
  const notices = new Notices(text => void reported.push(text))
  for (let i = 0; i < 999; i++) notices.absent(0x4000800c)
  expect(reported).toEqual([])
  for (let i = 0; i < 5000; i++) notices.absent(0x4000800c)
  expect(reported).toEqual(['The guest polls 0x4000800c, which this board does not have.'])
  for (let i = 0; i < 30_000; i++) notices.absent(i % 30)
  expect(reported).toHaveLength(10)
})

test('a walk through many addresses is no poll, and is not remembered', () => {
  const reported: string[] = []
  const notices = new Notices(text => void reported.push(text))
  for (let round = 0; round < 1001; round++) notices.absent(10_000 + round * 8)
  for (let i = 0; i < 10_000; i++) notices.absent(8 * i)
  expect(reported).toEqual([])
})
