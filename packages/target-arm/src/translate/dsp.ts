/** The DSP extension: saturation, multiplication of halves, dual and most significant word (A4.4.2 to A4.4.4). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Dual, Halves, Round, Saturate } from '../isa/thumb/aux.ts'
import { S } from '../state.ts'
import { highHalf, lowHalf, packHalves } from './bits.ts'
import { type Ctx, plain } from './context.ts'
import { pair, product, setPair } from './multiply.ts'

/** Q := Q or condition */
function stickyQ(b: Builder, cond: Node): void {
  b.set(S.q, b.or(b.get(S.q, 'i32'), cond))
}
const low = (b: Builder, v: Node): Node => b.resize(v, 'i32')
const wide = (b: Builder, v: Node): Node => b.resize(v, 'i64')
/** Q is set if a 64-bit value is no 32-bit number. */
function stickyOverflow(b: Builder, exact: Node): void {
  stickyQ(b, b.ne(exact, wide(b, low(b, exact))))
}

const clamp = (b: Builder, v: Node, min: Node, max: Node): Node => {
  const above = b.select(b.cmp('gt_s', v, max), max, v)
  return b.select(b.cmp('lt_s', v, min), min, above)
}
/** A 64-bit value as the nearest 32-bit number; sets Q. */
function saturate32(b: Builder, exact: Node): Node {
  const near = clamp(b, exact, b.i64(-(2 ** 31)), b.i64(2 ** 31 - 1))
  stickyQ(b, b.ne(near, exact))
  return low(b, near)
}

/** QADD and its like: rm op rn, or rm op 2 rn with the doubling saturated too. */
const saturating = (name: string, op: 'add' | 'sub', doubling: boolean): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const rn = wide(b, x.rn)
    const y = doubling ? wide(b, saturate32(b, b.add(rn, rn))) : rn
    x.setRd(saturate32(b, b[op](wide(b, x.rm), y)))
  })

/** Limits of SSAT and USAT as aux has them. */
function limits(x: Ctx, signed: boolean): { min: Node; max: Node } {
  const { b } = x
  const to = x.aux(Saturate.to, 6)
  const max = b.not(b.shl(b.i32(-1), signed ? b.sub(to, b.i32(1)) : to))
  return { min: signed ? b.not(max) : b.i32(0), max }
}
const saturate = (name: string, signed: boolean): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const amount = x.aux(Saturate.amount, 5)
    const right = b.shrS(x.rn, amount)
    const value = b.select(x.aux(Saturate.asr), right, b.shl(x.rn, amount))
    const { min, max } = limits(x, signed)
    const result = clamp(b, value, min, max)
    stickyQ(b, b.ne(result, value))
    x.setRd(result)
  })
const saturate16 = (name: string, signed: boolean): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const { min, max } = limits(x, signed)
    const halves = [lowHalf(b, x.rn), highHalf(b, x.rn)] as const
    const [lower, upper] = [clamp(b, halves[0], min, max), clamp(b, halves[1], min, max)]
    stickyQ(b, b.or(b.ne(lower, halves[0]), b.ne(upper, halves[1])))
    x.setRd(packHalves(b, lower, upper))
  })

/** The half of a register that a bit of aux chooses, sign-extended. */
const half = (x: Ctx, value: Node, bit: number): Node =>
  highHalf(x.b, x.b.shl(value, x.b.shl(x.b.xor(x.aux(bit), x.b.i32(1)), x.b.i32(4))))
const halfProduct = (x: Ctx): Node => x.b.mul(half(x, x.rn, Halves.n), half(x, x.rm, Halves.m))
/** The upper 32 of the 48 bits of rn × half of rm. */
const wordProduct = (x: Ctx): Node => {
  const { b } = x
  return low(b, b.shrS(product(b, x.rn, half(x, x.rm, Halves.m)), b.i64(16)))
}

/** rd := ra + product, Q on overflow. */
const accumulating = (name: string, value: (x: Ctx) => Node): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const exact = b.add(wide(b, value(x)), wide(b, x.ra))
    stickyOverflow(b, exact)
    x.setRd(low(b, exact))
  })

/** The sum or difference of the products of the lower and of the upper halves, 64 bits. */
const dual = (x: Ctx, op: 'add' | 'sub'): Node => {
  const { b } = x
  const rm = b.op('i32.rotr', x.rm, b.shl(x.aux(Dual.swap), b.i32(4)))
  const lower = product(b, lowHalf(b, x.rn), lowHalf(b, rm))
  return b[op](lower, product(b, highHalf(b, x.rn), highHalf(b, rm)))
}
/** One overflow check for the whole: the exact sum fits in 64 bits. */
const dualTo32 = (name: string, op: 'add' | 'sub', accumulate: boolean): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const exact = accumulate ? b.add(dual(x, op), wide(b, x.ra)) : dual(x, op)
    stickyOverflow(b, exact)
    x.setRd(low(b, exact))
  })
const dualTo64 = (name: string, op: 'add' | 'sub'): readonly Semantics[] =>
  plain(name, x => setPair(x, x.b.add(pair(x), dual(x, op))))

/** SMMUL and its like: the upper word of (ra << 32) ± rn × rm, rounded if aux says so. */
const mostSignificant = (name: string, op: 'add' | 'sub', accumulate: boolean): readonly Semantics[] =>
  plain(name, x => {
    const { b } = x
    const base = accumulate ? b.shl(b.resize(x.ra, 'i64', true), b.i64(32)) : b.i64(0)
    const exact = b[op](base, product(b, x.rn, x.rm))
    const round = b.shl(b.resize(x.aux(Round.up), 'i64', true), b.i64(31))
    x.setRd(low(b, b.shrU(b.add(exact, round), b.i64(32))))
  })

export const dsp: readonly Semantics[] = [
  ...saturating('qadd', 'add', false),
  ...saturating('qsub', 'sub', false),
  ...saturating('qdadd', 'add', true),
  ...saturating('qdsub', 'sub', true),
  ...saturate('ssat', true),
  ...saturate('usat', false),
  ...saturate16('ssat16', true),
  ...saturate16('usat16', false),

  ...plain('smulxy', x => x.setRd(halfProduct(x))),
  ...accumulating('smlaxy', halfProduct),
  ...plain('smlalxy', x => setPair(x, x.b.add(pair(x), wide(x.b, halfProduct(x))))),
  ...plain('smulwy', x => x.setRd(wordProduct(x))),
  ...accumulating('smlawy', wordProduct),

  ...dualTo32('smuad', 'add', false),
  ...dualTo32('smusd', 'sub', false),
  ...dualTo32('smlad', 'add', true),
  ...dualTo32('smlsd', 'sub', true),
  ...dualTo64('smlald', 'add'),
  ...dualTo64('smlsld', 'sub'),
  ...mostSignificant('smmul', 'add', false),
  ...mostSignificant('smmla', 'add', true),
  ...mostSignificant('smmls', 'sub', true),
]
