/** From the data of a row to all that follows from it: mask, match, operand fields. */

import { xNames } from './names.ts'
import { operands } from './operands.ts'
import type { CompressedData, Field, More, RegFile, RegSlot, Row, RowData, Slot } from './row.ts'

type Rows = readonly Row[]

const letters: Record<string, { slot: Slot; to: number }> = {
  d: { slot: 'rd', to: 0 },
  s: { slot: 'rs1', to: 0 },
  t: { slot: 'rs2', to: 0 },
  r: { slot: 'rs3', to: 0 },
  c: { slot: 'imm', to: 0 },
  m: { slot: 'aux', to: 0 },
  a: { slot: 'aux', to: 0 },
  u: { slot: 'aux', to: 0 },
  p: { slot: 'aux', to: 4 },
  q: { slot: 'aux', to: 0 },
}

/** Rows of one extension. */
export function extension(ext: string, data: readonly RowData[]): Rows {
  return data.map(([name, bits, args, more = {}]) => {
    const encoding = parseBits(name, bits, more)
    const { xlen, flow, not } = more
    const own = { sem: name, expands: undefined, regs: regsOf(args) }
    return { name, bits, args, ext, xlen, flow, not, ...own, ...encoding }
  })
}

/** Rows of compressed instructions; `base` holds the rows that they expand to. */
export function compressed(ext: string, base: Rows, data: readonly CompressedData[]): Rows {
  return data.map(([name, bits, args, expands, more = {}]) => {
    const sem = expands.split(' ', 1)[0] ?? ''
    const target = base.find(row => row.name === sem)
    if (target === undefined) throw new Error(`${name}: no row ${sem}`)
    const encoding = expand(parseBits(name, bits, more), target, expands.slice(sem.length + 1))
    const { xlen, not } = more
    const { flow, regs } = target
    return { name, bits, args, ext, xlen, flow, not, sem, expands, regs, ...encoding }
  })
}

type Encoding = Pick<Row, 'size' | 'mask' | 'match' | 'fields' | 'start' | 'signShift'>

function parseBits(name: string, bits: string, more: More): Encoding {
  const compact = bits.replaceAll(' ', '')
  const width = compact.length
  if (width !== 16 && width !== 32) throw new Error(`${name}: ${width} bits`)
  let mask = 0
  let match = 0
  const fields: Field[] = []
  const start = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, aux: 0 }
  const list = more.simm ?? more.zimm
  const immBits = list === undefined ? [] : bitList(list)
  let nextImm = 0

  for (const run of compact.matchAll(/[01]|-+|([a-z])\1*/g)) {
    const text = run[0]
    const from = width - run.index - text.length
    if (text === '0' || text === '1') {
      mask |= 1 << from
      match |= Number(text) << from
    } else if (text.startsWith('i')) {
      fields.push(...immediateFields(immBits.slice(nextImm, nextImm + text.length), from))
      nextImm += text.length
    } else if (!text.startsWith('-')) {
      const letter = letters[text.charAt(0)]
      if (letter === undefined) throw new Error(`${name}: unknown letter in ${bits}`)
      fields.push({ ...letter, from, mask: (1 << text.length) - 1, copy: false })
      if (text.length === 3 && letter.slot !== 'aux') start[letter.slot] = 8
    }
  }
  if (nextImm !== immBits.length) throw new Error(`${name}: ${bits} does not hold the immediate ${list}`)
  const signShift = more.simm === undefined ? 0 : 31 - Math.max(...immBits)
  return { size: width === 16 ? 2 : 4, mask, match, fields, start, signShift }
}

/** '12|10:5' → 12, 10, 9, 8, 7, 6, 5 */
function bitList(list: string): number[] {
  return list.split('|').flatMap(part => {
    const [high = 0, low = high] = part.split(':').map(Number)
    return Array.from({ length: high - low + 1 }, (_, i) => high - i)
  })
}

/** The immediate's bits that lie in the word from bit `from` up: one field per unbroken stretch. */
function immediateFields(bits: readonly number[], from: number): Field[] {
  const fields: Field[] = []
  let end = 0
  for (let i = 0; i < bits.length; i = end) {
    end = i + 1
    while (end < bits.length && bits[end] === (bits[end - 1] ?? 0) - 1) end++
    fields.push({
      slot: 'imm',
      from: from + bits.length - end,
      mask: 2 ** (end - i) - 1,
      to: bits[end - 1] ?? 0,
      copy: false,
    })
  }
  return fields
}

function regsOf(args: string): Row['regs'] {
  const names = args.split(punctuation)
  const file = (x: RegSlot, f: string): RegFile => (names.includes(x) ? 'x' : names.includes(f) ? 'f' : null)
  return { rd: file('rd', 'fd'), rs1: file('rs1', 'fs1'), rs2: file('rs2', 'fs2'), rs3: file('rs3', 'fs3') }
}

const punctuation = /[,()]+/

/**
 * Operands of the instruction that a compressed one expands to: `sp` of `lw rd,imm(sp)` becomes a constant in
 * the place that lw calls rs1; of `add rd,rd,rs2` the first `rd` stays, the second is read into rs1 as well.
 */
function expand(encoding: Encoding, base: Row, args: string): Encoding {
  const fields = [...encoding.fields]
  const start = { ...encoding.start }
  const given = args.split(punctuation)
  for (const [i, operand] of base.args.split(punctuation).entries()) {
    const to = operands[operand]?.slot
    const text = given[i] ?? ''
    if (to === undefined || text === '') continue
    const from = operands[text]?.slot
    if (from === undefined) {
      start[to] = xNames.includes(text) ? xNames.indexOf(text) : Number(text)
    } else if (from !== to) {
      start[to] = start[from]
      const copies = encoding.fields.filter(field => field.slot === from)
      fields.push(...copies.map(field => ({ ...field, slot: to, copy: true })))
    }
  }
  return { ...encoding, fields, start }
}
