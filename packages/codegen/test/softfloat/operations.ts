/** The reference as the numbered operations of hardware.c, with the choices of x86. */

import type { FloatFormat, Rounding } from '../../src/float/soft/index.ts'
import {
  add,
  binary32,
  binary64,
  convertFormat,
  createEnv,
  div,
  fma,
  fromInt,
  integerIndefinite,
  mul,
  roundToIntegral,
  sqrt,
  sub,
  toInt,
} from '../../src/float/soft/index.ts'

/** Operation numbers of hardware.c; 16 more for single precision. */
export const NAMES: readonly string[] = [
  'add',
  'sub',
  'mul',
  'div',
  'sqrt',
  'fma',
  'toInt64',
  'toInt32',
  'fromInt64',
  'convert',
  'round',
]
/** Operand counts of the same. */
export const ARITIES: readonly number[] = [2, 2, 2, 2, 1, 3, 1, 1, 2, 1, 1]

export interface Answer {
  readonly bits: bigint
  readonly flags: number
}

/** The reference's answer, with the choices of x86. */
export function reference(op: number, rounding: Rounding, a: bigint, b: bigint, c: bigint): Answer {
  const format = op >= 16 ? binary32 : binary64
  const env = createEnv({ rounding, invalidInfTimesZeroPlusNaN: false })
  const bits = evaluate(op & 15, format, a, b, c)
  return { bits, flags: env.flags }

  function evaluate(index: number, from: FloatFormat, x: bigint, y: bigint, z: bigint): bigint {
    switch (index) {
      case 0:
        return add(env, from, x, y)
      case 1:
        return sub(env, from, x, y)
      case 2:
        return mul(env, from, x, y)
      case 3:
        return div(env, from, x, y)
      case 4:
        return sqrt(env, from, x)
      case 5:
        return fma(env, from, x, y, z)
      case 6:
        return toInt(env, from, x, true, 64, integerIndefinite)
      case 7:
        return toInt(env, from, x, true, 32, integerIndefinite)
      case 8:
        return fromInt(env, from, y, true, 64)
      case 9:
        return convertFormat(env, from, from === binary32 ? binary64 : binary32, x)
      default:
        return roundToIntegral(env, from, x)
    }
  }
}
