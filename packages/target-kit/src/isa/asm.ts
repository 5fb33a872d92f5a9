/** An assembler for tests: reads exactly what the disassembler writes. */
import { finished, write } from './bits.ts'
import type { InsnSet, Language, Name } from './language.ts'
import type { Code, Operands, Row, Terms } from './row.ts'
import { disassemble, replaceOperands } from './text.ts'

/** The code of one instruction. */
export function assemble<T extends Terms>(set: InsnSet<T>, text: string, place: T['place']): Code {
  const { language, rows, title } = set
  const [, name = '', args = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(text) ?? []
  const wanted = compact(`${name} ${args}`)
  const namesOf = (row: Row<T>): readonly Name<T>[] => language.namesOf?.(row, place) ?? [{ name: row.name }]
  const candidates = rows.flatMap(row =>
    namesOf(row)
      .filter(given => given.name === name)
      .map(({ operands }) => ({ row, operands })),
  )
  if (candidates.length === 0) throw new Error(`"${text}": ${title} has no instruction ${name}`)
  for (const { row, operands } of candidates) {
    const values = parse(language, row, args, place, operands)
    const code = values && encode(language, row, values)
    const insn = code && set.decode(code)
    // Nothing was cut off, and the operands do not make it another instruction.
    if (insn?.row === row && compact(disassemble(language, insn, place)) === wanted) return code as Code
  }
  const syntax = new Set(candidates.map(({ row }) => `${name} ${row.args}`.trim()))
  throw new Error(`"${text}": not ${[...syntax].join(' or ')}, or an operand is out of range`)
}

const compact = (text: string): string => text.trim().replace(/\s+/, '\n').replaceAll(/ +/g, '')

/** The code with these operands; those that are absent are 0, bits that do not fit are cut off. undefined: there is none. */
export function encode<T extends Terms>(
  language: Language<T>,
  row: Row<T>,
  values: Readonly<Partial<Operands<T>>>,
): Code | undefined {
  const draft = { size: row.size, words: [row.match, ...row.rest.map(({ match }) => match)] }
  const given: Readonly<Record<string, number>> = values as Operands<T>
  for (const field of row.fields) write(draft, field, given[field.slot] ?? 0)
  for (const field of row.repeats) write(draft, field, given[field.slot] ?? 0)
  const { expand } = row.more
  if (expand) {
    const none = Object.fromEntries(language.slots.map(slot => [slot, 0]))
    const letters = expand.encode({ ...none, ...values } as Operands<T>)
    if (letters === undefined) return undefined
    for (const [letter, value] of Object.entries(letters))
      for (const run of row.letters.get(letter) ?? []) write(draft, run, value)
  }
  return finished(draft)
}

/** The operands that the text means, besides those that the name tells; numbers may have several parts. */
function parse<T extends Terms>(
  language: Language<T>,
  row: Row<T>,
  args: string,
  place: T['place'],
  named: Readonly<Partial<Operands<T>>> | undefined,
): Operands<T> | undefined {
  const spaced = args.replaceAll(/\s+/g, language.separator === ',' ? '' : ' ')
  const found = syntaxOf(language, row, place).exec(spaced)
  if (!found) return undefined
  const { blank } = row
  const values: Record<string, number> = Object.fromEntries(language.slots.map(slot => [slot, blank[slot]]))
  const registers: readonly string[] = language.registers
  const add = (part: object): void => {
    for (const [slot, value] of Object.entries(part) as [string, number][])
      values[slot] = registers.includes(slot) ? value : (values[slot] ?? 0) | value
  }
  if (named) add(named)
  for (const [key, text = ''] of Object.entries(found.groups ?? {})) {
    const part = language.operands[key.replace(/_\d+$/, '')]?.parse(text, place)
    if (!part) return undefined
    add(part)
  }
  return values as Operands<T>
}

/** `rd, [rn, off]` as a regular expression with a named group for every operand. */
function syntaxOf<T extends Terms>(language: Language<T>, row: Row<T>, place: T['place']): RegExp {
  let count = 0
  const escaped = row.args.replaceAll(/[[\](){}.*+]/g, '\\$&')
  const pattern = replaceOperands(language, escaped, (word, before) => {
    const group = `${before}(?<${word}_${count++}>\\{[^}]*\\}|[^,(){}]+?)`
    return language.operands[word]?.parse('', place) === undefined ? group : `(?:${group})?`
  })
  return new RegExp(`^${pattern}$`)
}
