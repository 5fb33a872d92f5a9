import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { assemble, decode, disassemble, randomWord, rowsOf } from '../../src/isa/index.ts'
import { bases } from './bases.ts'
import { openCapstone, sameSpelling, skip } from './capstone.ts'

const perRow = 200

test.each(bases)('RV%i: random words of every row, and all CSRs, read as Capstone reads them', async xlen => {
  const capstone = await openCapstone(xlen)
  const rng = seeded(xlen)
  const words = rowsOf(xlen).flatMap(row => Array.from({ length: perRow }, () => randomWord(rng, xlen, row)))
  const csrrw = assemble(xlen, 'csrrw a0,fflags,a1') - (1 << 20)
  for (let csr = 0; csr < 4096; csr++) words.push(csrrw + csr * 2 ** 20)

  const differences: string[] = []
  const reasons = new Set<string>()
  for (const word of words) {
    const insn = decode(xlen, word)
    if (insn === undefined) throw new Error(`${word.toString(16)} does not decode`)
    const reason = skip.find(({ cases }) => cases(insn))?.reason
    if (reason !== undefined) {
      reasons.add(reason)
      continue
    }
    const ours = sameSpelling(disassemble(insn, 0n, xlen), xlen)
    const theirs = sameSpelling(capstone(insn) ?? 'unknown', xlen)
    if (ours !== theirs) differences.push(`${word.toString(16)}: ${ours}, Capstone: ${theirs}`)
  }
  expect(differences).toEqual([])
  expect(reasons.size, 'a reason to skip that is never needed').toBe(skip.length)
})
