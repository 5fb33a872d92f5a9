/**
 * The decoder: code → row and operands.
 *
 * Rows are found by a tree that makes itself as code is decoded: a node looks at the bits that all its rows have fixed,
 * else at those that most have, and has a child for each of their values that occurs. Instructions of 16 bits or less
 * are kept, since they recur; a decoded instruction is immutable.
 */
import { letterOf, read, readAll, shortCode } from './bits.ts'
import type { InsnSet, Language } from './language.ts'
import type { Code, Insn, Row, Terms } from './row.ts'
import { disassemble } from './text.ts'

/** Reads the unit (`Language.unit` bytes) of code at a distance in bytes from the start of the instruction. */
export type ReadUnit = (offset: number) => number

/** Decodes the instructions of some rows. */
export class Decoder<T extends Terms> implements InsnSet<T> {
  readonly language: Language<T>
  readonly title: string
  readonly rows: readonly Row<T>[]
  readonly #trees: Map<number, Node<T>> = new Map()
  readonly #short: Map<number, Insn<T> | null> = new Map()
  readonly #sizes: Map<number, readonly number[]> = new Map()

  constructor(language: Language<T>, title: string, rows: readonly Row<T>[]) {
    this.language = language
    this.title = title
    this.rows = rows
  }

  decode(code: Code): Insn<T> | undefined {
    if (code.size > 2) return this.#find(code)
    const key = code.word | (code.size << 16)
    let insn = this.#short.get(key)
    if (insn === undefined) {
      insn = this.#find(code) ?? null
      this.#short.set(key, insn)
    }
    return insn ?? undefined
  }

  /** Reads the code of an instruction, and decodes it. */
  decodeAt(unit: ReadUnit): { readonly code: Code; readonly insn: Insn<T> | undefined } {
    const code = this.codeAt(unit)
    return { code, insn: this.decode(code) }
  }

  /**
   * Reads no further than it must: the code of an instruction, or one that is none, of the size that the first unit tells.
   * Instructions of different sizes may begin with the same unit if no one is the beginning of another.
   */
  codeAt(unit: ReadUnit): Code {
    const { language } = this
    const first = unit(0)
    const known = language.lengthOf?.(first)
    if (known !== undefined) return readCode(language, unit, first, known)
    for (const size of this.#sizesOf(first)) {
      const code = readCode(language, unit, first, size)
      if (this.decode(code)) return code
    }
    return readCode(language, unit, first, language.unit)
  }

  /** The instruction as the assembler reads it. */
  textOf(insn: Insn<T>, place: T['place']): string {
    return disassemble(this.language, insn, place)
  }

  /** Sizes of the rows that can begin with a unit, smallest first. */
  #sizesOf(first: number): readonly number[] {
    let sizes = this.#sizes.get(first)
    if (sizes === undefined) {
      const { unit, first: end } = this.language
      const mask = 2 ** (8 * unit) - 1
      const possible = this.rows.filter(row => {
        const up = end === 'high' ? 8 * (Math.min(row.size, 4) - unit) : 0
        return row.size >= unit && (((row.match >>> up) ^ first) & (row.mask >>> up) & mask) === 0
      })
      sizes = [...new Set(possible.map(row => row.size))].sort((a, b) => a - b)
      this.#sizes.set(first, sizes)
    }
    return sizes
  }

  #find(code: Code): Insn<T> | undefined {
    let node = this.#trees.get(code.size)
    if (node === undefined) {
      node = makeNode(
        this.rows.filter(row => row.size === code.size),
        0,
      )
      this.#trees.set(code.size, node)
    }
    while (node.mask !== 0) node = childOf(node, code.word)
    for (const row of node.rows) {
      const insn = decodeAs(this.language, row, code)
      if (insn) return insn
    }
    return undefined
  }
}

interface Node<T extends Terms> {
  readonly rows: readonly Row<T>[]
  /** The bits that tell the children apart; 0: there are none, the rows are tried one by one. */
  readonly mask: number
  /** These bits are alike, or ignored, in all the rows. */
  readonly tested: number
  readonly children: Map<number, Node<T>>
}

function childOf<T extends Terms>({ mask, tested, rows, children }: Node<T>, word: number): Node<T> {
  const key = word & mask
  let child = children.get(key)
  if (child === undefined) {
    const agreeing = rows.filter(row => ((row.match ^ key) & row.mask & mask) === 0)
    child = makeNode(agreeing, tested | mask)
    children.set(key, child)
  }
  return child
}

/** So few rows are tried one by one. */
const shortList = 3

function makeNode<T extends Terms>(rows: readonly Row<T>[], tested: number): Node<T> {
  const mask = rows.length <= shortList ? 0 : tellingBits(rows, ~tested)
  return { rows, mask, tested, children: new Map() }
}

/** Rows that ignore a bit stand in both children; so that there are not too many, so few bits are looked at at once. */
const atOnce = 4

/** Of these bits those that all rows have fixed, else some that most have. */
function tellingBits<T extends Terms>(rows: readonly Row<T>[], among: number): number {
  const common = rows.reduce((bits, row) => bits & row.mask, among)
  if (common !== 0) return common
  const counts = Array.from({ length: 32 }, (_, bit) => ({
    bit: 1 << bit,
    count: (among >>> bit) & 1 ? rows.reduce((sum, row) => sum + ((row.mask >>> bit) & 1), 0) : 0,
  }))
  return counts
    .filter(({ count }) => 2 * count > rows.length)
    .sort((a, b) => b.count - a.count)
    .slice(0, atOnce)
    .reduce((mask, { bit }) => mask | bit, 0)
}

/** The code of an instruction of this size; its first unit is known. */
function readCode<T extends Terms>(
  { unit: bytes, first: end }: Language<T>,
  unit: ReadUnit,
  first: number,
  size: number,
): Code {
  const part = (start: number, length: number): number => {
    let word = 0
    for (let at = 0; at < length; at += bytes) {
      const value = start + at === 0 ? first : unit(start + at)
      word |= end === 'high' ? value << (8 * (length - bytes - at)) : value << (8 * at)
    }
    return word >>> 0
  }
  const word = part(0, Math.min(size, 4))
  if (size <= 4) return shortCode(word, size)
  const rest: number[] = []
  for (let start = 4; start < size; start += 4) rest.push(part(start, Math.min(size - start, 4)))
  return { size, word, rest }
}

/** The instruction if the code is of this row. */
export function decodeAs<T extends Terms>(
  language: Language<T>,
  row: Row<T>,
  code: Code,
): Insn<T> | undefined {
  if ((code.word & row.mask) !== row.match || row.size !== code.size) return undefined
  if (row.rest.length > 0 && !restMatches(row, code)) return undefined
  for (const { runs, values } of row.excluded) if (values.includes(readAll(code, runs))) return undefined
  const insn: Draft<T> = { ...row.blank }
  const bits: { word: number; rest: readonly number[] } = insn
  bits.word = code.word >>> 0
  bits.rest = code.rest
  return readOperands(language, row, insn)
}

const restMatches = <T extends Terms>(row: Row<T>, code: Code): boolean =>
  row.rest.every(({ mask, match }, i) => ((code.rest[i] ?? 0) & mask) === match)

type Draft<T extends Terms> = { -readonly [K in keyof Insn<T>]: Insn<T>[K] }

/** undefined if the expansion refuses the code. */
function readOperands<T extends Terms>(
  language: Language<T>,
  row: Row<T>,
  insn: Draft<T>,
): Insn<T> | undefined {
  const code: Code = insn
  const o: Record<string, number> = insn
  for (const field of row.fields) o[field.slot] = (o[field.slot] ?? 0) | read(code, field)
  for (const { slot, shift } of row.signs) o[slot] = ((o[slot] ?? 0) << shift) >> shift
  const { expand } = row.more
  if (expand && !expand.decode(letterOf(row.letters, code), insn)) return undefined
  for (const { to, from } of row.copies) o[to] = o[from] ?? 0
  language.finish?.(insn)
  return insn
}
