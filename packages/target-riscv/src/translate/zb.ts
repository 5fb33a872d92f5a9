/** Chapter "B" Extension for Bit Manipulation: Zba, Zbb, Zbs. */
import type { Builder, IntegerBinary, IntegerCompare, IntegerUnary, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import {
  alu,
  aluImm,
  aluImmW,
  aluW,
  type Binary,
  type Unary,
  unary,
  unaryW,
  type Xlen,
  type XType,
  xType,
  zext32,
} from './common.ts'

/** A numeric operation of the IR in the operands' type. */
const op =
  (name: IntegerBinary): Binary =>
  (b, x, y) =>
    b.op(`${x.type as XType}.${name}`, x, y)
const op1 =
  (name: IntegerUnary): Unary =>
  (b, x) =>
    b.op(`${x.type as XType}.${name}`, x)

const pick =
  (cmp: IntegerCompare): Binary =>
  (b, x, y) =>
    b.select(b.cmp(cmp, x, y), x, y)

/** (rs1 << n) + rs2 */
const shiftAdd =
  (n: number, extend: Unary): Binary =>
  (b, x, y) =>
    b.add(b.shl(extend(b, x), b.const(x.type as XType, n)), y)
const whole: Unary = (_b, x) => x

/** A constant made of repetitions of a 32-bit pattern. */
const pattern = (b: Builder, like: Node, bits: number): Node =>
  like.type === 'i32' ? b.i32(bits) : b.i64((BigInt(bits) << 32n) | BigInt(bits))

/** Each byte becomes 0xff unless it is 0: bit 7 of t says so. */
const orcB: Unary = (b, x) => {
  const low = pattern(b, x, 0x7f7f7f7f)
  const t = b.and(b.or(b.add(b.and(x, low), low), x), pattern(b, x, 0x80808080))
  const type = x.type as XType
  return b.sub(b.shl(t, b.const(type, 1)), b.shrU(t, b.const(type, 7)))
}

/** Swaps neighbours of `n` bits; `mask` holds the lower one of each pair. */
export const swap = (b: Builder, x: Node, n: number, mask: number): Node => {
  const [by, low] = [b.const(x.type as XType, n), pattern(b, x, mask)]
  return b.or(b.shl(b.and(x, low), by), b.and(b.shrU(x, by), low))
}
const rev8: Unary = (b, x) => {
  const halves = swap(b, x, 8, 0x00ff00ff)
  if (x.type === 'i32') return b.op('i32.rotl', halves, b.i32(16))
  return b.op('i64.rotl', swap(b, halves, 16, 0x0000ffff), b.i64(32))
}

/** Zbs: the bit that rs2 names, modulo the width. */
const bit = (b: Builder, x: Node, y: Node): Node => b.shl(b.const(x.type as XType, 1), y)
const single: readonly [string, Binary][] = [
  ['bclr', (b, x, y) => b.and(x, b.not(bit(b, x, y)))],
  ['bext', (b, x, y) => b.and(b.shrU(x, y), b.const(x.type as XType, 1))],
  ['binv', (b, x, y) => b.xor(x, bit(b, x, y))],
  ['bset', (b, x, y) => b.or(x, bit(b, x, y))],
]

/** Zba. */
export const addresses = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    alu(x, 'sh1add', shiftAdd(1, whole)),
    alu(x, 'sh2add', shiftAdd(2, whole)),
    alu(x, 'sh3add', shiftAdd(3, whole)),
    ...(xlen === 64 ? addresses64 : []),
  ]
}

const addresses64: readonly Semantics[] = [
  alu('i64', 'add.uw', shiftAdd(0, zext32)),
  alu('i64', 'sh1add.uw', shiftAdd(1, zext32)),
  alu('i64', 'sh2add.uw', shiftAdd(2, zext32)),
  alu('i64', 'sh3add.uw', shiftAdd(3, zext32)),
  aluImm('i64', 'slli.uw', (b, x, y) => b.shl(zext32(b, x), y)),
]

/** Zbb. */
export const basicBits = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    alu(x, 'andn', (b, x, y) => b.and(x, b.not(y))),
    alu(x, 'orn', (b, x, y) => b.or(x, b.not(y))),
    alu(x, 'xnor', (b, x, y) => b.not(b.xor(x, y))),
    unary(x, 'clz', op1('clz')),
    unary(x, 'ctz', op1('ctz')),
    unary(x, 'cpop', op1('popcnt')),
    alu(x, 'min', pick('lt_s')),
    alu(x, 'minu', pick('lt_u')),
    alu(x, 'max', pick('gt_s')),
    alu(x, 'maxu', pick('gt_u')),
    unary(x, 'sext.b', op1('sext8')),
    unary(x, 'sext.h', op1('sext16')),
    unary(x, 'zext.h', (b, v) => b.and(v, b.const(x, 0xffff))),
    alu(x, 'rol', op('rotl')),
    alu(x, 'ror', op('rotr')),
    aluImm(x, 'rori', op('rotr')),
    unary(x, 'orc.b', orcB),
    unary(x, 'rev8', rev8),
    ...(xlen === 64 ? basicBits64 : []),
  ]
}

const basicBits64: readonly Semantics[] = [
  unaryW('clzw', op1('clz')),
  unaryW('ctzw', op1('ctz')),
  unaryW('cpopw', op1('popcnt')),
  aluW('rolw', op('rotl')),
  aluW('rorw', op('rotr')),
  aluImmW('roriw', op('rotr')),
]

/** Zbs. */
export const singleBits = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    ...single.map(([name, fn]) => alu(x, name, fn)),
    ...single.map(([name, fn]) => aluImm(x, `${name}i`, fn)),
  ]
}
