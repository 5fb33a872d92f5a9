/** What letters and names mean. */
import type { Insn as KitInsn, Language, Letter } from '@guestscope/target-kit'
import { specialNames } from '../registers.ts'
import { Aux, Data, Mem } from './aux.ts'
import { nameOf, namesOf } from './names.ts'
import { operands } from './operands.ts'
import type { Row, Thumb } from './row.ts'

const letters: Readonly<Record<string, Letter<Thumb>>> = {
  d: { slot: 'rd', above: 'D' },
  n: { slot: 'rn', above: 'N' },
  m: { slot: 'rm', above: 'M' },
  a: { slot: 'ra' },
  D: { slot: 'rd' },
  N: { slot: 'rn' },
  M: { slot: 'rm' },
  q: { slot: 'rm', repeats: 'm' },
  i: { slot: 'imm' },
  s: { slot: 'aux', to: Data.setFlags },
  x: { slot: 'aux', to: 0 },
  y: { slot: 'aux', to: 1 },
  z: { slot: 'aux', to: 2 },
  c: { slot: 'aux' },
  k: { slot: 'aux' },
  j: { slot: 'aux', to: Mem.shift },
}

/** Moves to and from special registers. */
const isSpecial = /^m[rs][rs]$/

/** The instruction set as the kit knows it. */
export const language: Language<Thumb> = {
  slots: ['rd', 'rn', 'rm', 'ra', 'imm', 'aux', 'it'],
  registers: ['rd', 'rn', 'rm', 'ra'],
  file: 'r',
  letters,
  operands,
  separator: ', ',
  unit: 2,
  first: 'high',
  lengthOf,
  exclude: withoutPc,
  finish,
  nameOf,
  namesOf,
  plausible: ({ sem, imm }) => !isSpecial.test(sem) || specialNames.has(imm),
}

/** Size of the instruction that starts with this halfword (A5.1). */
export function lengthOf(first: number): 2 | 4 {
  return first >>> 11 >= 0b11101 ? 4 : 2
}

const core = [
  ['d', 'rd'],
  ['n', 'rn'],
  ['m', 'rm'],
  ['a', 'ra'],
] as const

/** r15 in the letters of a core register is another row, or undefined. */
function withoutPc({ bits, regs }: Pick<Row, 'bits' | 'regs'>): Readonly<Record<string, readonly number[]>> {
  const wide = core.filter(([letter, slot]) => regs[slot] === 'r' && bits.split(letter).length > 4)
  return Object.fromEntries(wide.map(([letter]) => [letter, [15]]))
}

/** What follows from the operands: flags, the stack pointer, the form without a shift. */
function finish(insn: { -readonly [K in keyof KitInsn<Thumb>]: KitInsn<Thumb>[K] }): void {
  const { more, regs, sem } = insn.row
  if (more.setsOutsideIt) insn.aux |= 1 << Data.setFlags
  if (regs.rd === 'r' && insn.rd === 13 && !more.source) insn.aux |= 3 << Aux.rdSp
  if (more.wback && insn.rn === 13) insn.aux |= 3 << Aux.rnSp
  const amount = (insn.aux >>> Data.amount) & 0x3f
  if (amount === 0 && sem.endsWith('.shift')) insn.sem = sem.replace('.shift', '.reg')
}
