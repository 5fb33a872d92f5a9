/**
 * Adds to `golden.txt` what GNU binutils (2.40) say of rows that are not in it. The tests do not need binutils.
 *
 *     node --conditions=@guestscope/source packages/target-riscv/test/isa/record-golden.ts
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '@guestscope/testkit'
import { extensions } from '../../src/extensions.ts'
import { fullHart } from '../../src/hart.ts'
import { decode, disassemble, type Row, randomWord, rowsOf, type Xlen } from '../../src/isa/index.ts'
import { bases } from './bases.ts'
import { formatLine, type Line, parseGolden } from './golden.ts'

/** Of these words per row the first that objdump knows is taken. */
const triesPerRow = 100
const start = 0x8000_0000n

const file = join(import.meta.dirname, 'golden.txt')
const known = parseGolden(readFileSync(file, 'utf8'))
const unassembled = extensions.filter(extension => extension.unassembled).map(({ title }) => title)

function record(xlen: Xlen): Line[] {
  const rng = seeded(xlen)
  const there = known.filter(line => line.xlen === xlen)
  const seen = new Set(there.map(line => decode(xlen, line.word)?.row))
  const rows = rowsOf(xlen).filter(row => !seen.has(row) && !unassembled.includes(row.ext))
  return [...there, ...(rows.length === 0 ? [] : recordRows(xlen, rng, rows))]
}

function recordRows(xlen: Xlen, rng: () => number, rows: readonly Row[]): Line[] {
  const words = rows.flatMap(row => Array.from({ length: triesPerRow }, () => randomWord(rng, xlen, row)))
  const listed = objdump(xlen, words)
  return rows.map((row, i) => {
    const tries = listed.slice(i * triesPerRow, (i + 1) * triesPerRow)
    const known = tries.find(({ text }) => !isUnknown.test(text))
    if (known === undefined) throw new Error(`objdump has no ${row.name}`)
    return known
  })
}

/** objdump writes what it cannot name as .4byte, `unknown`, c.slli64 (shift by 0) or the CSR's number. */
const isUnknown = /^\.|unknown|^c\.\w+64 |^csr.*,0x/

function objdump(xlen: Xlen, words: readonly number[]): Line[] {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'))
  const [source, object] = [join(folder, 'a.s'), join(folder, 'a.o')]
  writeFileSync(source, words.map(word => `.${(word & 3) === 3 ? 4 : 2}byte ${word}\n`).join(''))
  const abi = xlen === 32 ? 'ilp32d' : 'lp64d'
  run('as', `-march=${fullHart(xlen).march}`, `-mabi=${abi}`, source, '-o', object)
  const where = `--adjust-vma=0x${start.toString(16)}`
  const listing = run('objdump', '-D', '-j', '.text', '-M', 'no-aliases', where, object)
  rmSync(folder, { recursive: true })
  const found = listing.matchAll(/^ *([0-9a-f]+):\t([0-9a-f]+) *\t(\S+)\t?(.*)$/gm)
  return Array.from(found, ([, pc, word, name = '', args = '']) => {
    return { xlen, pc: BigInt(`0x${pc}`), word: Number(`0x${word}`), text: ourSpelling(name, args) }
  })
}

function run(tool: string, ...args: string[]): string {
  return execFileSync(`riscv64-unknown-elf-${tool}`, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
}

/** Without comments and labels; a target, which a label follows, with 0x; c.nop by its name. */
function ourSpelling(name: string, args: string): string {
  const [text = '', label] = args.replace(/ *#.*/, '').split(' <')
  const full = label === undefined ? text : text.replace(/[0-9a-f]+$/, '0x$&')
  return `${name} ${full}`
    .trim()
    .replace(/^c\.addi zero,/, 'c.nop ')
    .replace(/^c\.nop 0$/, 'c.nop')
}

const lines = bases.flatMap(record)
for (const line of lines) {
  const insn = decode(line.xlen, line.word)
  const ours = insn === undefined ? 'illegal' : disassemble(insn, line.pc, line.xlen)
  if (ours !== line.text) console.warn(`differs: ${formatLine(line)}, ours: ${ours}`)
}
const header = "# GNU objdump's text of a random word of every row. Made by record-golden.ts."
writeFileSync(file, [header, ...lines.map(formatLine), ''].join('\n'))
