/** Chapter "D" Extension for Double-Precision Floating-Point. */
import type { Semantics } from '@guestscope/core'
import { type Xlen, xType } from './common.ts'
import { double } from './float.ts'
import { floatArithmetic } from './float-arithmetic.ts'
import { doubleMoves } from './float-convert.ts'

export const doubleFloat = (xlen: Xlen): readonly Semantics[] => [
  ...floatArithmetic(double, xType(xlen)),
  ...doubleMoves(xlen),
]
