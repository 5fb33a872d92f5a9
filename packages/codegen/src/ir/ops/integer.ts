/** Integer arithmetic, comparisons and conversions between the two sizes. */
import { type NumericOp, numeric } from './info.ts'

/** Of two integers of one type, to a third. */
export type IntegerBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | `${'div' | 'rem'}_${Sign}`
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | `shr_${Sign}`
  | 'rotl'
  | 'rotr'
/** Of two integers of one type, to 0 or 1. */
export type IntegerCompare = 'eq' | 'ne' | `${'lt' | 'gt' | 'le' | 'ge'}_${Sign}`
/** Of an integer, to another of its type. */
export type IntegerUnary = 'clz' | 'ctz' | 'popcnt' | 'sext8' | 'sext16'
type OtherOp = `${'i32' | 'i64'}.${'eqz' | IntegerUnary}` | 'i64.sext32' | 'i32.wrap' | `i64.extend_${Sign}`
export type IntegerOp = `${'i32' | 'i64'}.${IntegerBinary | IntegerCompare}` | OtherOp

/** An operation takes its operands as signed or unsigned ones. */
type Sign = 's' | 'u'
type Meaning<R32, R64 = R32> = readonly [
  of32: (a: number, b: number) => R32,
  of64: (a: bigint, b: bigint) => R64,
]

const i64 = (x: bigint): bigint => BigInt.asIntN(64, x)
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)

const binary: Readonly<Record<IntegerBinary, Meaning<number, bigint>>> = {
  add: [(a, b) => (a + b) | 0, (a, b) => i64(a + b)],
  sub: [(a, b) => (a - b) | 0, (a, b) => i64(a - b)],
  mul: [Math.imul, (a, b) => i64(a * b)],
  // Division by zero and overflow are undefined here: semantics guard them.
  div_s: [(a, b) => (a / b) | 0, (a, b) => i64(a / b)],
  div_u: [(a, b) => ((a >>> 0) / (b >>> 0)) | 0, (a, b) => i64(u64(a) / u64(b))],
  rem_s: [(a, b) => (a % b) | 0, (a, b) => i64(a % b)],
  rem_u: [(a, b) => ((a >>> 0) % (b >>> 0)) | 0, (a, b) => i64(u64(a) % u64(b))],
  and: [(a, b) => a & b, (a, b) => a & b],
  or: [(a, b) => a | b, (a, b) => a | b],
  xor: [(a, b) => a ^ b, (a, b) => a ^ b],
  shl: [(a, b) => a << b, (a, b) => i64(a << (b & 63n))],
  shr_s: [(a, b) => a >> b, (a, b) => a >> (b & 63n)],
  shr_u: [(a, b) => (a >>> b) | 0, (a, b) => i64(u64(a) >> (b & 63n))],
  rotl: [
    (a, b) => (a << (b & 31)) | (b & 31 ? a >>> (32 - (b & 31)) : 0),
    (a, b) => i64((u64(a) << (b & 63n)) | (u64(a) >> (64n - (b & 63n)))),
  ],
  rotr: [
    (a, b) => (a >>> (b & 31)) | (b & 31 ? a << (32 - (b & 31)) : 0),
    (a, b) => i64((u64(a) >> (b & 63n)) | (u64(a) << (64n - (b & 63n)))),
  ],
}

const compare: Readonly<Record<IntegerCompare, Meaning<boolean>>> = {
  eq: [(a, b) => a === b, (a, b) => a === b],
  ne: [(a, b) => a !== b, (a, b) => a !== b],
  lt_s: [(a, b) => a < b, (a, b) => a < b],
  lt_u: [(a, b) => a >>> 0 < b >>> 0, (a, b) => u64(a) < u64(b)],
  gt_s: [(a, b) => a > b, (a, b) => a > b],
  gt_u: [(a, b) => a >>> 0 > b >>> 0, (a, b) => u64(a) > u64(b)],
  le_s: [(a, b) => a <= b, (a, b) => a <= b],
  le_u: [(a, b) => a >>> 0 <= b >>> 0, (a, b) => u64(a) <= u64(b)],
  ge_s: [(a, b) => a >= b, (a, b) => a >= b],
  ge_u: [(a, b) => a >>> 0 >= b >>> 0, (a, b) => u64(a) >= u64(b)],
}

const clz64 = (x: bigint): bigint => {
  const hi = Number(u64(x) >> 32n)
  return BigInt(hi ? Math.clz32(hi) : 32 + Math.clz32(Number(u64(x) & 0xffffffffn)))
}
const ctz32 = (x: number): number => (x === 0 ? 32 : 31 - Math.clz32(x & -x))
const popcount = (x: bigint): number => x.toString(2).replaceAll('0', '').length

const others: Readonly<Record<OtherOp, NumericOp>> = {
  'i32.eqz': numeric(['i32'], 'i32', 'i32.eqz', (a: number) => Number(a === 0)),
  'i64.eqz': numeric(['i64'], 'i32', 'i64.eqz', (a: bigint) => Number(a === 0n)),
  'i32.clz': numeric(['i32'], 'i32', 'i32.clz', (a: number) => Math.clz32(a)),
  'i32.ctz': numeric(['i32'], 'i32', 'i32.ctz', ctz32),
  'i32.popcnt': numeric(['i32'], 'i32', 'i32.popcnt', (a: number) => popcount(BigInt(a >>> 0))),
  'i64.clz': numeric(['i64'], 'i64', 'i64.clz', clz64),
  'i64.ctz': numeric(['i64'], 'i64', 'i64.ctz', (a: bigint) => (a === 0n ? 64n : 63n - clz64(a & -a))),
  'i64.popcnt': numeric(['i64'], 'i64', 'i64.popcnt', (a: bigint) => BigInt(popcount(u64(a)))),
  'i32.wrap': numeric(['i64'], 'i32', 'i32.wrap_i64', (a: bigint) => Number(BigInt.asIntN(32, a))),
  'i64.extend_s': numeric(['i32'], 'i64', 'i64.extend_i32_s', (a: number) => BigInt(a)),
  'i64.extend_u': numeric(['i32'], 'i64', 'i64.extend_i32_u', (a: number) => BigInt(a >>> 0)),
  'i32.sext8': numeric(['i32'], 'i32', 'i32.extend8_s', (a: number) => (a << 24) >> 24),
  'i32.sext16': numeric(['i32'], 'i32', 'i32.extend16_s', (a: number) => (a << 16) >> 16),
  'i64.sext8': numeric(['i64'], 'i64', 'i64.extend8_s', (a: bigint) => BigInt.asIntN(8, a)),
  'i64.sext16': numeric(['i64'], 'i64', 'i64.extend16_s', (a: bigint) => BigInt.asIntN(16, a)),
  'i64.sext32': numeric(['i64'], 'i64', 'i64.extend32_s', (a: bigint) => BigInt.asIntN(32, a)),
}

export const integerOps: Record<string, NumericOp> = { ...others }
for (const [name, [of32, of64]] of Object.entries(binary)) {
  integerOps[`i32.${name}`] = numeric(['i32', 'i32'], 'i32', `i32.${name as IntegerBinary}`, of32)
  integerOps[`i64.${name}`] = numeric(['i64', 'i64'], 'i64', `i64.${name as IntegerBinary}`, of64)
}
for (const [name, [of32, of64]] of Object.entries(compare)) {
  const as32 = (a: number, b: number): number => Number(of32(a, b))
  const as64 = (a: bigint, b: bigint): number => Number(of64(a, b))
  integerOps[`i32.${name}`] = numeric(['i32', 'i32'], 'i32', `i32.${name as IntegerCompare}`, as32)
  integerOps[`i64.${name}`] = numeric(['i64', 'i64'], 'i32', `i64.${name as IntegerCompare}`, as64)
}
