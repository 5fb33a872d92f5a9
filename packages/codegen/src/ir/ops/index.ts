/**
 * The table of IR operations. Builder, verifier, text form, oracle and the lowering to WebAssembly are all derived
 * from it: an operation is known to all of them or to none.
 */
import { type FloatOp, floatOps } from './float.ts'
import type { NumericOp, OpInfo } from './info.ts'
import { type IntegerOp, integerOps } from './integer.ts'
import { specialOps } from './special.ts'
import { type LaneOp, type VectorOp, vectorOps } from './vector.ts'

export type { FloatBinary, FloatCompare, FloatUnary } from './float.ts'
export type { NumericOp, OpInfo, SpecialOp, Val } from './info.ts'
export type { IntegerBinary, IntegerCompare, IntegerUnary } from './integer.ts'
export type { LaneOp, Shape, VectorOp } from './vector.ts'

/** Names of the numeric operations without an immediate. */
export type OpName = IntegerOp | FloatOp | VectorOp
/** Names of all numeric operations. */
export type NumericName = OpName | LaneOp

const ops: Record<string, OpInfo> = { ...integerOps, ...floatOps, ...specialOps }
let complete = false

/** The operations on vectors are hundreds, and most guests use none: they are made when the first one is looked for. */
function complement(): void {
  if (!complete) Object.assign(ops, vectorOps())
  complete = true
}

/** Every operation by name. */
export function opTable(): Readonly<Record<string, OpInfo>> {
  complement()
  return ops
}

/** Looks an operation up; throws for a name that is not in the table. */
export function opInfo(name: string): OpInfo {
  const info = ops[name]
  if (info) return info
  if (complete) throw new Error(`IR: unknown operation ${name}`)
  complement()
  return opInfo(name)
}

/** The same for a numeric operation. */
export const numericOp = (name: NumericName): NumericOp => opInfo(name) as NumericOp
