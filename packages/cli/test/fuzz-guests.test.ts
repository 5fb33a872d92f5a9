/** Hostile guests of random programs end when they are told to; `pnpm fuzz:guests` runs any number of them. */
import { describe, expect, test } from 'vitest'
import { fault, fuzzOnce } from './fuzz/run.ts'

const [count, seconds] = process.env.GUESTSCOPE_LONG ? [100, 2] : [6, 0.5]
const seeds = Array.from({ length: count }, (_, i) => i + 1)

describe.concurrent('hostile guests', () => {
  test.each(seeds)('seed %i', async seed => {
    const ending = await fuzzOnce(seed, { seconds, patience: 100 })
    expect({ wrong: fault(ending), ...ending }).toMatchObject({ wrong: undefined })
  })
})
