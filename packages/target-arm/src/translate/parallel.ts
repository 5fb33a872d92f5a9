/** Parallel addition and subtraction, and what uses their GE flags (Armv7-M ARM, A4.4.6). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { S } from '../state.ts'
import { type Ctx, plain } from './context.ts'

/** How a lane's exact result becomes its bits; `ge`: the condition for GE, where there is one. */
interface Kind {
  readonly signed: boolean
  readonly result: (b: Builder, exact: Node, bits: number) => Node
  readonly ge?: (b: Builder, exact: Node, bits: number, op: Op) => Node
}
type Op = 'add' | 'sub'

const clamp = (b: Builder, v: Node, min: number, max: number): Node => {
  const above = b.select(b.cmp('gt_s', v, b.i32(max)), b.i32(max), v)
  return b.select(b.cmp('lt_s', v, b.i32(min)), b.i32(min), above)
}
const positive = (b: Builder, exact: Node): Node => b.cmp('ge_s', exact, b.i32(0))
const whole = (_b: Builder, exact: Node): Node => exact
const halved = (b: Builder, exact: Node): Node => b.shrS(exact, b.i32(1))

const kinds: Readonly<Record<string, Kind>> = {
  s: { signed: true, result: whole, ge: positive },
  // Unsigned: a carry out of the sum, no borrow of the difference.
  u: {
    signed: false,
    result: whole,
    ge: (b, exact, bits, op) => (op === 'add' ? b.shrU(exact, b.i32(bits)) : positive(b, exact)),
  },
  q: { signed: true, result: (b, v, bits) => clamp(b, v, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) },
  uq: { signed: false, result: (b, v, bits) => clamp(b, v, 0, 2 ** bits - 1) },
  sh: { signed: true, result: halved },
  uh: { signed: false, result: halved },
}

/** A lane of a word, extended to 32 bits. */
function laneOf(b: Builder, word: Node, bits: number, lane: number, signed: boolean): Node {
  const top = b.shl(word, b.i32(32 - bits * (lane + 1)))
  return signed ? b.shrS(top, b.i32(32 - bits)) : b.shrU(top, b.i32(32 - bits))
}

/** Puts lanes together. */
function joined(b: Builder, lanes: readonly Node[], bits: number): Node {
  const mask = b.i32(2 ** bits - 1)
  return lanes.map((v, i) => b.shl(b.and(v, mask), b.i32(bits * i))).reduce((p, q) => b.or(p, q))
}

/** Which lane of rm each lane of rn meets, and how. */
interface Shape {
  readonly bits: 8 | 16
  readonly ops: readonly Op[]
  readonly crossed: boolean
}
const same = (op: Op, lanes: number): readonly Op[] => Array.from({ length: lanes }, () => op)
const shapes: Readonly<Record<string, Shape>> = {
  add16: { bits: 16, ops: same('add', 2), crossed: false },
  asx: { bits: 16, ops: ['sub', 'add'], crossed: true },
  sax: { bits: 16, ops: ['add', 'sub'], crossed: true },
  sub16: { bits: 16, ops: same('sub', 2), crossed: false },
  add8: { bits: 8, ops: same('add', 4), crossed: false },
  sub8: { bits: 8, ops: same('sub', 4), crossed: false },
}

const body =
  (kind: Kind, { bits, ops, crossed }: Shape) =>
  (x: Ctx): void => {
    const { b } = x
    const exact = ops.map((op, lane) => {
      const y = laneOf(b, x.rm, bits, crossed ? 1 - lane : lane, kind.signed)
      return b[op](laneOf(b, x.rn, bits, lane, kind.signed), y)
    })
    const { ge } = kind
    if (ge) {
      // A lane of 16 bits has two flags.
      const flags = exact.map((v, i) => b.mul(ge(b, v, bits, ops[i] as Op), b.i32(bits === 16 ? 3 : 1)))
      b.set(S.ge, joined(b, flags, bits / 8))
    }
    x.setRd(
      joined(
        b,
        exact.map(v => kind.result(b, v, bits)),
        bits,
      ),
    )
  }

/** A mask with 0xff in each byte whose GE flag is set. */
const geMask = (b: Builder): Node => {
  const spread = b.and(b.mul(b.get(S.ge, 'i32'), b.i32(0x00204081)), b.i32(0x01010101))
  return b.mul(spread, b.i32(0xff))
}

/** The sum of the absolute differences of the bytes. */
const differences = (x: Ctx): Node => {
  const { b } = x
  return [0, 1, 2, 3]
    .map(lane => {
      const d = b.sub(laneOf(b, x.rn, 8, lane, false), laneOf(b, x.rm, 8, lane, false))
      const sign = b.shrS(d, b.i32(31))
      return b.sub(b.xor(d, sign), sign)
    })
    .reduce((p, q) => b.add(p, q))
}

export const parallel: readonly Semantics[] = [
  ...Object.entries(kinds).flatMap(([prefix, kind]) =>
    Object.entries(shapes).flatMap(([name, shape]) => plain(prefix + name, body(kind, shape))),
  ),
  ...plain('sel', x => {
    const { b } = x
    const mask = geMask(b)
    x.setRd(b.or(b.and(x.rn, mask), b.and(x.rm, b.not(mask))))
  }),
  ...plain('usad8', x => x.setRd(differences(x))),
  ...plain('usada8', x => x.setRd(x.b.add(x.ra, differences(x)))),
]
