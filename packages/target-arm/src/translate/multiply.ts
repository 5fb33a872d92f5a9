/** Multiplication and division (Armv7-M ARM, A4.4.3 and A4.4.8): without the DSP extension. */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Cause } from '../causes.ts'
import { Data } from '../isa/thumb/aux.ts'
import { S } from '../state.ts'
import { type Ctx, plain } from './context.ts'
import { setNz } from './flags.ts'

/** 32 × 32 → 64 */
export const product = (b: Builder, x: Node, y: Node, unsigned = false): Node =>
  b.mul(b.resize(x, 'i64', unsigned), b.resize(y, 'i64', unsigned))

/** ra:rd as one number. */
export const pair = (x: Ctx): Node => {
  const { b } = x
  return b.or(b.shl(b.resize(x.ra, 'i64', true), b.i64(32)), b.resize(x.rd, 'i64', true))
}
/** ra:rd := value */
export function setPair(x: Ctx, value: Node): void {
  const { b } = x
  const high = b.resize(b.shrU(value, b.i64(32)), 'i32')
  x.setRd(b.resize(value, 'i32'))
  x.setRa(high)
}

const long = (name: string, value: (x: Ctx) => Node): readonly Semantics[] =>
  plain(name, x => setPair(x, value(x)))

/** CCR.DIV_0_TRP */
const divideByZeroTraps = 1 << 4

/** By zero: 0, or a UsageFault. */
const divide = (name: string, op: (b: Builder, n: Node, d: Node) => Node): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const [dividend, divisor] = [x.rn, x.rm]
    const zero = b.eqz(divisor)
    b.if(zero, () => x.raiseIf(b.and(b.get(S.ccr, 'i32'), b.i32(divideByZeroTraps)), Cause.divideByZero))
    // A divisor that is defined in the IR: 1 in place of 0.
    x.setRd(b.select(zero, b.i32(0), op(b, dividend, b.or(divisor, zero))))
  })

/** The quotient min / -1 overflows and is min. */
const signedQuotient = (b: Builder, n: Node, d: Node): Node => {
  const minusOne = b.eq(d, b.i32(-1))
  const quotient = b.op('i32.div_s', n, b.select(minusOne, b.i32(1), d))
  return b.select(minusOne, b.sub(b.i32(0), n), quotient)
}

export const multiplication: readonly Semantics[] = [
  ...plain('mul', x => {
    const result = x.b.mul(x.rn, x.rm)
    x.b.if(x.aux(Data.setFlags), () => setNz(x.b, result))
    x.setRd(result)
  }),
  ...plain('mla', x => x.setRd(x.b.add(x.ra, x.b.mul(x.rn, x.rm)))),
  ...plain('mls', x => x.setRd(x.b.sub(x.ra, x.b.mul(x.rn, x.rm)))),
  ...long('umull', x => product(x.b, x.rn, x.rm, true)),
  ...long('smull', x => product(x.b, x.rn, x.rm)),
  ...long('umlal', x => x.b.add(pair(x), product(x.b, x.rn, x.rm, true))),
  ...long('smlal', x => x.b.add(pair(x), product(x.b, x.rn, x.rm))),
  ...long('umaal', x => {
    const { b } = x
    const sum = b.add(b.resize(x.ra, 'i64', true), b.resize(x.rd, 'i64', true))
    return b.add(sum, product(b, x.rn, x.rm, true))
  }),
  ...divide('sdiv', signedQuotient),
  ...divide('udiv', (b, n, d) => b.op('i32.div_u', n, d)),
]
