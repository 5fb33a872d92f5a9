/**
 * Writes `golden.txt` anew with GNU binutils (recorded with 2.40). The tests do not need binutils.
 *
 *     node packages/target-arm/test/isa/record-golden.ts
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '@guestscope/testkit'
import { decode, disassemble, randomWord, rowsOf } from '../../src/isa/thumb/index.ts'
import { formatLine, type Line } from './golden.ts'
import { all } from './profiles.ts'

/** Of these words per row the first that objdump names as we do is taken, else the first that it knows. */
const triesPerRow = 60
const start = 0x2000_0000
/** Distance of two words: between them are instructions that end every IT block. */
const distance = 16
const nop = 0xbf00

type Word = Pick<Line, 'word' | 'size'>

function objdump(words: readonly Word[]): Line[] {
  const folder = mkdtempSync(join(tmpdir(), 'golden-'))
  const file = join(folder, 'a.bin')
  const bytes = new DataView(new ArrayBuffer(words.length * distance))
  for (let at = 0; at < bytes.byteLength; at += 2) bytes.setUint16(at, nop, true)
  for (const [i, { word, size }] of words.entries()) {
    const halves = size === 2 ? [word] : [word >>> 16, word & 0xffff]
    for (const [n, half] of halves.entries()) bytes.setUint16(i * distance + 2 * n, half, true)
  }
  writeFileSync(file, bytes)
  const options = ['-D', '-z', '-b', 'binary', '-m', 'armv7e-m', '-M', 'force-thumb']
  const listing = execFileSync('arm-none-eabi-objdump', [...options, `--adjust-vma=${start}`, file], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  rmSync(folder, { recursive: true })
  const lines: Line[] = []
  for (const [, at, text = ''] of listing.matchAll(/^ *([0-9a-f]+):\t[0-9a-f ]+\t(.*)$/gm)) {
    const pc = Number(`0x${at}`)
    const word = words[(pc - start) / distance]
    if (word) lines.push({ ...word, pc, text: ourSpelling(text) })
  }
  return lines
}

const numbers: Readonly<Record<string, string>> = { fp: 'r11', sl: 'r10', ip: 'r12' }

/** One space after the name, numbers of registers, constants of floating point as values, no comments. */
function ourSpelling(text: string): string {
  const [, value] = /#\d+\t@ 0x[0-9a-f]{8} +(\S+)$/.exec(text) ?? []
  const plain = text
    .replace(/\s*[;@].*$/, '')
    .replace('\t', ' ')
    .trim()
  const named = plain.replace(/\b(fp|sl|ip)\b/g, name => numbers[name] ?? name)
  return value && named.startsWith('vmov') ? named.replace(/#\d+$/, `#${Number(value)}`) : named
}

const ours = ({ word, size, pc }: Line): string => {
  const insn = decode(all, word, size)
  return insn ? disassemble(insn, pc) : 'undefined'
}

const rng = seeded(1)
const rows = rowsOf(all)
const words = rows.flatMap(row =>
  Array.from({ length: triesPerRow }, (): Word => ({ word: randomWord(rng, all, row), size: row.size })),
)
const listed = objdump(words)
const lines = rows.flatMap((row, i) => {
  const tries = listed.slice(i * triesPerRow, (i + 1) * triesPerRow)
  const same = tries.find(line => ours(line) === line.text)
  if (!same)
    console.warn(
      `differs: ${tries[0] && formatLine(tries[0])}, ours: ${tries[0] && ours(tries[0])} (${row.name})`,
    )
  return same ?? []
})
const header = "# GNU objdump's text of a random word of every row. Made by record-golden.ts."
writeFileSync(join(import.meta.dirname, 'golden.txt'), [header, ...lines.map(formatLine), ''].join('\n'))
