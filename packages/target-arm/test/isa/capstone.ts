/**
 * Capstone 5 as a second opinion on the disassembler. How its text differs from ours stands here alone.
 */

import load from '@alexaltea/capstone-js'
import type { Insn } from '../../src/isa/thumb/index.ts'

/** Capstone's text of a word; undefined: it does not know it. */
export async function openCapstone(): Promise<(word: number, size: 2 | 4) => string | undefined> {
  const capstone = await load()
  const mode = capstone.MODE_THUMB | capstone.MODE_MCLASS
  const short = new capstone.Capstone(capstone.ARCH_ARM, mode)
  // FPv5 belongs to Armv8 for it.
  const long = new capstone.Capstone(capstone.ARCH_ARM, mode | capstone.MODE_V8)
  return (word, size) => {
    const halves = size === 2 ? [word] : [word >>> 16, word & 0xffff]
    const bytes = new Uint8Array(halves.flatMap(half => [half & 0xff, half >>> 8]))
    try {
      const [found] = (size === 2 ? short : long).disasm(bytes, 0)
      return found?.size === size ? `${found.mnemonic} ${found.op_str}`.trim() : undefined
    } catch {
      return undefined
    }
  }
}

/** What Capstone does not compare with, and why. */
export const skip: readonly { readonly reason: string; readonly cases: (insn: Insn) => boolean }[] = [
  {
    reason: 'Capstone refuses hints without a name',
    cases: ({ row }) => row.sem === 'nop' && (row.args.startsWith('pc, ') || row.name === 'pldw'),
  },
  {
    reason: 'Capstone refuses sp in a stored list',
    cases: ({ row, imm }) => row.size === 4 && /^stm/.test(row.sem) && (imm & 0x2000) !== 0,
  },
  {
    reason: 'Capstone knows other special registers and writes them in its own way',
    cases: ({ sem }) => sem === 'msr' || sem === 'mrs',
  },
  {
    reason: 'Capstone names barriers of A-profile and of later versions',
    cases: ({ row, imm }) => row.args === 'barrier' && imm !== 15,
  },
  {
    reason: 'Capstone turns then and else round for IT with the condition 15',
    cases: ({ sem, imm }) => sem === 'it' && imm >>> 4 === 15,
  },
  {
    reason: 'Capstone knows these as instructions of later versions, of a debugger or not at all',
    cases: ({ row, imm }) =>
      (row.name === 'udf' && (imm === 0xf9 || imm === 0xfe)) ||
      (row.name === 'nop.w' && [5, 0x10, 0x12, 0x14].includes(imm)),
  },
]

const numbers: Readonly<Record<string, string>> = { fp: 'r11', sb: 'r9', sl: 'r10', ip: 'r12' }

/** Both texts in one spelling. */
export function sameSpelling(text: string): string {
  const [mnemonic = '', ...rest] = text
    .replace(/^pop\.w /, 'ldmia sp!, ')
    .replace(/^push\.w /, 'stmdb sp!, ')
    .split(' ')
  const name = mnemonic.replace(/\.[nw]$/, '').replace(/^b(hs|lo)$/, (_, c) => (c === 'hs' ? 'bcs' : 'bcc'))
  const args = rest
    .join(' ')
    .replace(/\b(fp|sb|sl|ip)\b/g, name => numbers[name] ?? name)
    .replace(/-?\b(0x[0-9a-f]+|\d+(\.\d+)?(e[-+]\d+)?)\b/g, number => {
      const value = Number(number.replace(/^-/, '')) * (number.startsWith('-') ? -1 : 1)
      return String(Number.isInteger(value) ? value | 0 : value)
    })
    .replace(/([sd])(\d+)-\1(\d+)/, (_, file, first, last) =>
      Array.from({ length: last - first + 1 }, (_, i) => `${file}${Number(first) + i}`).join(', '),
    )
  return unalias(`${name} ${args}`.trim())
}

/** Other ways to write the same instruction. */
const aliases: readonly (readonly [RegExp, string])[] = [
  [/^mov(s?) (\w+, \w+), (lsl|lsr|asr|ror) #/, '$3$1 $2, #'],
  [/^mov(s?) (\w+, \w+), rrx$/, 'rrx$1 $2'],
  [/^(muls \w+, \w+), \w+$/, '$1'],
  [/^add (\w+), sp, \1$/, 'add $1, sp'],
  [/^rsbs (\w+, \w+), #0$/, 'rsbs $1, #0'],
  [/^(.*\[\w+), #0\]$/, '$1]'],
  [/^(c?b\w*|bl) (.*?)#(-?\d+)$/, '$1 $2$3'],
  [/^add (\w+), pc, /, 'adr $1, '],
  [/^(adr \w+), #/, '$1, #'],
  [/^(bkpt|svc) #/, '$1 '],
  [/^(it\w*) hs$/, '$1 cs'],
  [/^(it\w*) lo$/, '$1 cc'],
  [/^hint #(\d+)$/, 'nop {$1}'],
  [/^(ld|st)m /, '$1mia '],
  [/^vpush /, 'vstmdb sp!, '],
  [/^vpop /, 'vldmia sp!, '],
  [/apsr_nzcv/, 'APSR_nzcv'],
]

const unalias = (text: string): string =>
  aliases.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
