import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Rounding } from '../../src/float/soft/index.ts'
import { NAMES, reference } from './operations.ts'

it('agrees with recorded results of a CPU', () => {
  const text = readFileSync(new URL('vectors.txt', import.meta.url), 'utf8')
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  expect(lines.length).toBeGreaterThan(400)
  for (const line of lines) {
    const [name = '', rounding, a, b, c] = line.split(' ')
    const [operation = '', suffix] = name.split('.')
    const op = NAMES.indexOf(operation) + (suffix === 's' ? 16 : 0)
    const [x = 0n, y = 0n, z = 0n] = [a, b, c].map(digits => BigInt(`0x${digits}`))
    const { bits, flags } = reference(op, Number(rounding) as Rounding, x, y, z)
    const head = `${name} ${rounding} ${a} ${b} ${c}`
    expect(`${head} ${bits.toString(16)} ${flags}`).toBe(line)
  }
})
