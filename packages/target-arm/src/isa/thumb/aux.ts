/**
 * Layout of `DecodedOperands.aux`: the decoder fills it in, the semantics read it. Numbers are bit numbers.
 */

/** Bits that every row has. */
export const Aux = {
  /** ITSTATE of this instruction, bits 31 … 24: the condition is in its bits 7 … 4. */
  itShift: 24,
  /** Last instruction of its IT block (a mask). */
  last: 0x800000,
  /** Two bits, both set if rd is r13: the low bits of what is written to it are cleared (B1.4.1). */
  rdSp: 21,
  /** The same for rn, where a base is written back. */
  rnSp: 19,
} as const

/** Data processing. */
export const Data = {
  /** N and Z (C, V) are written. */
  setFlags: 0,
  /** `.imm` logic: C becomes bit 31 of the immediate (a modified immediate that was rotated, A5.3.2). */
  immCarry: 1,
  /** `.shift`: type (3 bits, `ShiftType`) and amount (6 bits, 0 … 32, as DecodeImmShift gives it). */
  type: 1,
  amount: 4,
} as const

export const ShiftType = { lsl: 0, lsr: 1, asr: 2, ror: 3, rrx: 4 } as const

/** Loads and stores. */
export const Mem = {
  /** The address is base + offset (imm, signed); otherwise the base alone. */
  index: 0,
  /** Base + offset is written back. */
  wback: 1,
  /** `.reg`: left shift of the offset register (2 bits). */
  shift: 2,
} as const

/** Multiple loads and stores: the list is imm, bits 0 … 15. */
export const Multiple = { wback: 0 } as const

/** Bit fields: lsb and width - 1 (5 bits each). Saturation: see there. */
export const BitField = { lsb: 0, widthMinus1: 5 } as const

/** ssat, usat: `saturate` is 1 … 32 or 0 … 31 (6 bits); type 0 lsl, 1 asr; amount 0 … 31. The 16-bit ones: the first. */
export const Saturate = { to: 0, asr: 6, amount: 7 } as const

/** pkhbt (lsl), pkhtb (asr): amount 0 … 32 (6 bits). Extensions: rotation 0, 8, 16 or 24 (5 bits). */
export const Packing = { amount: 0 } as const

/** Multiplications of halves: take the upper half of rn, of rm. */
export const Halves = { n: 0, m: 1 } as const
/** smlad and its like: halves of rm exchanged. smmul and its like: rounded. */
export const Dual = { swap: 0 } as const
export const Round = { up: 0 } as const

/** msr: bits 1 … 0: mask (bit 1: NZCVQ, bit 0: GE). */
export const Msr = { ge: 0, nzcvq: 1 } as const
/** cps: which masks are meant, and whether they are set (CPSID). */
export const Cps = { faultmask: 0, primask: 1, disable: 2 } as const
