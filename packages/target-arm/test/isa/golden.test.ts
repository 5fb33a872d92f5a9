import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { assemble, decode, disassemble, rowsOf } from '../../src/isa/thumb/index.ts'
import { parseGolden } from './golden.ts'
import { all } from './profiles.ts'

const golden = parseGolden(readFileSync(new URL('golden.txt', import.meta.url), 'utf8'))

test('the disassembler writes, and the assembler reads, what GNU objdump writes', () => {
  for (const { pc, word, size, text } of golden) {
    const insn = decode(all, word, size)
    expect(insn && disassemble(insn, pc)).toBe(text)
    const { word: again } = assemble(all, text, pc)
    const same = decode(all, again, size)
    expect(same && disassemble(same, pc)).toBe(text)
  }
})

test('the golden file has every row', () => {
  const seen = new Set(golden.map(line => decode(all, line.word, line.size)?.row))
  const names = rowsOf(all)
    .filter(row => !seen.has(row))
    .map(row => `${row.name} ${row.args}`)
  // objdump writes negs.
  expect(names).toEqual(['rsb{s} rd, rn, #0'])
})
