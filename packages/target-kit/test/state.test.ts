import { Head } from '@guestscope/codegen'
import { expect, test } from 'vitest'
import { defineState } from '../src/index.ts'

const layout = defineState({
  x: { type: 'word', count: 4, skip: 1, promote: true },
  narrow: { type: 'i32', count: 3, apart: 4, promote: 'narrow' },
  area: { bytes: 5 },
  v: { type: 'v128', count: 2, promote: true },
  last: 'i32',
})
const { offsets: S, size } = layout

test('slots follow one another, 8 bytes apart unless said otherwise; vectors are aligned', () => {
  expect(S.x).toBe(Head.size)
  expect(S.narrow).toBe(S.x + 32)
  expect(S.area).toBe(S.narrow + 16)
  const free = S.area + 8
  expect(S.v).toBe((free + 15) & ~15)
  expect(S.last).toBe(S.v + 32)
  expect(size).toBe((S.last + 8 + 15) & ~15)
})

test('promoted are the slots that the table names, in the width and of the kinds that the model has', () => {
  const [narrow, wide] = [layout.promoter('i32'), layout.promoter('i64', ['narrow'])]
  const types = (promote: typeof narrow) =>
    Array.from(
      { length: size - Head.size },
      (_, n) => [Head.size + n, promote(Head.size + n)] as const,
    ).filter(([, type]) => type !== undefined)
  const vectors = [0, 16].map(n => [S.v + n, 'v128'])
  expect(types(narrow)).toEqual([...[8, 16, 24].map(n => [S.x + n, 'i32']), ...vectors])
  expect(types(wide)).toEqual([
    ...[8, 16, 24].map(n => [S.x + n, 'i64']),
    ...[0, 4, 8].map(n => [S.narrow + n, 'i32']),
    ...vectors,
  ])
})
