import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { decode, disassemble, lengthOf, randomWord, rowsOf } from '../../src/isa/thumb/index.ts'
import { openCapstone, sameSpelling, skip } from './capstone.ts'
import { all } from './profiles.ts'

const perRow = 100

/** 16-bit words that are an instruction for Capstone alone: other fixed bits, r15, other profiles. */
const capstoneOnly = /^(add|cmp|bx|blx|bxns|blxns|cpsi[ed])\b/

test('all 16-bit words and random words of every 32-bit row read as Capstone reads them', async () => {
  const capstone = await openCapstone()
  const rng = seeded(1)
  const long = rowsOf(all).filter(row => row.size === 4)
  const words: [number, 2 | 4][] = long.flatMap(row =>
    Array.from({ length: perRow }, (): [number, 4] => [randomWord(rng, all, row), 4]),
  )
  for (let word = 0; word < 0x10000; word++) if (lengthOf(word) === 2) words.push([word, 2])

  const differences: string[] = []
  const reasons = new Set<string>()
  for (const [word, size] of words) {
    const insn = decode(all, word, size)
    const reason = insn && skip.find(({ cases }) => cases(insn))?.reason
    if (reason !== undefined) {
      reasons.add(reason)
      continue
    }
    const theirs = capstone(word, size)
    const ours = insn && disassemble(insn, 0)
    if (ours === undefined && (theirs === undefined || capstoneOnly.test(theirs))) continue
    if (sameSpelling(ours ?? 'none') !== sameSpelling(theirs ?? 'none'))
      differences.push(`${word.toString(16)}: ${ours}, Capstone: ${theirs}`)
  }
  expect(differences).toEqual([])
  expect(reasons.size, 'a reason to skip that is never needed').toBe(skip.length)
})
