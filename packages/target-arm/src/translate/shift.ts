/** Shifts with carry out (Armv7-M ARM, A7.4.2: Shift_C). Amounts of immediates are 0 … 32, of registers 0 … 255. */
import { type Builder, type IrFunction, irFunction, type Node } from '@guestscope/codegen'
import { Data, ShiftType } from '../isa/thumb/aux.ts'
import { S } from '../state.ts'
import type { Ctx } from './context.ts'
import { getC } from './flags.ts'

export interface Shifted {
  readonly value: Node
  /** Undefined: C stays as it is. */
  readonly carry: Node | undefined
}

const bit = (b: Builder, value: Node, n: number): Node => b.and(b.shrU(value, b.i32(n)), b.i32(1))

/** Type and amount are known. */
function known(b: Builder, value: Node, type: number, amount: number): Shifted {
  if (type === ShiftType.rrx) {
    const top = b.shl(getC(b), b.i32(31))
    return { value: b.or(b.shrU(value, b.i32(1)), top), carry: bit(b, value, 0) }
  }
  if (amount === 0) return { value, carry: undefined }
  const n = b.i32(amount)
  switch (type) {
    case ShiftType.lsl:
      return { value: amount < 32 ? b.shl(value, n) : b.i32(0), carry: bit(b, value, 32 - amount) }
    case ShiftType.lsr:
      return { value: amount < 32 ? b.shrU(value, n) : b.i32(0), carry: bit(b, value, amount - 1) }
    case ShiftType.asr:
      return { value: b.shrS(value, b.i32(Math.min(amount, 31))), carry: bit(b, value, amount - 1) }
    default:
      return { value: b.op('i32.rotr', value, n), carry: bit(b, value, (amount - 1) & 31) }
  }
}

/**
 * By an amount 0 … 255 known at run time only. Below 32 a shift in 64 bits leaves the last bit that goes out beside
 * the result; above, everything has gone.
 */
function variable(b: Builder, value: Node, type: number, amount: Node): { value: Node; carry: Node } {
  const keep = (carry: Node): Node => b.select(amount, carry, getC(b))
  if (type === ShiftType.ror) {
    const result = b.op('i32.rotr', value, amount)
    return { value: result, carry: keep(b.shrU(result, b.i32(31))) }
  }
  // 33 and more give what 33 gives: zeros or copies of the sign, also for the carry.
  const capped = b.select(b.cmp('lt_u', amount, b.i32(33)), amount, b.i32(33))
  const n = b.resize(capped, 'i64', true)
  if (type === ShiftType.lsl) {
    const wide = b.shl(b.resize(value, 'i64', true), n)
    const out = b.resize(b.shrU(wide, b.i64(32)), 'i32')
    return { value: b.resize(wide, 'i32'), carry: keep(b.and(out, b.i32(1))) }
  }
  // One bit lower there is room for the carry.
  const wide = b.shl(b.resize(value, 'i64', type !== ShiftType.asr), b.i64(1))
  const shifted = type === ShiftType.asr ? b.shrS(wide, n) : b.shrU(wide, n)
  const carry = b.and(b.resize(shifted, 'i32'), b.i32(1))
  return { value: b.resize(b.shrU(shifted, b.i64(1)), 'i32'), carry: keep(carry) }
}

/** (cpu, value, type, amount) → shifted value; the carry is in `S.scratch`. For T0. */
export const shiftFunction: IrFunction = irFunction('arm.shift', ['i32', 'i32', 'i32'], 'i32', b => {
  const [value, type, amount] = [b.vget(0), b.vget(1), b.vget(2)] as const
  const is = (t: number, then: () => { value: Node; carry: Node }): void =>
    b.if(b.eq(type, b.i32(t)), () => {
      const { value, carry } = then()
      b.set(S.scratch, carry)
      b.return(value)
    })
  for (const t of [ShiftType.lsl, ShiftType.lsr, ShiftType.asr, ShiftType.ror])
    is(t, () => variable(b, value, t, amount))
  const top = b.shl(getC(b), b.i32(31))
  b.set(S.scratch, b.and(value, b.i32(1)))
  b.return(b.or(b.shrU(value, b.i32(1)), top))
})

/** rm shifted as aux says. */
export function shiftedRm(x: Ctx): Shifted {
  const { b } = x
  const [type, amount] = [x.aux(Data.type, 3), x.aux(Data.amount, 6)]
  if (type.op === 'const' && amount.op === 'const')
    return known(b, x.rm, Number(type.imm), Number(amount.imm))
  const value = b.call(shiftFunction, x.rm, type, amount)
  return { value, carry: b.get(S.scratch, 'i32') }
}

/** rn shifted by the low byte of rm. */
export function shiftedByRegister(x: Ctx, type: number): Shifted {
  return variable(x.b, x.rn, type, x.b.and(x.rm, x.b.i32(0xff)))
}
