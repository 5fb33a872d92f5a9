/** The operand words of `args`: how they are written and read. */

import type { Operand as KitOperand } from '@guestscope/target-kit'
import { conditions } from '../conditions.ts'
import { coreNames, doubleNames, singleNames, specialNames } from '../registers.ts'
import { BitField, Data, Mem, Saturate, ShiftType } from './aux.ts'
import { negative } from './expand.ts'
import type { File, Insn, Operands, Thumb } from './row.ts'

type Operand = KitOperand<Thumb>

export const operands: Readonly<Record<string, Operand>> = {
  ...registers('r', 'r', coreNames),
  ...registers('s', 's', singleNames),
  ...registers('d', 'd', doubleNames),
  /** The register after sm. */
  smnext: {
    print: insn => singleNames[insn.rm + 1] ?? '?',
    parse: text => (singleNames.includes(text) ? {} : undefined),
  },
  word: {
    print: ({ word, size }) => `0x${word.toString(16).padStart(2 * size, '0')}`,
    parse: () => undefined,
  },
  scalard: scalar('rd'),
  scalarn: scalar('rn'),
  imm: { print: insn => String(insn.imm), parse: text => number(text, imm => ({ imm })) },
  uimm: { print: insn => String(insn.imm >>> 0), parse: text => number(text, imm => ({ imm: imm | 0 })) },
  /** Offset of an address, absent when it is +0. */
  off: {
    print: insn => (insn.imm || minusZero(insn) ? `#${offsetText(insn)}` : ''),
    parse: text => (text === '' ? { imm: 0 } : offsetOf(text)),
  },
  /** The same, always there. */
  offset: {
    print: insn => `#${offsetText(insn)}`,
    parse: text => offsetOf(text),
  },
  /** A negative offset without its sign. */
  below: {
    print: ({ imm }) => `#${-imm}`,
    parse: text => number(text.slice(1), imm => ({ imm: -imm })),
  },
  code: {
    print: ({ imm }) => `0x${imm.toString(16).padStart(4, '0')}`,
    parse: text => (/^0x[0-9a-f]{4}$/.test(text) ? { imm: Number(text) } : undefined),
  },
  target: {
    print: (insn, { pc }) => `0x${((pc + 4 + insn.imm) >>> 0).toString(16)}`,
    parse: (text, { pc }) => (/^0x[0-9a-f]+$/.test(text) ? { imm: (Number(text) - pc - 4) | 0 } : undefined),
  },
  /** Shift by an immediate. */
  shift: {
    print: ({ aux }) => {
      const [type, amount] = [(aux >> Data.type) & 7, (aux >> Data.amount) & 63]
      if (type === ShiftType.rrx) return 'rrx'
      return amount ? `${shiftNames[type]} #${amount}` : ''
    },
    parse: text => {
      if (text === '') return {}
      if (text === 'rrx') return { aux: (ShiftType.rrx << Data.type) | (1 << Data.amount) }
      const [name = '', amount = ''] = text.split(' #')
      const type = shiftNames.indexOf(name)
      return type < 0 ? undefined : number(amount, n => ({ aux: (type << Data.type) | (n << Data.amount) }))
    },
  },
  amount: inAux(Data.amount, 6),
  /** lsl of a register offset. */
  index: optional('lsl #', Mem.shift, 2),
  rotation: optional('ror #', 0, 5),
  lslpk: optional('lsl #', 0, 6),
  asrpk: optional('asr #', 0, 6),
  lsb: inAux(BitField.lsb, 5),
  width: inAux(BitField.widthMinus1, 5, 1),
  sat: inAux(Saturate.to, 6),
  satshift: {
    print: ({ aux }) => {
      const amount = (aux >> Saturate.amount) & 31
      return amount ? `${(aux >> Saturate.asr) & 1 ? 'asr' : 'lsl'} #${amount}` : ''
    },
    parse: text => {
      if (text === '') return {}
      const [name = '', amount = ''] = text.split(' #')
      const asr = ['lsl', 'asr'].indexOf(name)
      return asr < 0
        ? undefined
        : number(amount, n => ({ aux: (asr << Saturate.asr) | (n << Saturate.amount) }))
    },
  },
  list: {
    print: ({ imm }) => `{${coreNames.filter((_, n) => imm & (1 << n)).join(', ')}}`,
    parse: text => {
      const names = text.slice(1, -1).split(', ').filter(Boolean)
      if (names.some(name => !coreNames.includes(name))) return undefined
      return { imm: names.reduce((bits, name) => bits | (1 << coreNames.indexOf(name)), 0) }
    },
  },
  slist: vectors(singleNames, 1),
  dlist: vectors(doubleNames, 2),
  /** rn, with ! where it is written back. */
  rnwb: {
    slot: 'rn',
    print: ({ rn, aux }) => (coreNames[rn] ?? '?') + (aux & 1 ? '!' : ''),
    parse: text => {
      const rn = coreNames.indexOf(text.replace('!', ''))
      return rn < 0 ? undefined : { rn, aux: Number(text.endsWith('!')) }
    },
  },
  itcond: {
    print: ({ imm }) => conditions[imm >> 4] || (imm >> 4 === 14 ? 'al' : 'nv'),
    parse: text => {
      const cond = text === 'al' ? 14 : text === 'nv' ? 15 : conditions.indexOf(text)
      return cond < 0 ? undefined : { imm: cond << 4 }
    },
  },
  iflags: {
    print: ({ aux }) => flagTexts[aux & 3] ?? '',
    parse: text => (flagTexts.includes(text) ? { aux: flagTexts.indexOf(text) } : undefined),
  },
  special: {
    print: ({ imm }) => specialNames.get(imm) ?? `#${imm}`,
    parse: special,
  },
  /** The same with the mask of msr. */
  masked: {
    print: ({ imm, aux }) => {
      const name = specialNames.get(imm) ?? `#${imm}`
      return name + (maskTexts[aux & 3] ?? '')
    },
    parse: text => {
      const at = text.search(/_(nzcvqg?|g|none)$/)
      const mask = maskTexts.indexOf(at < 0 ? '' : text.slice(at))
      const of = special(at < 0 ? text : text.slice(0, at))
      return of && mask >= 0 ? { ...of, aux: mask } : undefined
    },
  },
  barrier: {
    print: ({ imm }) => (imm === 15 ? 'sy' : `#${imm}`),
    parse: text => (text === 'sy' ? { imm: 15 } : number(text.slice(1), imm => ({ imm }))),
  },
  f32: floating(
    imm => float.setInt32(0, imm),
    value => float.setFloat32(0, value),
    () => float.getFloat32(0),
  ),
  f64: floating(
    imm => float.setBigInt64(0, BigInt(imm) << 32n),
    value => float.setFloat64(0, value),
    () => float.getFloat64(0),
  ),
}

const shiftNames = ['lsl', 'lsr', 'asr', 'ror']
const flagTexts = ['none', 'f', 'i', 'if']
/** NZCVQ alone is how the register's name is meant without a mask. */
const maskTexts = ['_none', '_g', '', '_nzcvqg']
const float = new DataView(new ArrayBuffer(8))

function special(text: string): Partial<Operands> | undefined {
  if (text.startsWith('#')) return number(text.slice(1), imm => ({ imm }))
  for (const [imm, name] of specialNames) if (name === text) return { imm }
  return undefined
}

/** A constant, by way of `float`. */
function floating(put: (imm: number) => void, set: (value: number) => void, get: () => number): Operand {
  return {
    print: ({ imm }) => {
      put(imm)
      return `#${get()}`
    },
    parse: text => {
      set(Number(text.slice(1)))
      return { imm: float.getInt32(0) }
    },
  }
}

/** rd rn rm ra with another first letter for another file. */
function registers(letter: string, file: File, names: readonly string[]): Record<string, Operand> {
  return Object.fromEntries(
    (['rd', 'rn', 'rm', 'ra'] as const).map(slot => [
      letter + slot.charAt(1),
      {
        slot,
        file,
        print: insn => names[insn[slot]] ?? '?',
        parse: text => (names.includes(text) ? { [slot]: names.indexOf(text) } : undefined),
      } satisfies Operand,
    ]),
  )
}

/** A single register as half of a double: d3[1]. */
function scalar(slot: 'rd' | 'rn'): Operand {
  return {
    slot,
    file: 's',
    print: insn => `d${insn[slot] >> 1}[${insn[slot] & 1}]`,
    parse: text => {
      const [, d, x] = /^d(\d+)\[([01])\]$/.exec(text) ?? []
      return d === undefined ? undefined : { [slot]: 2 * Number(d) + Number(x) }
    },
  }
}

function number(text: string, make: (n: number) => Partial<Operands>): Partial<Operands> | undefined {
  return /^-?\d+$/.test(text) ? make(Number(text)) : undefined
}

/** A number in aux, less `plus`. */
function inAux(from: number, bits: number, plus = 0): Operand {
  return {
    print: ({ aux }) => String(((aux >> from) & (2 ** bits - 1)) + plus),
    parse: text => number(text, n => ({ aux: (n - plus) << from })),
  }
}

/** The same, absent when 0. */
function optional(before: string, from: number, bits: number): Operand {
  return {
    print: ({ aux }) => {
      const n = (aux >> from) & (2 ** bits - 1)
      return n ? before + n : ''
    },
    parse: text => {
      if (text === '') return {}
      return text.startsWith(before)
        ? number(text.slice(before.length), n => ({ aux: n << from }))
        : undefined
    },
  }
}

const minusZero = (insn: Insn): boolean => {
  const [run] = insn.row.letters.get('u') ?? []
  const below =
    insn.row.more.expand === negative.expand || (run !== undefined && !((insn.word >>> run.from) & 1))
  return insn.imm === 0 && below
}
const offsetText = (insn: Insn): string => (minusZero(insn) ? '-0' : String(insn.imm))

const offsetOf = (text: string): Partial<Operands> | undefined =>
  number(text.slice(1), imm => ({ imm: imm || 0 }))

/** Vector registers in a row. */
function vectors(names: readonly string[], each: 1 | 2): Operand {
  return {
    slot: 'rd',
    file: 's',
    print: ({ rd, imm }) => {
      const [first, last] = [names[rd / each] ?? '?', names[(rd + imm) / each - 1] ?? '?']
      return first === last ? `{${first}}` : `{${first}-${last}}`
    },
    parse: text => {
      const [first = '', last = first] = text.slice(1, -1).split('-')
      const [from, to] = [names.indexOf(first), names.indexOf(last)]
      if (from < 0 || to < from) return undefined
      const imm = (to - from + 1) * each
      return { rd: from * each, imm }
    },
  }
}
