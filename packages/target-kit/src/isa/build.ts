/** From the data of a row to all that follows from it. */
import { fixedBits, lettersOf, widthOf } from './bits.ts'
import type { Language } from './language.ts'
import type { Field, Fixed, Insn, More, Operands, Row, RowSpec, Terms } from './row.ts'

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

/** Makes a row. What only its own instructions need is worked out when the first of them is decoded. */
export const makeRow = <T extends Terms>(language: Language<T>, spec: RowSpec<T>): Row<T> =>
  new TableRow(language, spec)

/** What follows from the letters. */
type Details<T extends Terms> = Pick<
  Row<T>,
  'letters' | 'fields' | 'repeats' | 'blank' | 'signs' | 'copies' | 'excluded'
>

class TableRow<T extends Terms> implements Row<T> {
  readonly name: string
  readonly bits: string
  readonly args: string
  readonly sem: string
  readonly ext: T['extension']
  readonly more: RowSpec<T>['more']
  readonly ending: Row<T>['ending']
  readonly size: number
  readonly mask: number
  readonly match: number
  readonly rest: readonly Fixed[]
  readonly #language: Language<T>
  #regs: Row<T>['regs'] | undefined
  #details: Details<T> | undefined

  constructor(language: Language<T>, { name, bits, args, sem, ext, more, regs }: RowSpec<T>) {
    const { size, words } = fixedBits(name, bits, language.first)
    const [{ mask, match } = { mask: 0, match: 0 }, ...rest] = words
    this.name = name
    this.bits = bits
    this.args = args
    this.sem = sem
    this.ext = ext
    this.more = more
    this.ending = more.ending
    this.size = size
    this.mask = mask
    this.match = match
    this.rest = rest
    this.#language = language
    this.#regs = regs
  }

  get regs(): Row<T>['regs'] {
    this.#regs ??= regsOf(this.#language, this.args, this.more)
    return this.#regs
  }
  get letters(): Row<T>['letters'] {
    return this.#known.letters
  }
  get fields(): Row<T>['fields'] {
    return this.#known.fields
  }
  get repeats(): Row<T>['repeats'] {
    return this.#known.repeats
  }
  get blank(): Row<T>['blank'] {
    return this.#known.blank
  }
  get signs(): Row<T>['signs'] {
    return this.#known.signs
  }
  get copies(): Row<T>['copies'] {
    return this.#known.copies
  }
  get excluded(): Row<T>['excluded'] {
    return this.#known.excluded
  }
  get #known(): Details<T> {
    this.#details ??= detailsOf(this.#language, this)
    return this.#details
  }
}

/** Throws where the data of the row contradict themselves. */
function detailsOf<T extends Terms>(language: Language<T>, row: TableRow<T>): Details<T> {
  const { name, bits, sem, size } = row
  const more: More<T> = row.more
  const letters = lettersOf(name, bits, more.at, language.first)
  const fields: Field<T>[] = []
  const repeats: Field<T>[] = []
  const start: Record<string, number> = {}
  for (const slot of language.slots) start[slot] = more.set?.[slot as T['slot']] ?? 0
  for (const [key, runs] of letters) {
    if (more.expand?.letters.includes(key)) continue
    const letter = language.letters[key]
    if (letter === undefined) throw new Error(`${name}: letter ${key} in ${bits} has no meaning`)
    const slot: T['slot'] = letter.slot
    const count = runs.reduce((sum, run) => sum + widthOf(run), 0)
    const up = (letter.to ?? 0) + (letter.above !== undefined && letters.has(letter.above) ? 1 : 0)
    const list = letter.repeats === undefined ? fields : repeats
    list.push(...runs.map(run => ({ ...run, to: run.to + up, slot })))
    start[slot] = (start[slot] ?? 0) | (letter.or?.(count) ?? 0)
  }
  const missing = (key: string): Error => new Error(`${name}: no letter ${key} in ${bits}`)
  const signs = [...(more.signed ?? '')].map(key => {
    const slot = language.letters[key]?.slot
    const own = fields.filter(field => field.slot === slot)
    if (slot === undefined || own.length === 0) throw missing(key)
    return { slot, shift: 32 - Math.max(...own.map(field => field.to + widthOf(field))) }
  })
  const copies = language.slots.flatMap(to => {
    const from = more.copy?.[to]
    return from === undefined ? [] : [{ to, from }]
  })
  const not = [...Object.entries(more.not ?? {}), ...Object.entries(language.exclude?.(row) ?? {})]
  const excluded = not.map(([key, values]) => {
    const runs = letters.get(key)
    if (runs === undefined) throw missing(key)
    return { runs, values }
  })
  // All decoded instructions are made as this one is, so that they have one shape.
  const blank: Insn<T> = { row, sem, size, word: 0, rest: [], ...(start as Operands<T>) }
  return { letters, fields, repeats, blank, signs: signs.filter(({ shift }) => shift > 0), copies, excluded }
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
