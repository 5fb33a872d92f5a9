/** Chapter "M" Extension for Integer Multiplication and Division. */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { alu, aluW, type Binary, type Unary, type Xlen, type XType, xType } from './common.ts'

const mul: Binary = (b, x, y) => b.mul(x, y)

/** The upper word of a 32 × 32 product; `x` and `y` say how the operands are extended. */
const high32 =
  (unsignedX: boolean, unsignedY: boolean): Binary =>
  (b, x, y) => {
    const product = b.mul(b.resize(x, 'i64', unsignedX), b.resize(y, 'i64', unsignedY))
    return b.resize(b.shrU(product, b.i64(32)), 'i32')
  }

/**
 * The upper half of a 64 × 64 product, out of products of halves, of which only the upper ones have a sign
 * (Warren, "Hacker's Delight", section 8-2).
 */
const high64 =
  (unsignedX: boolean, unsignedY: boolean): Binary =>
  (b, x, y) => {
    const low: Unary = (b, v) => b.and(v, b.i64(0xffffffff))
    const high = (v: Node, unsigned: boolean): Node =>
      b.op(unsigned ? 'i64.shr_u' : 'i64.shr_s', v, b.i64(32))
    const [x0, x1, y0, y1] = [low(b, x), high(x, unsignedX), low(b, y), high(y, unsignedY)]
    const middle = b.add(b.mul(x1, y0), high(b.mul(x0, y0), true))
    const other = b.add(b.mul(x0, y1), low(b, middle))
    return b.add(b.add(b.mul(x1, y1), high(middle, unsignedX)), high(other, unsignedY))
  }

/** A divisor that does not trap: 1 in place of 0. */
const nonzero = (b: Builder, y: Node): Node => b.or(y, b.resize(b.eqz(y), y.type as XType, true))

/** x / 0 is -1, and the overflow min / -1 is min; the IR defines neither. x / -1 is -x without exception. */
const divS: Binary = (b, x, y) => {
  const one = b.const(y.type as XType, 1)
  const special = b.cmp('le_u', b.add(y, one), one)
  const quotient = b.op(`${x.type as XType}.div_s`, x, b.select(special, one, y))
  const other = b.select(b.eqz(y), b.const(x.type as XType, -1), b.sub(b.const(x.type as XType, 0), x))
  return b.select(special, other, quotient)
}
const divU: Binary = (b, x, y) =>
  b.select(b.eqz(y), b.const(x.type as XType, -1), b.op(`${x.type as XType}.div_u`, x, nonzero(b, y)))

/** x % 0 is x; min % -1 is 0 in the IR as well. */
const rem =
  (name: 'rem_s' | 'rem_u'): Binary =>
  (b, x, y) =>
    b.select(b.eqz(y), x, b.op(`${x.type as XType}.${name}`, x, nonzero(b, y)))

/** Multiplication and division. */
export const multiply = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  const high = xlen === 32 ? high32 : high64
  return [
    alu(x, 'mul', mul),
    alu(x, 'mulh', high(false, false)),
    alu(x, 'mulhsu', high(false, true)),
    alu(x, 'mulhu', high(true, true)),
    alu(x, 'div', divS),
    alu(x, 'divu', divU),
    alu(x, 'rem', rem('rem_s')),
    alu(x, 'remu', rem('rem_u')),
    ...(xlen === 64 ? multiply64 : []),
  ]
}

const multiply64: readonly Semantics[] = [
  aluW('mulw', mul),
  aluW('divw', divS),
  aluW('divuw', divU),
  aluW('remw', rem('rem_s')),
  aluW('remuw', rem('rem_u')),
]
