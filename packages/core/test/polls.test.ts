import { expect, test } from 'vitest'
import { Polls } from '../src/machine/polls.ts'

test('a poll is told of once, and ten in a run', () => {
  const told: string[] = []
  const polls = new Polls((_key, text) => told.push(text))
  for (let i = 0; i < 999; i++) polls.add(0x4000800c)
  expect(told).toEqual([])
  for (let i = 0; i < 5000; i++) polls.add(0x4000800c)
  expect(told).toEqual(['The guest polls 0x4000800c, which this board does not have.'])
  for (let i = 0; i < 30_000; i++) polls.add(i % 30)
  expect(told).toHaveLength(10)
})

test('a walk through many addresses is no poll, and is not remembered', () => {
  const told: string[] = []
  const polls = new Polls((_key, text) => told.push(text))
  for (let round = 0; round < 1001; round++) polls.add(10_000 + round * 8)
  for (let i = 0; i < 10_000; i++) polls.add(8 * i)
  expect(told).toEqual([])
})
