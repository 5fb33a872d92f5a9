/** The operand names of `args`: the value's place in a decoded instruction, how it is written and read. */

import type { Operand as KitOperand } from '@guestscope/target-kit'
import { csrNames, csrNumbers } from './csr-names.ts'
import { fNames, xNames } from './names.ts'
import type { File, Place, RegSlot, Riscv, Slot } from './row.ts'

/** One slot's text. */
interface Operand {
  readonly slot: Slot
  readonly file?: File
  /** Text of the slot's value; '' (and no comma before it) for a default that is not written. */
  print(value: number, place: Place): string
  /** The value, or its part of the slot; undefined: not such an operand. */
  parse(text: string, place: Place): number | undefined
}

const roundingModes = ['rne', 'rtz', 'rdn', 'rup', 'rmm', 'rm5', 'rm6', 'dyn']

const own: Readonly<Record<string, Operand>> = {
  rd: named('rd', xNames, 'x'),
  rs1: named('rs1', xNames, 'x'),
  rs2: named('rs2', xNames, 'x'),
  rs3: named('rs3', xNames, 'x'),
  fd: named('rd', fNames, 'f'),
  fs1: named('rs1', fNames, 'f'),
  fs2: named('rs2', fNames, 'f'),
  fs3: named('rs3', fNames, 'f'),
  imm: { slot: 'imm', print: String, parse: decimal },
  uimm: { slot: 'aux', print: String, parse: decimal },
  shamt: { slot: 'imm', print: hex, parse: unhex },
  upper: {
    slot: 'imm',
    print: value => hex(value >>> 12),
    parse: text => {
      const value = unhex(text)
      return value !== undefined && value <= 0xfffff ? value << 12 : undefined
    },
  },
  target: {
    slot: 'imm',
    print: (value, { pc, xlen }) => `0x${BigInt.asUintN(xlen, pc + BigInt(value)).toString(16)}`,
    parse: (text, { pc, xlen }) => {
      if (!isHex.test(text)) return undefined
      return Number(BigInt.asIntN(xlen, BigInt(text) - pc))
    },
  },
  csr: {
    slot: 'imm',
    print: value => csrNames.get(value) ?? hex(value),
    parse: text => csrNumbers.get(text) ?? unhex(text),
  },
  rm: rounding(7),
  rmExact: rounding(0),
  pred: { slot: 'aux', print: value => accesses(value >> 4), parse: text => accessBits(text, 4) },
  succ: { slot: 'aux', print: value => accesses(value), parse: text => accessBits(text, 0) },
}

const registers: readonly Slot[] = ['rd', 'rs1', 'rs2', 'rs3']

/** The same for the kit, which lets an operand stand for several slots. */
const slotted: Readonly<Record<string, KitOperand<Riscv>>> = Object.fromEntries(
  Object.entries(own).map(([word, { slot, file, print, parse }]) => [
    word,
    {
      ...(registers.includes(slot) ? { slot: slot as RegSlot, file: file ?? 'x' } : {}),
      print: (insn, place) => print(insn[slot], place),
      parse: (text, place) => {
        const value = parse(text, place)
        return value === undefined ? undefined : { [slot]: value }
      },
    },
  ]),
)

/** All of them, and the code of what is no instruction. */
export const operands: Readonly<Record<string, KitOperand<Riscv>>> = {
  ...slotted,
  word: {
    print: ({ word, size }) => `0x${word.toString(16).padStart(2 * size, '0')}`,
    parse: () => undefined,
  },
}

/** The slot that a word of `args` stands for. */
export const slotOf = (word: string): Slot | undefined => own[word]?.slot

/** The end of an atomic instruction's name, by `aux`. */
export const orderings: readonly string[] = ['', '.rl', '.aq', '.aqrl']

function named(slot: RegSlot, names: readonly string[], file: File): Operand {
  return { slot, file, print: value => names[value] ?? '?', parse: text => indexIn(names, text) }
}

function rounding(unwritten: number): Operand {
  return {
    slot: 'aux',
    print: value => (value === unwritten ? '' : (roundingModes[value] ?? '?')),
    parse: text => (text === '' ? unwritten : indexIn(roundingModes, text)),
  }
}

function indexIn(names: readonly string[], text: string): number | undefined {
  const index = names.indexOf(text)
  return index < 0 ? undefined : index
}

const isHex = /^0x[0-9a-f]+$/

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

function unhex(text: string): number | undefined {
  return isHex.test(text) ? Number(text) : undefined
}

function decimal(text: string): number | undefined {
  return /^-?\d+$/.test(text) ? Number(text) : undefined
}

/** Fence sets are subsets of the letters, the highest bit first; GNU as has 0 for the empty one. */
const accessLetters = 'iorw'

function accesses(bits: number): string {
  return [...accessLetters].filter((_, i) => bits & (8 >> i)).join('') || '0'
}

function accessBits(text: string, shift: number): number | undefined {
  for (let bits = 0; bits < 16; bits++) if (accesses(bits) === text) return bits << shift
  return undefined
}
