/** How operands are made out of letters that do not stand for themselves (Armv7-M ARM, A5.3.2, A7.4.2, A7.7 …). */

import { Aux, BitField, Data, Mem, Multiple, Packing, Saturate, ShiftType } from './aux.ts'
import type { Expand, More } from './row.ts'

const ror = (value: number, n: number): number => (n ? (value >>> n) | (value << (32 - n)) : value) | 0

/** ThumbExpandImm: i:imm3:imm8 → value. */
export function thumbExpandImm(imm12: number): number {
  const byte = imm12 & 0xff
  if (imm12 >>> 10) return ror(0x80 | (imm12 & 0x7f), imm12 >>> 7)
  return (byte * ([1, 0x10001, 0x1000100, 0x1010101][(imm12 >>> 8) & 3] ?? 0)) | 0
}

/** The first i:imm3:imm8 with this value, rotated or not as asked. */
function contract(value: number, rotated: boolean): number | undefined {
  for (let imm12 = rotated ? 0x400 : 0; imm12 < (rotated ? 0x1000 : 0x400); imm12++) {
    if (thumbExpandImm(imm12) === (value | 0)) return imm12
  }
  return undefined
}

const bit = (value: number, n: number, bits = 1): number => (value >>> n) & (2 ** bits - 1)

/** A modified immediate; rotated ones set the carry. */
const modifiedImm: Expand = {
  letters: 'i',
  decode: (get, o) => {
    o.imm = thumbExpandImm(get('i'))
    if (get('i') >>> 10) o.aux |= 1 << Data.immCarry
    return true
  },
  encode: o => {
    const carry = bit(o.aux, Data.immCarry)
    const i = (carry ? undefined : contract(o.imm, false)) ?? contract(o.imm, true)
    return i === undefined ? undefined : { i }
  },
}
export const modified: More = { expand: modifiedImm }

/** DecodeImmShift. */
export function decodeImmShift(type: number, imm5: number): { type: number; amount: number } {
  if (type === ShiftType.ror && !imm5) return { type: ShiftType.rrx, amount: 1 }
  const isRight = type === ShiftType.lsr || type === ShiftType.asr
  return { type, amount: imm5 || (isRight ? 32 : 0) }
}

/** Amount in `h`, type in `t` or constant. */
function immShift(constant?: number): Expand {
  return {
    letters: 'ht',
    decode: (get, o) => {
      const { type, amount } = decodeImmShift(constant ?? get('t'), get('h'))
      o.aux |= (type << Data.type) | (amount << Data.amount)
      return true
    },
    encode: o => {
      const [type, amount] = [bit(o.aux, Data.type, 3), bit(o.aux, Data.amount, 6)]
      if (constant !== undefined && type !== constant) return undefined
      return { h: type === ShiftType.rrx ? 0 : amount & 31, t: Math.min(type, ShiftType.ror) }
    },
  }
}
export const shifted: More = { expand: immShift() }
export const shiftedBy = (type: number): More => ({ expand: immShift(type), set: { aux: type << Data.type } })

/** An offset with its sign in `u`, or always negative. */
function signedOffset(scale: number, sign?: -1): Expand {
  return {
    letters: 'ui',
    decode: (get, o) => {
      const magnitude = get('i') * scale
      o.imm = (sign ?? (get('u') ? 1 : -1)) * magnitude || 0
      return true
    },
    encode: o => (o.imm % scale ? undefined : { u: Number(o.imm >= 0), i: Math.abs(o.imm) / scale }),
  }
}
export const offset: More = { expand: signedOffset(1) }
export const offset4: More = { expand: signedOffset(4) }
export const negative: More = { expand: signedOffset(1, -1) }

/** ldrex, strex: the offset in words. No sp; the status of strex must have a register of its own. */
const monitor = (store: boolean): Expand => ({
  letters: 'i',
  decode: (get, o) => {
    o.imm = 4 * get('i')
    return o.rd !== 13 && !(store && (o.rm === 13 || o.rd === o.rn || o.rd === o.rm))
  },
  encode: o => ({ i: o.imm >> 2 }),
})
export const loadExclusive: More = { expand: monitor(false) }
export const storeExclusive: More = { expand: monitor(true) }

/** B, BL: S:imm10:J1:J2:imm11, where I1 = NOT(J1 EOR S). */
const farTarget: Expand = {
  letters: 'i',
  decode: (get, o) => {
    const i = get('i')
    const flip = bit(i, 23) ? 0 : 3 << 11
    // Letters in the order of the word: S, imm10, J1, J2, imm11.
    const raw = i ^ flip
    const value = (bit(raw, 23) << 24) | (bit(raw, 12) << 23) | (bit(raw, 11) << 22)
    o.imm = ((value | (bit(raw, 13, 10) << 12) | (bit(raw, 0, 11) << 1)) << 7) >> 7
    return true
  },
  encode: ({ imm }) => {
    if (imm & 1 || imm !== (imm << 7) >> 7) return undefined
    const raw = (bit(imm, 24) << 23) | (bit(imm, 23) << 12) | (bit(imm, 22) << 11)
    const i = raw | (bit(imm, 12, 10) << 13) | bit(imm, 1, 11)
    return { i: i ^ (bit(imm, 24) ? 0 : 3 << 11) }
  },
}
export const far: More = { expand: farTarget }

/** sbfx, ubfx: `v` is the width - 1; bfi, bfc: the msb. A field that ends outside or below its start is no field. */
function bitField(isMsb: boolean): Expand {
  return {
    letters: 'lv',
    decode: (get, o) => {
      const [lsb, v] = [get('l'), get('v')]
      const width = isMsb ? v - lsb : v
      o.aux |= (lsb << BitField.lsb) | ((width & 31) << BitField.widthMinus1)
      return width >= 0 && lsb + width < 32
    },
    encode: o => {
      const [l, width] = [bit(o.aux, BitField.lsb, 5), bit(o.aux, BitField.widthMinus1, 5)]
      return { l, v: isMsb ? l + width : width }
    },
  }
}
export const extract: More = { expand: bitField(false) }
export const insert: More = { expand: bitField(true) }

/** ssat, usat: `l` the shift's amount, `t` ASR, `v` saturate to; ASR by 0 is the 16-bit form. */
function saturation(from: number): Expand {
  return {
    letters: 'ltv',
    decode: (get, o) => {
      o.aux |= (get('v') + from) << Saturate.to
      o.aux |= (get('t') << Saturate.asr) | (get('l') << Saturate.amount)
      return get('t') === 0 || get('l') !== 0
    },
    encode: o => ({
      v: bit(o.aux, Saturate.to, 6) - from,
      t: bit(o.aux, Saturate.asr),
      l: bit(o.aux, Saturate.amount, 5),
    }),
  }
}
export const signedSaturation: More = { expand: saturation(1) }
export const unsignedSaturation: More = { expand: saturation(0) }

/** Rotation of a register to be extended, in bytes. */
const rotation: Expand = {
  letters: 'v',
  decode: (get, o) => {
    o.aux |= (8 * get('v')) << Packing.amount
    return true
  },
  encode: o => ({ v: bit(o.aux, Packing.amount, 5) >> 3 }),
}
export const rotated: More = { expand: rotation }

/** Amount in `h` without type: pkhbt by 0 … 31, pkhtb by 1 … 32. */
const packing = (right: boolean): Expand => ({
  letters: 'h',
  decode: (get, o) => {
    o.aux |= (get('h') || (right ? 32 : 0)) << Packing.amount
    return true
  },
  encode: o => ({ h: bit(o.aux, Packing.amount, 6) & 31 }),
})
export const packLeft: More = { expand: packing(false) }
export const packRight: More = { expand: packing(true) }

const count = (list: number): number => {
  let n = 0
  for (let rest = list; rest; rest &= rest - 1) n++
  return n
}

/** Lists of registers in `i`, write-back in `w` (absent: see `sixteen`). Fewer than `min` registers are undefined. */
interface List {
  readonly min: number
  /** Always in the list. */
  readonly always?: number
  /** The bit of `i` that is lr; those below are the registers from r0 on. */
  readonly lr?: number
  readonly writeBack: 'w' | 'always' | 'unlessListed'
}

function registerList({ min, always = 0, lr, writeBack }: List): Expand {
  const low = lr === undefined ? 0xffff : 2 ** lr - 1
  return {
    letters: 'iw',
    decode: (get, o) => {
      const i = get('i')
      o.imm = (i & low) | (lr === undefined ? 0 : bit(i, lr) << 14) | always
      const listed = (o.imm >>> o.rn) & 1
      const wback = writeBack === 'w' ? get('w') : writeBack === 'always' || !listed ? 1 : 0
      o.aux |= wback << Multiple.wback
      if (wback && o.rn === 13) o.aux |= 3 << Aux.rnSp
      return count(o.imm) >= min && !(writeBack === 'w' && wback && listed)
    },
    encode: o => {
      const free = o.imm & ~always
      const i = lr === undefined ? free : (free & low) | (bit(free, 14) << lr)
      return { i, w: bit(o.aux, Multiple.wback) }
    },
  }
}
export const list = (options: List): More => ({ expand: registerList(options) })

/** VFPExpandImm; the high word of doubles. */
function floatImm(exponentBits: number, fractionBits: number): Expand {
  const expandImm = (i: number): number => {
    const ones = bit(i, 6) ? 2 ** (exponentBits - 3) - 1 : 0
    const exponent = ((1 - bit(i, 6)) << (exponentBits - 1)) | (ones << 2) | bit(i, 4, 2)
    return (bit(i, 7) << 31) | (exponent << fractionBits) | (bit(i, 0, 4) << (fractionBits - 4)) | 0
  }
  return {
    letters: 'i',
    decode: (get, o) => {
      o.imm = expandImm(get('i'))
      return true
    },
    encode: o => {
      for (let i = 0; i < 256; i++) if (expandImm(i) === (o.imm | 0)) return { i }
      return undefined
    },
  }
}
export const floatImm32: More = { expand: floatImm(8, 23) }
export const floatImm64: More = { expand: floatImm(11, 20) }

/** Fixed-point conversions: imm4:i is the size less the fraction bits; the letters stand as i, imm4. */
export const fraction = (size: number): More => ({
  expand: {
    letters: 'i',
    decode: (get, o) => {
      o.imm = size - ((get('i') & 15) * 2 + bit(get('i'), 4))
      return o.imm >= 0
    },
    encode: o => ({ i: ((size - o.imm) >> 1) | (((size - o.imm) & 1) << 4) }),
  },
  copy: { rm: 'rd' },
})

/** Place of imm8 of vldm and vstm in aux. */
export const vectorBytes = 6

/** Two single registers in a row. */
export const pair: More = {
  expand: {
    letters: 'mM',
    decode: (get, o) => {
      o.rm = 2 * get('m') + get('M')
      return o.rm < 31
    },
    encode: o => ({ m: o.rm >> 1, M: o.rm & 1 }),
  },
}

/** vldm, vstm: registers from `d` (and `D`) on. Doubles: the lowest bit of imm8 is fixed. */
export function vectorList(kind: 'single' | 'even' | 'odd', writeBack: boolean): More {
  const double = kind !== 'single'
  return {
    expand: {
      letters: 'idD',
      decode: (get, o) => {
        const imm8 = double ? 2 * get('i') + Number(kind === 'odd') : get('i')
        o.rd = 2 * get('d') + get('D')
        o.imm = double ? imm8 & ~1 : imm8
        o.aux |= (imm8 << vectorBytes) | (double ? 2 : 0) | (writeBack ? 1 << Multiple.wback : 0)
        return o.imm > 0 && o.rd + o.imm <= 32
      },
      encode: o => ({ i: double ? o.imm >> 1 : o.imm, d: o.rd >> 1, D: o.rd & 1 }),
    },
  }
}

/** Write-back and index of loads and stores as constants. */
export const indexed: More = { set: { aux: 1 << Mem.index } }
export const preIndexed: More = { set: { aux: (1 << Mem.index) | (1 << Mem.wback) }, wback: true }
export const postIndexed: More = { set: { aux: 1 << Mem.wback }, wback: true }
