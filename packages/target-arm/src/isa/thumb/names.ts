/**
 * What stands in braces in the name of a row, and conditions of IT blocks. Each is a list of texts by the value of some
 * bits of `aux`.
 */

import type { Name } from '@guestscope/target-kit'
import { conditions } from '../conditions.ts'
import type { Insn, Place, Row, Thumb } from './row.ts'

interface Part {
  /** Lowest bit in aux. */
  readonly from: number
  readonly texts: readonly string[]
}

export const parts: Readonly<Record<string, Part>> = {
  /** Sets the flags. */
  s: { from: 0, texts: ['', 's'] },
  /** Halves of rn and rm; of rm alone. */
  xy: { from: 0, texts: ['bb', 'tb', 'bt', 'tt'] },
  y: { from: 1, texts: ['b', 't'] },
  /** Halves exchanged; rounded. */
  x: { from: 0, texts: ['', 'x'] },
  r: { from: 0, texts: ['', 'r'] },
  cond: { from: 0, texts: conditions.slice(0, 14) },
  round: { from: 0, texts: ['a', 'n', 'p', 'm'] },
  sel: { from: 0, texts: ['eq', 'vs', 'ge', 'gt'] },
  ie: { from: 2, texts: ['ie', 'id'] },
}

/** The bits of aux that are in the part's text. */
const maskOf = ({ from, texts }: Part): number => (2 ** Math.ceil(Math.log2(texts.length)) - 1) << from

const inBraces = /\{(\w+)\}/g

/** The name with a condition: `addseq.w`. */
export function nameOf(insn: Insn): string {
  const { name, more } = insn.row
  const cond = more.unconditional ? '' : (conditions[insn.it >> 4] ?? '')
  const text = name.replaceAll(inBraces, (_, key: string) => {
    if (key === 'te') return thenElse(insn.imm)
    const part = parts[key]
    return part ? (part.texts[(insn.aux & maskOf(part)) >>> part.from] ?? '?') : '?'
  })
  return insn.it ? text.replace(/(?=\.|$)/, cond) : text
}

/** All names of a row in an IT state, with the operands that they tell. */
export function namesOf(row: Row, { it }: Place): readonly Name<Thumb>[] {
  let all: { name: string; operands: { aux?: number; imm?: number } }[] = [{ name: row.name, operands: {} }]
  for (const [braces, key = ''] of row.name.matchAll(inBraces)) {
    const part = parts[key]
    const options =
      key === 'te'
        ? masks
        : (part?.texts ?? []).map((text, i) => ({ text, operands: { aux: i << (part?.from ?? 0) } }))
    all = all.flatMap(({ name, operands }) =>
      options.map(option => ({
        name: name.replace(braces, option.text),
        operands: { ...operands, ...option.operands },
      })),
    )
  }
  if (!it || row.more.unconditional) return all
  const cond = conditions[it >> 4] ?? ''
  return all.map(({ name, operands }) => ({ name: name.replace(/(?=\.|$)/, cond), operands }))
}

/** The letters after `it`: firstcond:mask says for each further instruction whether it has the same condition. */
export function thenElse(itState: number): string {
  const mask = itState & 15
  const low = (itState >> 4) & 1
  const length = 3 - (31 - Math.clz32(mask & -mask))
  return Array.from({ length }, (_, i) => (((mask >> (3 - i)) & 1) === low ? 't' : 'e')).join('')
}

/** The letters of each mask after a condition of either kind. */
const masks = [0, 1].flatMap(low =>
  Array.from({ length: 15 }, (_, i) => ({ text: thenElse((low << 4) | (i + 1)), operands: { imm: i + 1 } })),
)
