/** Arithmetic, comparison, minimum and maximum, selection (Armv7-M ARM, A2.5.6 to A2.5.12, A7.7 VABS … VSUB). */
import { type Builder, type FloatCompare, type Node, nativeFloat } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { S } from '../state.ts'
import type { Ctx } from './context.ts'
import { condition } from './flags.ts'
import {
  all,
  bitsOf,
  constant,
  double,
  either,
  type Format,
  finite,
  float,
  floatOf,
  formats,
  fpscr,
  inexactKnown,
  isNumber,
  magnitude,
  negate,
  noFlush,
  normal,
  readD,
  readM,
  readN,
} from './float.ts'
import { byFunction } from './float-functions.ts'
import { slowly } from './float-host.ts'

type Unary = (f: Format, b: Builder, bits: Node) => Node
type Native = 'add' | 'sub' | 'mul' | 'div' | 'sqrt'

/** Results that raise nothing but IXC: sums and roots cannot be both tiny and inexact. */
const safe: Readonly<Record<Native, Unary>> = {
  add: finite,
  sub: finite,
  mul: normal,
  div: normal,
  sqrt: finite,
}

/** The bits of `op` of operands, its flags in FPSCR. */
function compute(f: Format, b: Builder, op: Native, ...operands: readonly Node[]): Node {
  const values = operands.map(bits => floatOf(f, b, bits))
  const bits = bitsOf(f, b, b.op(`${f.value}.${op}`, ...values))
  return either(
    b,
    f.bits,
    b.and(safe[op](f, b, bits), inexactKnown(b)),
    () => bits,
    () => byFunction(f, b, op, operands),
  )
}

/** x * y + z rounded once; doubles always by a function. */
function fused(f: Format, b: Builder, ...operands: readonly [x: Node, y: Node, z: Node]): Node {
  const slow = (): Node => byFunction(f, b, 'fma', operands)
  if (f === double) return slow()
  const { bits, right } = nativeFloat.fusedSingle(b, operands)
  return either(b, f.bits, all(b, [normal(f, b, bits), right, inexactKnown(b)]), () => bits, slow)
}

const product = (f: Format, x: Ctx): Node => compute(f, x.b, 'mul', readN(f, x), readM(f, x))

/** rd := ±rd ± rn * rm; what is negated is the operand. Chained: the product is rounded, then negated and added. */
const accumulations = (f: Format): readonly Semantics[] =>
  (
    [
      ['a', false, false],
      ['s', false, true],
      ['na', true, true],
      ['ns', true, false],
    ] as const
  ).flatMap(([kind, negateAddend, negateProduct]) => {
    const maybe = (yes: boolean, b: Builder, bits: Node): Node => (yes ? negate(f, b, bits) : bits)
    const [n, as] = kind.length > 1 ? ['n', kind.slice(1)] : ['', kind]
    return [
      ...float(`vf${n}m${as}.${f.suffix}`, x => {
        const { b } = x
        const factor = maybe(negateProduct, b, readN(f, x))
        x.setRd(fused(f, b, factor, readM(f, x), maybe(negateAddend, b, readD(f, x))))
      }),
      ...float(`v${n}ml${as}.${f.suffix}`, x => {
        const { b } = x
        const added = maybe(negateProduct, b, product(f, x))
        x.setRd(compute(f, b, 'add', maybe(negateAddend, b, readD(f, x)), added))
      }),
    ]
  })

const unary = (name: string, f: Format, fn: Unary): readonly Semantics[] =>
  float(`${name}.${f.suffix}`, x => x.setRd(fn(f, x.b, readM(f, x))))

const arithmetic = (f: Format): readonly Semantics[] => [
  ...(['add', 'sub', 'mul', 'div'] as const).flatMap(op =>
    float(`v${op}.${f.suffix}`, x => x.setRd(compute(f, x.b, op, readN(f, x), readM(f, x)))),
  ),
  ...float(`vnmul.${f.suffix}`, x => x.setRd(negate(f, x.b, product(f, x)))),
  ...accumulations(f),
  ...unary('vsqrt', f, (_f, b, m) => compute(f, b, 'sqrt', m)),
  ...unary('vabs', f, magnitude),
  ...unary('vneg', f, negate),
  ...unary('vmov', f, (_f, _b, m) => m),
]

/** FPCompare: N Z C V of FPSCR. `signaling`: any NaN is invalid, not signaling ones alone. */
function compare(f: Format, b: Builder, x: Node, y: Node, signaling: boolean): void {
  const [xv, yv] = [floatOf(f, b, x), floatOf(f, b, y)]
  const is = (name: FloatCompare): Node => b.op(`${f.value}.${name}`, xv, yv)
  const set = (nzcv: Node): void =>
    b.set(S.fpscr, b.or(b.and(fpscr(b), b.i32(0x0fffffff)), b.shl(nzcv, b.i32(28))))
  b.if(
    all(b, [noFlush(b), isNumber(f, b, xv), isNumber(f, b, yv)]),
    () => set(b.select(is('eq'), b.i32(6), b.select(is('lt'), b.i32(8), b.i32(2)))),
    () => set(b.resize(slowly(b, `cmp${signaling ? 'e' : ''}.${f.suffix}`, x, y), 'i32')),
  )
}

const comparisons = (f: Format): readonly Semantics[] =>
  [false, true].flatMap(signaling => {
    const name = signaling ? 'vcmpe' : 'vcmp'
    return [
      ...float(`${name}.${f.suffix}`, x => compare(f, x.b, readD(f, x), readM(f, x), signaling)),
      ...float(`${name}.zero.${f.suffix}`, x =>
        compare(f, x.b, readD(f, x), constant(f, x.b, 0n), signaling),
      ),
    ]
  })

/** FPMaxNum, FPMinNum. Equal numbers are the same or zeros, whose signs are joined. */
const extremum = (f: Format, name: 'maxnm' | 'minnm'): readonly Semantics[] =>
  float(`v${name}.${f.suffix}`, x => {
    const { b } = x
    const [n, m] = [readN(f, x), readM(f, x)]
    const [nv, mv] = [floatOf(f, b, n), floatOf(f, b, m)]
    const [low, high] = name === 'minnm' ? [nv, mv] : [mv, nv]
    const equal = name === 'minnm' ? b.or(n, m) : b.and(n, m)
    const other = b.select(b.op(`${f.value}.lt`, high, low), m, equal)
    x.setRd(
      either(
        b,
        f.bits,
        all(b, [noFlush(b), isNumber(f, b, nv), isNumber(f, b, mv)]),
        () => b.select(b.op(`${f.value}.lt`, low, high), n, other),
        () => b.resize(slowly(b, `${name}.${f.suffix}`, n, m), f.bits),
      ),
    )
  })

/** Conditions eq, vs, ge, gt. */
const select = (f: Format): readonly Semantics[] =>
  float(`vsel.${f.suffix}`, x => {
    const { b } = x
    const cond = b.and(b.shrU(b.i32(0xca60), b.shl(x.aux(0, 2), b.i32(2))), b.i32(15))
    x.setRd(b.select(condition(b, cond), readN(f, x), readM(f, x)))
  })

export const floatArithmetic: readonly Semantics[] = formats.flatMap(f => [
  ...arithmetic(f),
  ...comparisons(f),
  ...extremum(f, 'maxnm'),
  ...extremum(f, 'minnm'),
  ...select(f),
])
