/** Chapter "F" Extension for Single-Precision Floating-Point. */
import type { Semantics } from '@guestscope/core'
import { type Xlen, xType } from './common.ts'
import { single } from './float.ts'
import { floatArithmetic } from './float-arithmetic.ts'
import { singleMoves } from './float-convert.ts'

export const singleFloat = (xlen: Xlen): readonly Semantics[] => [
  ...floatArithmetic(single, xType(xlen)),
  ...singleMoves(xlen),
]
