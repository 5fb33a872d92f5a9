/**
 * Functions for the operations that the inline code of `float-arithmetic.ts` does not finish: they find out whether a
 * result was inexact, with the tests of codegen's `softfloat/fast.ts` (where they are explained), or ask the host.
 * Each gives the register contents and leaves the flags in `Head.value`. None touches fflags, which the caller
 * may keep in a local.
 */
import { type Builder, Head, type IrFunction, irFunction, type Node, type Type } from '@guestscope/codegen'
import { bitsOf, double, type Format, finite, floatOf, normal, single, widen } from './float.ts'
import { floatCallee, floatOperation } from './float-host.ts'

const halves = (b: Builder, x: Node): [Node, Node] => [
  b.resize(x, 'i32'),
  b.resize(b.shrU(x, b.i64(32)), 'i32'),
]

/** (operation, rounding mode, a, b, c as i64): by the host. */
const slow: IrFunction = irFunction('riscv.floatSlow', ['i32', 'i32', 'i64', 'i64', 'i64'], 'i64', b => {
  const operands = [2, 3, 4].flatMap(i => halves(b, b.vget(i)))
  const flags = b.call(floatCallee, b.vget(0), b.vget(1), ...operands)
  const result = b.get(Head.value, 'i64')
  b.set(Head.value, flags)
  b.return(result)
})

/** Calls `slow`; operands may be i32. */
export const slowly = (b: Builder, operation: string, rm: Node, ...operands: readonly Node[]): Node => {
  const [x, y = b.i64(0), z = b.i64(0)] = operands.map(n => b.resize(n, 'i64', true))
  return b.call(slow, b.i32(floatOperation(operation)), rm, x as Node, y, z)
}

/** An operation on values x and y (absent for sqrt) with the native result r. */
type Test = (b: Builder, x: Node, y: Node, r: Node) => Node

/** How to find the flags of one operation when rounding to nearest even. */
interface Operation {
  readonly native: string
  readonly operands: 1 | 2
  /** Condition under which `inexact` is right, and no other flag is raised. */
  readonly known: (f: Format, b: Builder, x: Node, y: Node, r: Node) => Node
  readonly inexact: Test
  /** Condition under which there is no flag at all. */
  readonly exact?: Test
}

const returnResult = (f: Format, b: Builder, value: Node, flags: Node): void => {
  b.set(Head.value, flags)
  b.return(f.box(b, bitsOf(f, b, value)))
}

/** (register x, register y, rounding mode). */
const operation = (f: Format, name: string, op: Operation): IrFunction => {
  const registers = [...Array(op.operands).keys()]
  const params: Type[] = [...registers.map((): Type => 'i64'), 'i32']
  return irFunction(`riscv.${name}.${f.suffix}`, params, 'i64', b => {
    const rm = b.vget(op.operands)
    const bits = registers.map(i => f.unbox(b, b.vget(i)))
    b.if(b.eqz(rm), () => {
      const operands = bits.map(n => floatOf(f, b, n))
      const [x, y = x] = operands as [Node, Node?]
      const r = b.op(`${f.value}.${op.native}`, ...operands)
      b.if(op.known(f, b, x, y, r), () => returnResult(f, b, r, op.inexact(b, x, y, r)))
      if (op.exact) b.if(op.exact(b, x, y, r), () => returnResult(f, b, r, b.i32(0)))
    })
    b.return(slowly(b, `${name}.${f.suffix}`, rm, ...bits))
  })
}

const zero = (b: Builder, x: Node): Node => b.op(`${x.type}.eq`, x, b.const(x.type as Type, 0))
const differs = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.ne`, x, y)
const minus = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.sub`, x, y)
const plus = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.add`, x, y)
const times = (b: Builder, x: Node, y: Node): Node => b.op(`${x.type}.mul`, x, y)
const finiteValue = (f: Format, b: Builder, r: Node): Node => finite(f, b, bitsOf(f, b, r))
const normalValue = (f: Format, b: Builder, r: Node): Node => normal(f, b, bitsOf(f, b, r))
const magnitude = (b: Builder, x: Node): Node => b.op('f64.abs', x)
/** |x| >= 2^-1022 */
const notTiny = (b: Builder, x: Node): Node => b.op('f64.ge', magnitude(b, x), b.const('f64', 2 ** -1022))

/** A sum is exact if both operands come back; tiny sums always are. */
const sumInexact: Test = (b, x, y, r) => b.or(differs(b, minus(b, r, x), y), differs(b, minus(b, r, y), x))
const add: Operation = {
  native: 'add',
  operands: 2,
  known: (f, b, _x, _y, r) => finiteValue(f, b, r),
  inexact: sumInexact,
}

// --- double precision: the low bits of the product of integer significands tell ---------------------------------

const raw = (b: Builder, x: Node): Node => b.op('i64.bits', x)
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
const single32 = (native: string, operands: 1 | 2, inexact: Test): Operation => ({
  native,
  operands,
  known: (f, b, _x, _y, r) => normalValue(f, b, r),
  inexact,
  exact: (b, x, y, r) => b.eqz(inexact(b, x, y, r)),
})
const mul32 = single32('mul', 2, (b, x, y, r) => differs(b, times(b, wide(b, x), wide(b, y)), wide(b, r)))
const div32 = single32('div', 2, (b, x, y, r) => differs(b, times(b, wide(b, r), wide(b, y)), wide(b, x)))
const sqrt32 = single32('sqrt', 1, (b, x, _y, r) => differs(b, times(b, wide(b, r), wide(b, r)), wide(b, x)))

// --- fused multiply-add ------------------------------------------------------------------------------------------

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
 * (registers x, y, z, rounding mode, is NX set already?): x * y + z rounded once.
 *
 * x * y = p + e and p + z = s + t without error, so the sum is s + (t + e), and with d = t + e rounded, s + d is the
 * result unless the sum lies so near the middle of two doubles that the rounding of d matters (Ziv's test). There d
 * rounded to odd decides. Not for p below 2^-968, where e may not be representable; any overflow on the way
 * makes s + d infinite or a NaN. Results below 2^-1022 are exact, as everything is a multiple of 2^-1074.
 */
const fma64: IrFunction = irFunction('riscv.fma.d', ['i64', 'i64', 'i64', 'i32', 'i32'], 'i64', b => {
  const bits = [0, 1, 2].map(i => b.vget(i))
  const rm = b.vget(3)
  const result = b.newVar('f64')
  b.if(b.eqz(rm), () => {
    const [x, y, z] = bits.map(n => floatOf(double, b, n)) as [Node, Node, Node]
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
          b.if(b.vget(4), () => returnResult(double, b, b.vget(result), b.i32(0)))
          returnResult(
            double,
            b,
            b.vget(result),
            b.or(sumInexact(b, t, e, d), sumInexact(b, s, d, b.vget(result))),
          )
        })
      },
      () => {
        const product = b.and(zero(b, p), b.or(zero(b, x), zero(b, y)))
        b.if(b.and(product, finite(double, b, bits[2] as Node)), () =>
          returnResult(double, b, plus(b, p, z), b.i32(0)),
        )
      },
    )
  })
  b.return(slowly(b, 'fma.d', rm, ...bits))
})

/** The same for singles, whatever NX is: the double product is exact, and its sum rounded to odd in double rounds rightly. */
const fma32: IrFunction = irFunction('riscv.fma.s', ['i64', 'i64', 'i64', 'i32', 'i32'], 'i64', b => {
  const bits = [0, 1, 2].map(i => single.unbox(b, b.vget(i)))
  const rm = b.vget(3)
  b.if(b.eqz(rm), () => {
    const [x, y, z] = bits.map(n => wide(b, floatOf(single, b, n))) as [Node, Node, Node]
    const p = times(b, x, y)
    const s = plus(b, p, z)
    b.if(finiteValue(double, b, s), () => {
      const odd = toOdd(b, s, sumError(b, p, z, s))
      const r = b.op('f32.demote', odd)
      const inexact = differs(b, wide(b, r), odd)
      b.if(b.or(normalValue(single, b, r), b.eqz(inexact)), () => returnResult(single, b, r, inexact))
    })
  })
  b.return(slowly(b, 'fma.s', rm, ...bits))
})

const functions: readonly (readonly [string, IrFunction])[] = [
  ['add.d', operation(double, 'add', add)],
  ['mul.d', operation(double, 'mul', mul64)],
  ['div.d', operation(double, 'div', div64)],
  ['sqrt.d', operation(double, 'sqrt', sqrt64)],
  ['fma.d', fma64],
  ['add.s', operation(single, 'add', add)],
  ['mul.s', operation(single, 'mul', mul32)],
  ['div.s', operation(single, 'div', div32)],
  ['sqrt.s', operation(single, 'sqrt', sqrt32)],
  ['fma.s', fma32],
]

/** The function of an operation: `add.d`. */
export const floatFunction = (name: string): IrFunction => {
  const found = functions.find(([n]) => n === name)
  if (!found) throw new Error(`no floating-point function ${name}`)
  return found[1]
}

/** All of them, for the engine. */
export const floatFunctions: readonly IrFunction[] = [slow, ...functions.map(([, fn]) => fn)]
