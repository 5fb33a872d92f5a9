/** Conversions and roundings to integral numbers (Armv7-M ARM, A2.5.13, A2.5.14, A7.7 VCVT, VRINT). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import type { Ctx } from './context.ts'
import {
  accrueInexact,
  all,
  bitsOf,
  double,
  either,
  type Format,
  float,
  floatOf,
  formats,
  isNumber,
  noFlush,
  normal,
  plainMode,
  readD,
  readM,
  roundsToNearest,
  single,
  widen,
} from './float.ts'
import { slowly } from './float-host.ts'

interface Integer {
  readonly name: string
  readonly signed: boolean
  readonly bits: 16 | 32
}
const words: readonly Integer[] = [
  { name: 's32', signed: true, bits: 32 },
  { name: 'u32', signed: false, bits: 32 },
]
const halfwords: readonly Integer[] = [
  { name: 's16', signed: true, bits: 16 },
  { name: 'u16', signed: false, bits: 16 },
]

/** Rounds a value to an integral one; undefined: not known how. */
type Round = (b: Builder, type: 'f32' | 'f64', v: Node) => Node
const native =
  (name: 'nearest' | 'trunc' | 'floor' | 'ceil'): Round =>
  (b, type, v) =>
    b.op(`${type}.${name}`, v)
/** To the nearest, ties away from zero: the rest of a truncation is exact. */
const tiesAway: Round = (b, type, v) => {
  const whole = b.op(`${type}.trunc`, v)
  const rest = b.op(`${type}.abs`, b.op(`${type}.sub`, v, whole))
  const half = b.op(`${type}.ge`, rest, b.const(type, 0.5))
  const one = b.select(half, b.const(type, 1), b.const(type, 0))
  // A zero has the sign of the operand, also where the sum does not have it.
  return b.op(`${type}.copysign`, b.op(`${type}.add`, b.op(`${type}.abs`, whole), one), v)
}
const nearest = native('nearest')
const trunc = native('trunc')
/** By the number in aux: VCVTA, N, P, M. */
const directed: readonly Round[] = [tiesAway, nearest, native('ceil'), native('floor')]
const roundOf = (aux: Node): Round | undefined => (aux.op === 'const' ? directed[Number(aux.imm)] : undefined)

/** 2^n as a double, n a node. */
const power = (b: Builder, n: Node): Node =>
  b.op('f64.from_bits', b.shl(b.resize(b.add(n, b.i32(1023)), 'i64'), b.i64(52)))

/** The low bits of a word, extended. */
const extended = (b: Builder, word: Node, { signed, bits }: Integer): Node =>
  bits === 32 ? word : signed ? b.op('i32.sext16', word) : b.and(word, b.i32(0xffff))

/**
 * A double as an integer, i32. In range if it comes back (only then; NaNs never do); `conditions`: what else must
 * hold, or else the host does it.
 */
function toInteger(
  b: Builder,
  integer: Integer,
  value: Node,
  round: Round,
  conditions: readonly Node[],
  slow: () => Node,
): Node {
  const whole = round(b, 'f64', value)
  const kind = integer.signed ? 's' : 'u'
  const word = b.op(`i32.trunc_${kind}_f64`, whole)
  const result = extended(b, word, integer)
  const back = b.op('f64.eq', b.op(`f64.from_i32_${kind}`, result), whole)
  return either(
    b,
    'i32',
    all(b, [back, ...conditions]),
    () => {
      accrueInexact(b, b.op('f64.ne', whole, value))
      return result
    },
    slow,
  )
}

/** Into a single register: towards zero, by FPSCR, by aux. */
const toIntegers = (f: Format): readonly Semantics[] =>
  words.flatMap(integer => {
    const name = `${integer.name}.${f.suffix}`
    const value = (x: Ctx): Node => widen(f, x.b, floatOf(f, x.b, readM(f, x)))
    const host = (x: Ctx, operation: string, ...more: Node[]): Node =>
      x.b.resize(slowly(x.b, operation, readM(f, x), ...more), 'i32')
    return [
      ...float(`vcvt.${name}`, x =>
        x.setRd(toInteger(x.b, integer, value(x), trunc, [noFlush(x.b)], () => host(x, name))),
      ),
      ...float(`vcvtr.${name}`, x =>
        x.setRd(toInteger(x.b, integer, value(x), nearest, [plainMode(x.b)], () => host(x, `${name}.r`))),
      ),
      ...float(`vcvtm.${name}`, x => {
        const aux = x.aux(0, 2)
        const slow = (): Node => host(x, `${name}.m`, aux)
        const round = roundOf(aux)
        x.setRd(round ? toInteger(x.b, integer, value(x), round, [noFlush(x.b)], slow) : slow())
      }),
    ]
  })

/** An integer (a double) as `f`, rounded to nearest; no other flag than IXC can arise. */
function fromExact(f: Format, b: Builder, exact: Node): Node {
  if (f === double) return bitsOf(f, b, exact)
  const value = b.op('f32.demote', exact)
  accrueInexact(b, b.op('f64.ne', b.op('f64.promote', value), exact))
  return bitsOf(f, b, value)
}
const asDouble = (b: Builder, word: Node, { signed }: Integer): Node =>
  b.op(`f64.from_i32_${signed ? 's' : 'u'}`, word)

/** From the integer in single register rm. */
const fromIntegers = (f: Format): readonly Semantics[] =>
  words.flatMap(integer => {
    const name = `${f.suffix}.${integer.name}`
    return float(`vcvt.${name}`, x => {
      const { b } = x
      const word = x.rm
      const fast = (): Node => fromExact(f, b, asDouble(b, word, integer))
      const slow = (): Node => b.resize(slowly(b, name, word), 'i32')
      x.setRd(f === double ? fast() : either(b, 'i32', roundsToNearest(b), fast, slow))
    })
  })

/** Fixed-point numbers in register rd, to nearest and back towards zero; imm: fraction bits. */
const fixedPoint = (f: Format): readonly Semantics[] =>
  [...halfwords, ...words].flatMap(integer => [
    ...float(`vfix.${f.suffix}.${integer.name}`, x => {
      const { b } = x
      const word = extended(b, b.resize(readD(f, x), 'i32'), integer)
      const scale = power(b, b.sub(b.i32(0), x.imm))
      x.setRd(fromExact(f, b, b.op('f64.mul', asDouble(b, word, integer), scale)))
    }),
    ...float(`vfix.${integer.name}.${f.suffix}`, x => {
      const { b } = x
      const value = b.op('f64.mul', widen(f, b, floatOf(f, b, readD(f, x))), power(b, x.imm))
      const slow = (): Node => b.resize(slowly(b, `${integer.name}.${f.suffix}`, readD(f, x), x.imm), 'i32')
      const result = toInteger(b, integer, value, trunc, [noFlush(b)], slow)
      x.setRd(b.resize(result, f.bits, !integer.signed))
    }),
  ])

/** Half precision: in the low or the high half of a single register. */
const halves = (f: Format): readonly Semantics[] =>
  (
    [
      ['vcvtb', 0],
      ['vcvtt', 16],
    ] as const
  ).flatMap(([name, shift]) => [
    ...float(`${name}.${f.suffix}.f16`, x => {
      const { b } = x
      const half = b.and(b.shrU(x.rm, b.i32(shift)), b.i32(0xffff))
      x.setRd(b.resize(slowly(b, `${f.suffix}.f16`, half), f.bits))
    }),
    ...float(`${name}.f16.${f.suffix}`, x => {
      const { b } = x
      const half = b.resize(slowly(b, `f16.${f.suffix}`, readM(f, x)), 'i32')
      const kept = b.and(x.rd, b.i32(~(0xffff << shift)))
      x.setRd(b.or(kept, b.shl(half, b.i32(shift))))
    }),
  ])

/** VRINT: rounds by `round` under `conditions`; `exact`: raises IXC. */
function roundToIntegral(
  f: Format,
  x: Ctx,
  round: Round | undefined,
  conditions: readonly Node[],
  host: readonly [string, ...Node[]],
  exact = false,
): void {
  const { b } = x
  const bits = readM(f, x)
  const [operation, ...more] = host
  const slow = (): Node => b.resize(slowly(b, `${operation}.${f.suffix}`, bits, ...more), f.bits)
  if (!round) return x.setRd(slow())
  const value = floatOf(f, b, bits)
  const fast = (): Node => {
    const whole = round(b, f.value, value)
    if (exact) accrueInexact(b, b.op(`${f.value}.ne`, whole, value))
    return bitsOf(f, b, whole)
  }
  x.setRd(either(b, f.bits, all(b, [isNumber(f, b, value), ...conditions]), fast, slow))
}

const integral = (f: Format): readonly Semantics[] => [
  ...float(`vrintm.${f.suffix}`, x => {
    const aux = x.aux(0, 2)
    roundToIntegral(f, x, roundOf(aux), [noFlush(x.b)], ['rintm', aux])
  }),
  ...float(`vrintr.${f.suffix}`, x => roundToIntegral(f, x, nearest, [plainMode(x.b)], ['rintr'])),
  ...float(`vrintz.${f.suffix}`, x => roundToIntegral(f, x, trunc, [noFlush(x.b)], ['rintz'])),
  ...float(`vrintx.${f.suffix}`, x => roundToIntegral(f, x, nearest, [plainMode(x.b)], ['rintx'], true)),
]

const between: readonly Semantics[] = [
  ...float('vcvt.f64.f32', x => {
    const { b } = x
    const bits = readM(single, x)
    const value = widen(single, b, floatOf(single, b, bits))
    const fast = (): Node => bitsOf(double, b, value)
    const number = b.and(noFlush(b), isNumber(double, b, value))
    x.setRd(either(b, 'i64', number, fast, () => slowly(b, 'f64.f32', bits)))
  }),
  ...float('vcvt.f32.f64', x => {
    const { b } = x
    const bits = readM(double, x)
    const from = floatOf(double, b, bits)
    const value = b.op('f32.demote', from)
    const result = bitsOf(single, b, value)
    const inexact = b.op('f64.ne', b.op('f64.promote', value), from)
    const fast = (): Node => {
      accrueInexact(b, inexact)
      return result
    }
    const known = b.or(normal(single, b, result), b.eqz(inexact))
    x.setRd(
      either(b, 'i32', b.and(plainMode(b), known), fast, () => b.resize(slowly(b, 'f32.f64', bits), 'i32')),
    )
  }),
]

export const floatConversions: readonly Semantics[] = [
  ...formats.flatMap(f => [
    ...toIntegers(f),
    ...fromIntegers(f),
    ...fixedPoint(f),
    ...halves(f),
    ...integral(f),
  ]),
  ...between,
]
