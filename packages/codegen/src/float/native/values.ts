/** Nodes on floating-point values that the algorithms here are made of. */
import type { Builder } from '../../ir/builder.ts'
import type { FloatBinary, FloatCompare } from '../../ir/ops/index.ts'
import type { Node } from '../../ir/types.ts'
import { bitsOf, finite, type NativeFormat, normal } from './format.ts'

const typeOf = (x: Node): 'f32' | 'f64' => x.type as 'f32' | 'f64'
const op = (b: Builder, name: FloatBinary | FloatCompare, x: Node, y: Node): Node =>
  b.op(`${typeOf(x)}.${name}`, x, y)

export const zero = (b: Builder, x: Node): Node => op(b, 'eq', x, b.const(typeOf(x), 0))
export const differs = (b: Builder, x: Node, y: Node): Node => op(b, 'ne', x, y)
export const minus = (b: Builder, x: Node, y: Node): Node => op(b, 'sub', x, y)
export const plus = (b: Builder, x: Node, y: Node): Node => op(b, 'add', x, y)
export const times = (b: Builder, x: Node, y: Node): Node => op(b, 'mul', x, y)
export const finiteValue = (f: NativeFormat, b: Builder, r: Node): Node => finite(f, b, bitsOf(f, b, r))
export const normalValue = (f: NativeFormat, b: Builder, r: Node): Node => normal(f, b, bitsOf(f, b, r))
export const magnitude = (b: Builder, x: Node): Node => b.op('f64.abs', x)
/** |x| >= 2^-1022 */
export const notTiny = (b: Builder, x: Node): Node =>
  b.op('f64.ge', magnitude(b, x), b.const('f64', 2 ** -1022))

/** A sum is exact if both operands come back; tiny sums always are. */
export const sumInexact = (b: Builder, x: Node, y: Node, r: Node): Node =>
  b.or(differs(b, minus(b, r, x), y), differs(b, minus(b, r, y), x))
export const raw = (b: Builder, x: Node): Node => b.op('i64.bits', x)
