/** Makes rows out of the tables. */
import { makeRow } from '@guestscope/target-kit'
import { language } from './language.ts'
import { xNames } from './names.ts'
import { operands, slotOf } from './operands.ts'
import type { CompressedData, More, Row, RowData, Slot } from './row.ts'

type Rows = readonly Row[]

/** Rows of one extension. */
export function extension(ext: string, data: readonly RowData[]): Rows {
  return data.map(([name, bits, args, more = {}]) =>
    makeRow(language, { name, bits, args, sem: name, ext, more }),
  )
}

/** Rows of compressed instructions; `base` holds the rows that they expand to. */
export function compressed(ext: string, base: Rows, data: readonly CompressedData[]): Rows {
  return data.map(([name, bits, args, expands, own = {}]) => {
    const sem = expands.split(' ', 1)[0] ?? ''
    const target = base.find(row => row.name === sem)
    if (target === undefined) throw new Error(`${name}: no row ${sem}`)
    const { ending, regs } = target
    const more = { ...own, ...expand(target, expands.slice(sem.length + 1)), expands }
    return makeRow(language, { name, bits, args, sem, ext, regs, more: ending ? { ...more, ending } : more })
  })
}

const punctuation = /[,()]+/

/**
 * Operands of the instruction that a compressed one expands to: `sp` of `lw rd,imm(sp)` becomes a constant in
 * the place that lw calls rs1; of `add rd,rd,rs2` the first `rd` stays, the second is read into rs1 as well.
 */
function expand(base: Row, args: string): Pick<More, 'set' | 'copy'> {
  const set: Partial<Record<Slot, number>> = {}
  const copy: Partial<Record<Slot, Slot>> = {}
  const given = args.split(punctuation)
  for (const [i, operand] of base.args.split(punctuation).entries()) {
    const to = slotOf(operand)
    const text = given[i] ?? ''
    if (to === undefined || text === '') continue
    if (operands[text] === undefined) set[to] = xNames.includes(text) ? xNames.indexOf(text) : Number(text)
    else {
      const from = slotOf(text)
      if (from !== undefined && from !== to) copy[to] = from
    }
  }
  return { set, copy }
}
