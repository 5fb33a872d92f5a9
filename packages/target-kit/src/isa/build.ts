/** From the data of a row to all that follows from it. */
import { layOut, widthOf } from './bits.ts'
import type { Language } from './language.ts'
import type { Field, More, Operands, Row, RowSpec, Terms } from './row.ts'

/** The bits of an unsigned immediate that the letters `i` are, from left to right: `5|4:0`. */
export const unsigned = (list: string): { readonly at: Readonly<Record<string, string>> } => ({
  at: { i: list },
})

/** The same of a signed one. */
export const signed = (
  list: string,
): { readonly at: Readonly<Record<string, string>>; readonly signed: string } => ({
  at: { i: list },
  signed: 'i',
})

/** The operand words of `args`. */
export const words = (args: string): readonly string[] => args.match(/[a-zA-Z]\w*/g) ?? []

/** Makes a row. Throws where its data contradict themselves. */
export function makeRow<T extends Terms>(language: Language<T>, spec: RowSpec<T>): Row<T> {
  const { name, bits, args } = spec
  const more: More<T> = spec.more
  const layout = layOut(name, bits, more.at, language.first)
  const [fixed = { mask: 0, match: 0 }, ...rest] = layout.words
  const fields: Field<T>[] = []
  const repeats: Field<T>[] = []
  const start = Object.fromEntries(language.slots.map(slot => [slot, 0])) as Operands<T>
  for (const slot of language.slots) start[slot] = more.set?.[slot] ?? 0
  for (const [key, runs] of layout.letters) {
    if (more.expand?.letters.includes(key)) continue
    const letter = language.letters[key]
    if (letter === undefined) throw new Error(`${name}: letter ${key} in ${bits} has no meaning`)
    const slot: T['slot'] = letter.slot
    const count = runs.reduce((sum, run) => sum + widthOf(run), 0)
    const up = (letter.to ?? 0) + (letter.above !== undefined && layout.letters.has(letter.above) ? 1 : 0)
    const list = letter.repeats === undefined ? fields : repeats
    list.push(...runs.map(run => ({ ...run, to: run.to + up, slot })))
    start[slot] |= letter.or?.(count) ?? 0
  }
  const signs = [...(more.signed ?? '')].map(key => {
    const slot = language.letters[key]?.slot
    const own = fields.filter(field => field.slot === slot)
    if (slot === undefined || own.length === 0) throw new Error(`${name}: no letter ${key} in ${bits}`)
    return { slot, shift: 32 - Math.max(...own.map(field => field.to + widthOf(field))) }
  })
  const copies = language.slots.flatMap(to => {
    const from = more.copy?.[to]
    return from === undefined ? [] : [{ to, from }]
  })
  const excluded = Object.entries(more.not ?? {}).map(([key, values]) => {
    const runs = layout.letters.get(key)
    if (runs === undefined) throw new Error(`${name}: no letter ${key} in ${bits}`)
    return { runs, values }
  })
  return {
    ...spec,
    ...fixed,
    ...{ ending: more.ending, size: layout.size, rest, letters: layout.letters, fields, repeats, start },
    ...{ signs: signs.filter(({ shift }) => shift > 0), copies, excluded },
    regs: spec.regs ?? regsOf(language, args, more),
  }
}

/** The register files that the operands tell; a constant register is one of the usual file. */
export function regsOf<T extends Terms>(
  language: Pick<Language<T>, 'registers' | 'operands' | 'file'>,
  args: string,
  more: More<T>,
): Row<T>['regs'] {
  const { registers, operands } = language
  const regs = Object.fromEntries(registers.map(slot => [slot, null])) as Record<
    T['register'],
    T['file'] | null
  >
  for (const word of words(args)) {
    const { slot, file } = operands[word] ?? {}
    if (slot !== undefined) regs[slot as T['register']] = file ?? language.file
  }
  for (const slot of registers) {
    if (more.set?.[slot as T['slot']] !== undefined) regs[slot] ??= language.file
    const from = more.copy?.[slot as T['slot']]
    if (from !== undefined) regs[slot] ??= regs[from as T['register']] ?? null
  }
  return regs
}
