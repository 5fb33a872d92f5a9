/** What letters and names mean. */
import type { Language } from '@guestscope/target-kit'
import { operands, orderings } from './operands.ts'
import type { Riscv } from './row.ts'

/** Three bits are too few for all registers. */
const or = (bits: number): number => (bits === 3 ? 8 : 0)

/** The instruction set as the kit knows it. */
export const language: Language<Riscv> = {
  slots: ['rd', 'rs1', 'rs2', 'rs3', 'imm', 'aux'],
  registers: ['rd', 'rs1', 'rs2', 'rs3'],
  file: 'x',
  letters: {
    d: { slot: 'rd', or },
    s: { slot: 'rs1', or },
    t: { slot: 'rs2', or },
    r: { slot: 'rs3', or },
    i: { slot: 'imm' },
    c: { slot: 'imm' },
    m: { slot: 'aux' },
    a: { slot: 'aux' },
    u: { slot: 'aux' },
    p: { slot: 'aux', to: 4 },
    q: { slot: 'aux' },
  },
  operands,
  separator: ',',
  unit: 2,
  first: 'low',
  lengthOf,
  nameOf: ({ row, aux }) => row.name + (isOrdered(row.bits) ? (orderings[aux] ?? '') : ''),
  namesOf: ({ name, bits }) =>
    isOrdered(bits) ? orderings.map((order, aux) => ({ name: name + order, operands: { aux } })) : [{ name }],
  // Reserved rounding modes decode, and are illegal.
  plausible: ({ row, aux }) => !(/\brm/.test(row.args) && (aux === 5 || aux === 6)),
}

const isOrdered = (bits: string): boolean => bits.includes('a')

/** Size of the instruction that starts with these 16 bits; longer formats than 32 bits are not in use. */
export function lengthOf(low16: number): 2 | 4 {
  return (low16 & 3) === 3 ? 4 : 2
}
