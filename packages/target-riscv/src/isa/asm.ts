/** An assembler for tests: reads exactly what the disassembler writes. */

import { decode } from './decode.ts'
import { operands, orderings, type Place } from './operands.ts'
import type { Row, Slot, Xlen } from './row.ts'
import { rowsOf } from './rows.ts'

export type Operands = Partial<Record<Slot, number>>

/** The word of one instruction; compressed if the name says so (`c.addi`). */
export function assemble(xlen: Xlen, text: string, pc = 0n): number {
  const [, name = '', args = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(text) ?? []
  const candidates = rowsOf(xlen).flatMap(row => {
    const ordering = orderings.findIndex(suffix => row.name + suffix === name)
    return ordering === 0 || (ordering > 0 && row.bits.includes('a')) ? [{ row, ordering }] : []
  })
  if (candidates.length === 0) throw new Error(`"${text}": RV${xlen} has no instruction ${name}`)
  for (const { row, ordering } of candidates) {
    const values = parseArgs(row, args.replaceAll(/\s+/g, ''), { pc, xlen })
    if (values === undefined) continue
    if (ordering > 0) values.aux = ordering
    const word = encode(row, values)
    if (decodesTo(xlen, word, row, values)) return word
  }
  const syntax = candidates.map(({ row }) => `${name} ${row.args}`.trim()).join(' or ')
  throw new Error(`"${text}": not ${syntax}, or an operand is out of range`)
}

/** The word with these operands. Bits that do not fit are cut off; operands the row fixes are not read. */
export function encode(row: Row, values: Operands): number {
  let word = row.match
  for (const { slot, from, mask, to, copy } of row.fields) {
    if (!copy) word |= (((values[slot] ?? 0) >>> to) & mask) << from
  }
  return word >>> 0
}

/** Whether nothing was cut off and the operands are not reserved for another meaning. */
function decodesTo(xlen: Xlen, word: number, row: Row, values: Operands): boolean {
  const insn = decode(xlen, word)
  const slots = Object.keys(values) as Slot[]
  return insn?.row === row && slots.every(slot => insn[slot] === values[slot])
}

function parseArgs(row: Row, text: string, place: Place): Operands | undefined {
  const found = syntaxOf(row).exec(text)
  if (found === null) return undefined
  const values: Operands = {}
  for (const [name, given = ''] of Object.entries(found.groups ?? {})) {
    const operand = operands[name]
    const value = operand?.parse(given, place)
    if (operand === undefined || value === undefined) return undefined
    values[operand.slot] = (values[operand.slot] ?? 0) | value
  }
  return values
}

/** `rd,imm(rs1)` as a regular expression with a named group for every operand. */
function syntaxOf(row: Row): RegExp {
  const escaped = row.args.replaceAll(/[()]/g, '\\$&')
  const pattern = escaped.replaceAll(/(,?)([a-zA-Z]\w*)/g, (all, comma: string, name: string) => {
    const operand = operands[name]
    if (operand === undefined) return all
    const group = `${comma}(?<${name}>[^,()]+)`
    const mayBeAbsent = operand.parse('', { pc: 0n, xlen: 64 }) !== undefined
    return mayBeAbsent ? `(?:${group})?` : group
  })
  return new RegExp(`^${pattern}$`)
}
