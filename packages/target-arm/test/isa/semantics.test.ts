/** A target has the semantics of its core's instructions, and of no others. */
import { BytesReader, type CodeReader } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { cores } from '../../src/cores.ts'
import { createArmMTarget } from '../../src/index.ts'
import { randomWord, rows, rowsOf } from '../../src/isa/thumb/index.ts'

const reader = (word: number, size: number): CodeReader =>
  new BytesReader(Uint8Array.from(size === 2 ? [word, word >> 8] : [word >> 16, word >> 24, word, word >> 8]))
let seed = 1
const random = (): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
  return seed / 2 ** 32
}

describe.each(cores.map(core => [core.name, core] as const))('%s', (_, core) => {
  const target = createArmMTarget(core)
  const nameOf = (word: number, size: number, state: number): string =>
    target.semantics[target.decode(reader(word, size), state).handler]?.name ?? '(none)'

  test('every row has semantics, outside IT blocks and inside', () => {
    for (const row of rowsOf(core)) {
      for (let i = 0; i < 8; i++) {
        const word = randomWord(random, core, row)
        const plain = [row.sem, row.sem.replace('.shift', '.reg')]
        expect(plain).toContain(nameOf(word, row.size, 0))
        if (!core.baseline && !row.more.outsideIt)
          expect(plain.map(sem => `${sem} if`)).toContain(nameOf(word, row.size, 0x08))
      }
    }
  })

  test('none is there for instructions of other cores alone', () => {
    const own = new Set(rowsOf(core).flatMap(({ sem }) => [sem, `${sem} if`]))
    const foreign = rows.filter(({ sem }) => !own.has(sem) && !own.has(sem.replace('.reg', '.shift')))
    const names = new Set(target.semantics.map(({ name }) => name))
    expect(foreign.filter(({ sem }) => names.has(sem) || names.has(`${sem} if`))).toEqual([])
    expect(foreign.length > 0).toBe(core.fpu !== 'double')
  })
})
