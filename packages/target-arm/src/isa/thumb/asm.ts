/** An assembler for tests: reads exactly what the disassembler writes. */

import { decode } from './decode.ts'
import { disassemble } from './disas.ts'
import { namesOf, thenElse } from './names.ts'
import { operands } from './operands.ts'
import type { Operands, Row } from './row.ts'
import { type Profile, rowsOf } from './rows.ts'

export interface Assembled {
  readonly word: number
  readonly size: 2 | 4
}

/** One instruction at `pc` and with this ITSTATE. */
export function assemble(profile: Profile, text: string, pc = 0, it = 0): Assembled {
  const [, name = '', args = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(text) ?? []
  const wanted = `${name} ${args}`.trim()
  for (const row of rowsOf(profile)) {
    for (const { aux } of namesOf(row, it).filter(candidate => candidate.name === name)) {
      for (const values of parse(row, name, args, pc, aux)) {
        const word = encode(row, values)
        const insn = word === undefined ? undefined : decode(profile, word, row.size, it)
        if (insn?.row === row && disassemble(insn, pc) === wanted) return { word: insn.word, size: row.size }
      }
    }
  }
  throw new Error(`"${text}": no such instruction, or an operand is out of range`)
}

/** The word with these operands; undefined: they do not fit. */
export function encode(row: Row, values: Operands): number | undefined {
  let word = row.match
  for (const { slot, from, mask, to } of row.fields) word |= ((values[slot] >>> to) & mask) << from
  const letters = row.more.expand?.encode(values)
  if (row.more.expand && !letters) return undefined
  for (const [letter, value] of Object.entries({ ...letters, q: values.rm })) {
    for (const { from, mask, to } of row.letters.get(letter) ?? []) word |= ((value >>> to) & mask) << from
  }
  return word >>> 0
}

/** Operands that the text may mean. */
function parse(row: Row, name: string, args: string, pc: number, aux: number): readonly Operands[] {
  const found = syntaxOf(row).exec(args)
  if (!found) return []
  const values: Operands = { ...row.start }
  values.aux |= aux
  for (const [key, text = ''] of Object.entries(found.groups ?? {})) {
    const part = operands[key.replace(/_\d$/, '')]?.parse(text, pc)
    if (!part) return []
    const { imm = 0, aux: bits = 0, ...regs } = part
    Object.assign(values, regs)
    values.imm |= imm
    values.aux |= bits
  }
  return row.sem === 'it' ? blocks(values, name) : [values]
}

/** The masks that make this name out of a first condition. */
const blocks = (values: Operands, name: string): readonly Operands[] =>
  Array.from({ length: 15 }, (_, i) => values.imm | (i + 1))
    .filter(imm => `it${thenElse(imm)}` === name)
    .map(imm => ({ ...values, imm }))

/** `rd, [rn, off]` as a regular expression with a named group for every operand. */
function syntaxOf(row: Row): RegExp {
  let count = 0
  const escaped = row.args.replaceAll(/[[\]{}]/g, '\\$&')
  const pattern = escaped.replaceAll(
    /(, )?([a-zA-Z]\w*)/g,
    (all, comma: string | undefined, word: string) => {
      const operand = operands[word]
      if (!operand) return all
      const group = `${comma ?? ''}(?<${word}_${count++}>\\{[^}]*\\}|[^,{}]+?)`
      return operand.parse('', 0) === undefined ? group : `(?:${group})?`
    },
  )
  return new RegExp(`^${pattern}$`)
}
