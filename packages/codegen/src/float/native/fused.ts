/** Fused multiply-add that rounds to nearest even: x * y + z rounded once, out of the machine's own operations. */
import type { Builder } from '../../ir/builder.ts'
import type { Node } from '../../ir/types.ts'
import type { Done } from './arithmetic.ts'
import { bitsOf, double, finite, floatOf, type NativeFormat, single, widen } from './format.ts'
import {
  differs,
  finiteValue,
  magnitude,
  minus,
  normalValue,
  plus,
  raw,
  sumInexact,
  times,
  zero,
} from './values.ts'

/** Error of the sum s = x + y (Knuth's TwoSum). */
const sumError = (b: Builder, x: Node, y: Node, s: Node): Node => {
  const part = minus(b, s, x)
  return plus(b, minus(b, x, minus(b, s, part)), minus(b, y, part))
}

/** Error of the product p = x * y (Dekker's TwoProduct, Veltkamp's splitting). */
const productError = (b: Builder, x: Node, y: Node, p: Node): Node => {
  const split = (v: Node): [Node, Node] => {
    const scaled = times(b, b.const('f64', 134217729), v)
    const high = minus(b, scaled, minus(b, scaled, v))
    return [high, minus(b, v, high)]
  }
  const [x1, x0] = split(x)
  const [y1, y0] = split(y)
  const rest = plus(b, minus(b, times(b, x1, y1), p), times(b, x1, y0))
  return plus(b, plus(b, rest, times(b, x0, y1)), times(b, x0, y0))
}

/** An even s with an error steps to its neighbour on the error's side: the sum rounded to odd. */
const toOdd = (b: Builder, s: Node, error: Node): Node => {
  const bits = raw(b, s)
  const step = b.or(b.shrS(b.xor(bits, raw(b, error)), b.i64(63)), b.i64(1))
  const even = b.eqz(b.and(bits, b.i64(1)))
  const inexact = differs(b, error, b.const('f64', 0))
  return b.op('f64.from_bits', b.add(bits, b.select(b.and(even, inexact), step, b.i64(0))))
}

/**
 * x * y = p + e and p + z = s + t without error, so the sum is s + (t + e), and with d = t + e rounded, s + d is the
 * result unless the sum lies so near the middle of two doubles that the rounding of d matters (Ziv's test). There d
 * rounded to odd decides. Not for p below 2^-968, where e may not be representable; any overflow on the way
 * makes s + d infinite or a NaN. Results below 2^-1022 are exact, as everything is a multiple of 2^-1074.
 */
function tryDouble(b: Builder, bits: readonly Node[], inexactKnown: Node, done: Done): void {
  const [x, y, z] = bits.map(n => floatOf(double, b, n)) as [Node, Node, Node]
  const result = b.newVar('f64')
  const p = times(b, x, y)
  b.if(
    b.op('f64.ge', magnitude(b, p), b.const('f64', 2 ** -968)),
    () => {
      const e = productError(b, x, y, p)
      const s = plus(b, p, z)
      const t = sumError(b, p, z, s)
      const d = plus(b, t, e)
      const r = plus(b, s, d)
      b.if(finiteValue(double, b, r), () => {
        b.vset(result, r)
        const [less, more] = [b.const('f64', 1 - 2 ** -51), b.const('f64', 1 + 2 ** -51)]
        b.if(differs(b, plus(b, s, times(b, d, less)), plus(b, s, times(b, d, more))), () =>
          b.vset(result, plus(b, s, toOdd(b, d, sumError(b, t, e, d)))),
        )
        b.if(inexactKnown, () => done(b.vget(result), b.i32(0)))
        done(b.vget(result), b.or(sumInexact(b, t, e, d), sumInexact(b, s, d, b.vget(result))))
      })
    },
    () => {
      const product = b.and(zero(b, p), b.or(zero(b, x), zero(b, y)))
      b.if(b.and(product, finite(double, b, bits[2] as Node)), () => done(plus(b, p, z), b.i32(0)))
    },
  )
}

/** The double product is exact, and its sum rounded to odd in double rounds rightly. */
function trySingle(b: Builder, bits: readonly Node[], done: Done): void {
  const [x, y, z] = bits.map(n => widen(single, b, floatOf(single, b, n))) as [Node, Node, Node]
  const p = times(b, x, y)
  const s = plus(b, p, z)
  b.if(finiteValue(double, b, s), () => {
    const odd = toOdd(b, s, sumError(b, p, z, s))
    const r = b.op('f32.demote', odd)
    const inexact = differs(b, widen(single, b, r), odd)
    b.if(b.or(normalValue(single, b, r), b.eqz(inexact)), () => done(r, inexact))
  })
}

/**
 * Computes on bits x, y, z; falls through where a result or its flags are not certain. While `inexactKnown` is not 0
 * what is said about inexactness may be wrong.
 */
export function tryFused(
  f: NativeFormat,
  b: Builder,
  bits: readonly Node[],
  inexactKnown: Node,
  done: Done,
): void {
  if (f.value === 'f64') tryDouble(b, bits, inexactKnown, done)
  else trySingle(b, bits, done)
}

/**
 * The single x * y + z through doubles, where the product is exact. Rounding the sum to double and then to single is
 * rounding once unless the double lies in the middle of two singles: `right` says that it does not.
 */
export function fusedSingle(b: Builder, bits: readonly Node[]): { bits: Node; right: Node } {
  const [x, y, z] = bits.map(n => widen(single, b, floatOf(single, b, n))) as [Node, Node, Node]
  const sum = plus(b, times(b, x, y), z)
  const rest = b.and(b.resize(raw(b, sum), 'i32'), b.i32(0x1fffffff))
  return { bits: bitsOf(single, b, b.op('f32.demote', sum)), right: b.ne(rest, b.i32(0x10000000)) }
}
