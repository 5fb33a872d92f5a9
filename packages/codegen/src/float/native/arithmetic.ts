/**
 * Arithmetic that rounds to nearest even, with the machine's own operations, and whether the result was inexact: the
 * tests of `test/softfloat/fast.ts` (where they are explained) as IR.
 */
import type { Builder } from '../../ir/builder.ts'
import type { FloatBinary, FloatUnary } from '../../ir/ops/index.ts'
import type { Node } from '../../ir/types.ts'
import { double, floatOf, type NativeFormat, single, widen } from './format.ts'
import { differs, finiteValue, normalValue, notTiny, raw, sumInexact, times, zero } from './values.ts'

/** What to do with a result that is right: its value, and 1 if it is inexact. Raises nothing else. Does not come back. */
export type Done = (value: Node, inexact: Node) => void

/** An operation on values x and y (absent for sqrt) with the native result r. */
type Test = (b: Builder, x: Node, y: Node, r: Node) => Node

/** How to find the flags of one operation when rounding to nearest even. */
interface Operation {
  readonly native: FloatBinary | FloatUnary
  readonly operands: 1 | 2
  /** Condition under which `inexact` is right, and no other flag is raised. */
  readonly known: (f: NativeFormat, b: Builder, x: Node, y: Node, r: Node) => Node
  readonly inexact: Test
  /** Condition under which there is no flag at all. */
  readonly exact?: Test
}

const add: Operation = {
  native: 'add',
  operands: 2,
  known: (f, b, _x, _y, r) => finiteValue(f, b, r),
  inexact: sumInexact,
}

// --- double precision: the low bits of the product of integer significands tell ---------------------------------

const significand = (b: Builder, x: Node): Node => b.or(raw(b, x), b.i64(1n << 52n))
const shifted = (b: Builder, x: Node, by: number): Node => b.shl(x, b.i64(by))
/** Is the fraction of x less than that of y? */
const smaller = (b: Builder, x: Node, y: Node): Node =>
  b.cmp('lt_u', shifted(b, raw(b, x), 12), shifted(b, raw(b, y), 12))

const mul64: Operation = {
  native: 'mul',
  operands: 2,
  known: (f, b, x, y, r) => b.and(normalValue(f, b, r), b.and(notTiny(b, x), notTiny(b, y))),
  inexact: (b, x, y, r) => {
    const product = b.mul(significand(b, x), significand(b, y))
    const carry = b.resize(smaller(b, r, x), 'i64', true)
    return b.ne(b.shl(product, b.sub(b.i64(12), carry)), b.i64(0))
  },
  exact: (b, x, y, r) => b.and(zero(b, r), b.or(zero(b, x), zero(b, y))),
}

const div64: Operation = {
  native: 'div',
  operands: 2,
  known: mul64.known,
  inexact: (b, x, y, r) => {
    const product = b.mul(significand(b, r), significand(b, y))
    const dividend = b.select(smaller(b, x, y), b.i64(0), shifted(b, raw(b, x), 63))
    return b.ne(shifted(b, product, 11), dividend)
  },
  // r is a NaN for 0 / 0; 0 / infinity goes the long way.
  exact: (b, x, y, r) => b.and(b.and(zero(b, x), zero(b, r)), finiteValue(double, b, y)),
}

const sqrt64: Operation = {
  native: 'sqrt',
  operands: 1,
  known: (f, b, x, _y, r) => b.and(notTiny(b, x), finiteValue(f, b, r)),
  inexact: (b, x, _y, r) => {
    const root = significand(b, r)
    const bits = raw(b, x)
    const radicand = b.and(bits, b.shrU(bits, b.i64(52)))
    return b.ne(shifted(b, b.mul(root, root), 11), shifted(b, radicand, 63))
  },
  exact: (b, x) => zero(b, x),
}

// --- single precision: products of singles are exact in double precision -----------------------------------------

const wide = (b: Builder, x: Node): Node => widen(single, b, x)
/** Exact results raise nothing, however small; others must be normal. */
const single32 = (native: Operation['native'], operands: 1 | 2, inexact: Test): Operation => ({
  native,
  operands,
  known: (f, b, _x, _y, r) => normalValue(f, b, r),
  inexact,
  exact: (b, x, y, r) => b.eqz(inexact(b, x, y, r)),
})
const mul32 = single32('mul', 2, (b, x, y, r) => differs(b, times(b, wide(b, x), wide(b, y)), wide(b, r)))
const div32 = single32('div', 2, (b, x, y, r) => differs(b, times(b, wide(b, r), wide(b, y)), wide(b, x)))
const sqrt32 = single32('sqrt', 1, (b, x, _y, r) => differs(b, times(b, wide(b, r), wide(b, r)), wide(b, x)))

/** Arithmetic that `tryArithmetic` knows. */
export type NativeOperation = 'add' | 'mul' | 'div' | 'sqrt'

const operations: Readonly<Record<'f32' | 'f64', Readonly<Record<NativeOperation, Operation>>>> = {
  f32: { add, mul: mul32, div: div32, sqrt: sqrt32 },
  f64: { add, mul: mul64, div: div64, sqrt: sqrt64 },
}

/** Computes on bits; falls through where a result or its flags are not certain. */
export function tryArithmetic(
  f: NativeFormat,
  b: Builder,
  name: NativeOperation,
  bits: readonly Node[],
  done: Done,
): void {
  const { native, known, inexact, exact } = operations[f.value][name]
  const operands = bits.map(n => floatOf(f, b, n))
  const [x, y = x] = operands as [Node, Node?]
  const r = b.op(`${f.value}.${native}`, ...operands)
  b.if(known(f, b, x, y, r), () => done(r, inexact(b, x, y, r)))
  if (exact) b.if(exact(b, x, y, r), () => done(r, b.i32(0)))
}
