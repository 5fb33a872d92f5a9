/** Nodes on floating-point values that the algorithms here are made of. */
import type { Builder } from '../../ir/builder.ts'
import type { Node, Type } from '../../ir/types.ts'
import { bitsOf, finite, type NativeFormat, normal } from './format.ts'

export const zero = (b: Builder, x: Node): Node => b.op(`${x.type}.eq`, x, b.const(x.type as Type, 0))
export const differs = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.ne`, x, y)
export const minus = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.sub`, x, y)
export const plus = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.add`, x, y)
export const times = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.mul`, x, y)
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
