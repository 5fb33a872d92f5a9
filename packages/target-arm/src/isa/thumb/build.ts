/** From the data of a row to all that follows from it: mask, match, operand fields. */

import { Data, Mem } from '../../translate/aux.ts'
import { operands } from './operands.ts'
import type { Extension, Field, More, Operands, RegFile, RegSlot, Row, RowData, Run, Slot } from './row.ts'

/** Letters with a plain meaning: the operand, and the place of their lowest bit. */
const plain: Readonly<Record<string, { slot: Slot; to: number }>> = {
  d: { slot: 'rd', to: 0 },
  n: { slot: 'rn', to: 0 },
  m: { slot: 'rm', to: 0 },
  a: { slot: 'ra', to: 0 },
  D: { slot: 'rd', to: 0 },
  N: { slot: 'rn', to: 0 },
  M: { slot: 'rm', to: 0 },
  s: { slot: 'aux', to: Data.setFlags },
  x: { slot: 'aux', to: 0 },
  y: { slot: 'aux', to: 1 },
  z: { slot: 'aux', to: 2 },
  c: { slot: 'aux', to: 0 },
  k: { slot: 'aux', to: 0 },
  j: { slot: 'aux', to: Mem.shift },
}
/** The letter of a single register's lowest bit, below the others. */
const lowest: Readonly<Record<string, string>> = { d: 'D', n: 'N', m: 'M' }

/** Rows of one extension. */
export function extension(ext: Extension, data: readonly RowData[]): readonly Row[] {
  return data.map(([name, bits, args, sem, more = {}]) => makeRow(ext, name, bits, args, sem, more))
}

function makeRow(ext: Extension, name: string, bits: string, args: string, sem: string, more: More): Row {
  const { size, mask, match, letters } = parseBits(name, bits)
  const immediate = more.imm === undefined ? undefined : bitList(more.imm)
  const fields = [...letters].flatMap(([letter, runs]): readonly Field[] => {
    if (more.expand?.letters.includes(letter) || letter === 'q') return []
    if (letter === 'i') return immediateFields(name, runs, immediate)
    const meaning = plain[letter]
    if (meaning === undefined) throw new Error(`${name}: letter ${letter} in ${bits} has no meaning`)
    const up = letters.has(lowest[letter] ?? '') ? 1 : 0
    return runs.map(run => ({
      slot: meaning.slot,
      from: run.from,
      mask: run.mask,
      to: run.to + meaning.to + up,
    }))
  })
  const start: Operands = { rd: 0, rn: 0, rm: 0, ra: 0, imm: 0, aux: 0, ...more.set }
  const top = Math.max(...fields.filter(f => f.slot === 'imm').map(f => f.to + 31 - Math.clz32(f.mask)))
  const signShift = more.signed ? 31 - top : 0
  const setsOutsideIt = size === 2 && name.includes('{s}')
  return {
    ...{ name, bits, args, sem, ext, more, size, mask, match, letters, fields, start, signShift },
    ...{ regs: regsOf(args, more), setsOutsideIt },
  }
}

function parseBits(name: string, bits: string): Pick<Row, 'size' | 'mask' | 'match' | 'letters'> {
  const compact = bits.replaceAll(' ', '')
  const width = compact.length
  if (width !== 16 && width !== 32) throw new Error(`${name}: ${width} bits`)
  let mask = 0
  let match = 0
  const letters = new Map<string, Run[]>()
  // From the lowest bit up, so that `to` of each run is known.
  for (const run of [...compact.matchAll(/[01]|-+|([a-zA-Z])\1*/g)].reverse()) {
    const text = run[0]
    const letter = text.charAt(0)
    const from = width - run.index - text.length
    if (letter === '0' || letter === '1') {
      mask |= 1 << from
      match |= Number(letter) << from
    } else if (letter !== '-') {
      const runs = letters.get(letter) ?? []
      const to = runs.reduce((sum, r) => sum + 32 - Math.clz32(r.mask), 0)
      letters.set(letter, [...runs, { from, mask: (1 << text.length) - 1, to }])
    }
  }
  return { size: width === 16 ? 2 : 4, mask, match, letters }
}

/** '12|10:5' → 12, 10, 9, 8, 7, 6, 5 */
function bitList(list: string): number[] {
  return list.split('|').flatMap(part => {
    const [high = 0, low = high] = part.split(':').map(Number)
    return Array.from({ length: high - low + 1 }, (_, i) => high - i)
  })
}

/** Without a list the letters are the value; with one, a field per bit. */
function immediateFields(name: string, runs: readonly Run[], list: readonly number[] | undefined): Field[] {
  if (list === undefined) return runs.map(run => ({ ...run, slot: 'imm' }))
  const width = runs.reduce((sum, r) => sum + 32 - Math.clz32(r.mask), 0)
  if (width !== list.length) throw new Error(`${name}: ${width} letters i for ${list.length} bits`)
  return runs.flatMap(run =>
    Array.from({ length: 32 - Math.clz32(run.mask) }, (_, bit) => ({
      slot: 'imm' as const,
      from: run.from + bit,
      mask: 1,
      to: list[list.length - 1 - run.to - bit] ?? 0,
    })),
  )
}

/** The operand words of `args`. */
export const words = (args: string): readonly string[] => args.match(/[a-zA-Z_]\w*/g) ?? []

function regsOf(args: string, more: More): Row['regs'] {
  const regs: Record<RegSlot, RegFile> = { rd: null, rn: null, rm: null, ra: null }
  for (const word of words(args)) {
    const operand = operands[word]
    if (operand?.slot) regs[operand.slot] = operand.file ?? 'r'
  }
  for (const slot of ['rd', 'rn', 'rm', 'ra'] as const) {
    if (more.set?.[slot] !== undefined) regs[slot] ??= 'r'
    const copied = more.copy?.[slot]
    if (copied) regs[slot] ??= regs[copied]
  }
  return regs
}
