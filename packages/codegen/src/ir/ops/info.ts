/** What the table says of an operation. */
import type { Opcode } from '../../wasm/asm/opcodes.ts'
import type { Type } from '../types.ts'

/**
 * A run-time value of the oracle: i32 is a signed number, i64 a signed bigint, f32 and f64 are numbers, v128 is an
 * unsigned bigint with lane 0 in its low bits.
 */
export type Val = number | bigint

/** An operation that is computed from its arguments alone. */
export interface NumericOp {
  readonly kind: 'numeric'
  readonly args: readonly Type[]
  readonly result: Type
  /** The instruction that does it; absent: `wasm/lower/vector.ts` says how. */
  readonly code: Opcode | undefined
  /** Its meaning, independent of the instruction. What `immediate` describes comes last. */
  readonly eval: (...args: never[]) => Val
  /** `Node.imm`: number of a lane below this, or 16 of them, a byte each, for a shuffle. */
  readonly immediate?: number | 'shuffle'
}

/** Operations that are not plain arithmetic. `effect`: what order must be kept. */
export interface SpecialOp {
  readonly kind: 'special'
  /** Number of arguments; -1 any. */
  readonly arity: number
  readonly value: boolean
  /** none: pure; read/write: state or memory; control: may leave the block. */
  readonly effect: 'none' | 'read' | 'write' | 'control'
  /** For the reader of the table. */
  readonly doc: string
}

export type OpInfo = NumericOp | SpecialOp

export const numeric = (
  args: readonly Type[],
  result: Type,
  code: Opcode | undefined,
  meaning: (...args: never[]) => Val,
  immediate?: number | 'shuffle',
): NumericOp => ({
  kind: 'numeric',
  args,
  result,
  code,
  eval: meaning,
  ...(immediate !== undefined && { immediate }),
})
