import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { extensions } from '../../src/extensions.ts'
import { assemble, decode, disassemble, rowsOf } from '../../src/isa/index.ts'
import { bases } from './bases.ts'
import { parseGolden } from './golden.ts'

const golden = parseGolden(readFileSync(new URL('golden.txt', import.meta.url), 'utf8'))

test('the disassembler writes, and the assembler reads, what GNU objdump writes', () => {
  for (const { xlen, pc, word, text } of golden) {
    const insn = decode(xlen, word)
    expect(insn && disassemble(insn, pc, xlen)).toBe(text)
    expect(assemble(xlen, text, pc), text).toBe(word)
  }
})

test.each(bases)('RV%i: the golden file has every row', xlen => {
  const seen = new Set(golden.filter(line => line.xlen === xlen).map(line => decode(xlen, line.word)?.row))
  const unknown = extensions.filter(({ unassembled }) => unassembled).map(({ title }) => title)
  const wanted = rowsOf(xlen).filter(row => !unknown.includes(row.ext))
  expect(wanted.filter(row => !seen.has(row)).map(({ name }) => name)).toEqual([])
})
