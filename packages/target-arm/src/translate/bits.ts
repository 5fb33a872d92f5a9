/** Bit fields, extension, packing, reversal (Armv7-M ARM, A4.4.5 to A4.4.7). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { BitField, Packing } from '../isa/thumb/aux.ts'
import { type Ctx, plain } from './context.ts'

const lowMask = (x: Ctx): Node => {
  const { b } = x
  return b.shrU(b.i32(-1), b.sub(b.i32(31), x.aux(BitField.widthMinus1, 5)))
}
const insert = (x: Ctx, field: Node): Node => {
  const { b } = x
  const lsb = x.aux(BitField.lsb, 5)
  const mask = lowMask(x)
  return b.or(b.and(x.rd, b.not(b.shl(mask, lsb))), b.shl(b.and(field, mask), lsb))
}
/** The field moves to the top and back. */
const extract = (x: Ctx, signed: boolean): Node => {
  const { b } = x
  const [lsb, last] = [x.aux(BitField.lsb, 5), x.aux(BitField.widthMinus1, 5)]
  const top = b.shl(x.rn, b.sub(b.sub(b.i32(31), last), lsb))
  const back = b.sub(b.i32(31), last)
  return signed ? b.shrS(top, back) : b.shrU(top, back)
}

const halves = 0x00ff00ff
export type Unary = (b: Builder, value: Node) => Node

const swapBytes: Unary = (b, v) =>
  b.or(b.shl(b.and(v, b.i32(halves)), b.i32(8)), b.and(b.shrU(v, b.i32(8)), b.i32(halves)))
const reverseBytes: Unary = (b, v) => b.op('i32.rotl', swapBytes(b, v), b.i32(16))
const reverseBits: Unary = (b, v) => {
  let bits = reverseBytes(b, v)
  for (const [shift, mask] of [
    [4, 0x0f0f0f0f],
    [2, 0x33333333],
    [1, 0x55555555],
  ] as const) {
    const down = b.and(b.shrU(bits, b.i32(shift)), b.i32(mask))
    bits = b.or(b.shl(b.and(bits, b.i32(mask)), b.i32(shift)), down)
  }
  return bits
}

const unary = (name: string, fn: Unary): readonly Semantics[] => plain(name, x => x.setRd(fn(x.b, x.rm)))

/** Two halfwords in a word. */
export const packHalves = (b: Builder, low: Node, high: Node): Node =>
  b.or(b.and(low, b.i32(0xffff)), b.shl(high, b.i32(16)))
export const lowHalf: Unary = (b, v) => b.op('i32.sext16', v)
export const highHalf: Unary = (b, v) => b.shrS(v, b.i32(16))

const extensions: Readonly<Record<string, Unary>> = {
  sxtb: (b, v) => b.op('i32.sext8', v),
  sxth: lowHalf,
  uxtb: (b, v) => b.and(v, b.i32(0xff)),
  uxth: (b, v) => b.and(v, b.i32(0xffff)),
}
const extensions16: Readonly<Record<string, Unary>> = {
  sxtb16: (b, v) => packHalves(b, b.op('i32.sext8', v), b.op('i32.sext8', b.shrU(v, b.i32(16)))),
  uxtb16: (b, v) => b.and(v, b.i32(halves)),
}
const rotatedRm = (x: Ctx): Node => x.b.op('i32.rotr', x.rm, x.aux(Packing.amount, 5))
/** sxtb16 → sxtab16 */
const withA = (name: string): string => name.replace('xt', 'xta')

const extending: readonly Semantics[] = [
  ...Object.entries({ ...extensions, ...extensions16 }).flatMap(([name, fn]) =>
    plain(name, x => x.setRd(fn(x.b, rotatedRm(x)))),
  ),
  ...Object.entries(extensions).flatMap(([name, fn]) =>
    plain(withA(name), x => x.setRd(x.b.add(x.rn, fn(x.b, rotatedRm(x))))),
  ),
  ...Object.entries(extensions16).flatMap(([name, fn]) =>
    plain(withA(name), x => {
      const { b } = x
      const added = fn(b, rotatedRm(x))
      const high = b.add(b.shrU(x.rn, b.i32(16)), b.shrU(added, b.i32(16)))
      x.setRd(packHalves(b, b.add(x.rn, added), high))
    }),
  ),
]

const packing: readonly Semantics[] = [
  ...plain('pkhbt', x => {
    const { b } = x
    const moved = b.shl(x.rm, x.aux(Packing.amount, 6))
    x.setRd(b.or(b.and(x.rn, b.i32(0xffff)), b.and(moved, b.i32(-0x10000))))
  }),
  ...plain('pkhtb', x => {
    const { b } = x
    // An amount of 32 is 31 for an arithmetic shift.
    const amount = x.aux(Packing.amount, 6)
    const moved = b.shrS(x.rm, b.sub(amount, b.shrU(amount, b.i32(5))))
    x.setRd(b.or(b.and(moved, b.i32(0xffff)), b.and(x.rn, b.i32(-0x10000))))
  }),
]

export const bitOperations: readonly Semantics[] = [
  ...plain('bfi', x => x.setRd(insert(x, x.rn))),
  ...plain('bfc', x => x.setRd(insert(x, x.b.i32(0)))),
  ...plain('sbfx', x => x.setRd(extract(x, true))),
  ...plain('ubfx', x => x.setRd(extract(x, false))),
  ...unary('clz', (b, v) => b.op('i32.clz', v)),
  ...unary('rbit', reverseBits),
  ...unary('rev', reverseBytes),
  ...unary('rev16', swapBytes),
  ...unary('revsh', (b, v) => lowHalf(b, swapBytes(b, v))),
  ...extending,
  ...packing,
]
