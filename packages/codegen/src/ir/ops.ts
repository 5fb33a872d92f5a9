/**
 * The table of IR operations. Builder, verifier, text form, oracle and the lowering to WebAssembly are all derived
 * from it: an operation is known to all of them or to none.
 *
 * Numeric operations carry their WebAssembly opcode and an independent JavaScript meaning (`eval`): i32 values are
 * signed numbers, i64 values signed bigints, floats numbers.
 */
import { fma } from '../float/soft/arithmetic.ts'
import { createEnv } from '../float/soft/env.ts'
import { binary64 } from '../float/soft/format.ts'
import { fmaCode } from '../wasm/asm/opcodes.ts'
import type { Type } from './types.ts'

/** A run-time value of the oracle. */
export type Val = number | bigint

export interface NumericOp {
  readonly kind: 'numeric'
  readonly args: readonly Type[]
  readonly result: Type
  /** Opcode bytes, prefix included. */
  readonly code: readonly number[]
  readonly eval: (...args: never[]) => Val
  /** The code works on vectors: each argument is made one. */
  readonly lanes?: true
}

/** Operations that are not plain arithmetic. `effect`: what order must be kept. */
export interface SpecialOp {
  readonly kind: 'special'
  /** Number of arguments; -1 any. */
  readonly arity: number
  readonly value: boolean
  /** none: pure; read/write: state or memory; control: may leave the block. */
  readonly effect: 'none' | 'read' | 'write' | 'control'
  /** For the reader of the table. */
  readonly doc: string
}

export type OpInfo = NumericOp | SpecialOp

const i32 = (x: number | bigint): number => Number(BigInt.asIntN(32, BigInt(x)))
const i64 = (x: bigint): bigint => BigInt.asIntN(64, x)
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x)
const bool = (x: boolean): number => (x ? 1 : 0)

const clz64 = (x: bigint): bigint => {
  const hi = Number(u64(x) >> 32n)
  return BigInt(hi ? Math.clz32(hi) : 32 + Math.clz32(Number(u64(x) & 0xffffffffn)))
}
const ctz32 = (x: number): number => (x === 0 ? 32 : 31 - Math.clz32(x & -x))
const popcount = (x: bigint): number => x.toString(2).replaceAll('0', '').length
const trunc = (x: number, lo: bigint, hi: bigint): bigint => {
  if (Number.isNaN(x)) return 0n
  if (x === Infinity) return hi
  if (x === -Infinity) return lo
  const t = BigInt(Math.trunc(x))
  return t < lo ? lo : t > hi ? hi : t
}
const nearest = (x: number): number => {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52 || x === 0) return x
  const f = Math.floor(x)
  const d = x - f
  const r = d < 0.5 ? f : d > 0.5 ? f + 1 : f % 2 === 0 ? f : f + 1
  return r === 0 ? (x < 0 ? -0 : 0) : r
}

/** name → [i32 opcode, i64 opcode, i32 meaning, i64 meaning] */
const binary: Record<
  string,
  [number, number, (a: number, b: number) => number, (a: bigint, b: bigint) => bigint]
> = {
  add: [0x6a, 0x7c, (a, b) => (a + b) | 0, (a, b) => i64(a + b)],
  sub: [0x6b, 0x7d, (a, b) => (a - b) | 0, (a, b) => i64(a - b)],
  mul: [0x6c, 0x7e, Math.imul, (a, b) => i64(a * b)],
  // Division by zero and overflow are undefined here: semantics guard them.
  div_s: [0x6d, 0x7f, (a, b) => (a / b) | 0, (a, b) => i64(a / b)],
  div_u: [0x6e, 0x80, (a, b) => ((a >>> 0) / (b >>> 0)) | 0, (a, b) => i64(u64(a) / u64(b))],
  rem_s: [0x6f, 0x81, (a, b) => (a % b) | 0, (a, b) => i64(a % b)],
  rem_u: [0x70, 0x82, (a, b) => ((a >>> 0) % (b >>> 0)) | 0, (a, b) => i64(u64(a) % u64(b))],
  and: [0x71, 0x83, (a, b) => a & b, (a, b) => a & b],
  or: [0x72, 0x84, (a, b) => a | b, (a, b) => a | b],
  xor: [0x73, 0x85, (a, b) => a ^ b, (a, b) => a ^ b],
  shl: [0x74, 0x86, (a, b) => a << b, (a, b) => i64(a << (b & 63n))],
  shr_s: [0x75, 0x87, (a, b) => a >> b, (a, b) => a >> (b & 63n)],
  shr_u: [0x76, 0x88, (a, b) => (a >>> b) | 0, (a, b) => i64(u64(a) >> (b & 63n))],
  rotl: [
    0x77,
    0x89,
    (a, b) => (a << (b & 31)) | (b & 31 ? a >>> (32 - (b & 31)) : 0),
    (a, b) => i64((u64(a) << (b & 63n)) | (u64(a) >> (64n - (b & 63n)))),
  ],
  rotr: [
    0x78,
    0x8a,
    (a, b) => (a >>> (b & 31)) | (b & 31 ? a << (32 - (b & 31)) : 0),
    (a, b) => i64((u64(a) >> (b & 63n)) | (u64(a) << (64n - (b & 63n)))),
  ],
}

const compare: Record<
  string,
  [number, number, (a: number, b: number) => boolean, (a: bigint, b: bigint) => boolean]
> = {
  eq: [0x46, 0x51, (a, b) => a === b, (a, b) => a === b],
  ne: [0x47, 0x52, (a, b) => a !== b, (a, b) => a !== b],
  lt_s: [0x48, 0x53, (a, b) => a < b, (a, b) => a < b],
  lt_u: [0x49, 0x54, (a, b) => a >>> 0 < b >>> 0, (a, b) => u64(a) < u64(b)],
  gt_s: [0x4a, 0x55, (a, b) => a > b, (a, b) => a > b],
  gt_u: [0x4b, 0x56, (a, b) => a >>> 0 > b >>> 0, (a, b) => u64(a) > u64(b)],
  le_s: [0x4c, 0x57, (a, b) => a <= b, (a, b) => a <= b],
  le_u: [0x4d, 0x58, (a, b) => a >>> 0 <= b >>> 0, (a, b) => u64(a) <= u64(b)],
  ge_s: [0x4e, 0x59, (a, b) => a >= b, (a, b) => a >= b],
  ge_u: [0x4f, 0x5a, (a, b) => a >>> 0 >= b >>> 0, (a, b) => u64(a) >= u64(b)],
}

const fcompare: Record<string, [number, number, (a: number, b: number) => boolean]> = {
  eq: [0x5b, 0x61, (a, b) => a === b],
  ne: [0x5c, 0x62, (a, b) => a !== b],
  lt: [0x5d, 0x63, (a, b) => a < b],
  gt: [0x5e, 0x64, (a, b) => a > b],
  le: [0x5f, 0x65, (a, b) => a <= b],
  ge: [0x60, 0x66, (a, b) => a >= b],
}

const fbinary: Record<string, [number, number, (a: number, b: number) => number]> = {
  add: [0x92, 0xa0, (a, b) => a + b],
  sub: [0x93, 0xa1, (a, b) => a - b],
  mul: [0x94, 0xa2, (a, b) => a * b],
  div: [0x95, 0xa3, (a, b) => a / b],
  copysign: [0x98, 0xa6, (a, b) => (Object.is(Math.sign(b) || b, -0) || b < 0 ? -Math.abs(a) : Math.abs(a))],
}

const funary: Record<string, [number, number, (a: number) => number]> = {
  abs: [0x8b, 0x99, Math.abs],
  neg: [0x8c, 0x9a, a => -a],
  ceil: [0x8d, 0x9b, Math.ceil],
  floor: [0x8e, 0x9c, Math.floor],
  trunc: [0x8f, 0x9d, Math.trunc],
  nearest: [0x90, 0x9e, nearest],
  sqrt: [0x91, 0x9f, Math.sqrt],
}

const view = new DataView(new ArrayBuffer(8))
const bitsF64 = (x: number): bigint => {
  view.setFloat64(0, x)
  return view.getBigInt64(0)
}
const f64Bits = (x: bigint): number => {
  view.setBigInt64(0, x)
  return view.getFloat64(0)
}
const bitsF32 = (x: number): number => {
  view.setFloat32(0, x)
  return view.getInt32(0)
}
const f32Bits = (x: number): number => {
  view.setInt32(0, x)
  return view.getFloat32(0)
}

const ops: Record<string, OpInfo> = {}
const numeric = (
  name: string,
  args: Type[],
  result: Type,
  code: number[],
  evaluate: (...a: never[]) => Val,
): void => {
  ops[name] = { kind: 'numeric', args, result, code, eval: evaluate }
}

for (const [name, [c32, c64, e32, e64]] of Object.entries(binary)) {
  numeric(`i32.${name}`, ['i32', 'i32'], 'i32', [c32], e32)
  numeric(`i64.${name}`, ['i64', 'i64'], 'i64', [c64], e64)
}
for (const [name, [c32, c64, e32, e64]] of Object.entries(compare)) {
  numeric(`i32.${name}`, ['i32', 'i32'], 'i32', [c32], (a: number, b: number) => bool(e32(a, b)))
  numeric(`i64.${name}`, ['i64', 'i64'], 'i32', [c64], (a: bigint, b: bigint) => bool(e64(a, b)))
}
for (const [name, [c32, c64, e]] of Object.entries(fcompare)) {
  numeric(`f32.${name}`, ['f32', 'f32'], 'i32', [c32], (a: number, b: number) => bool(e(a, b)))
  numeric(`f64.${name}`, ['f64', 'f64'], 'i32', [c64], (a: number, b: number) => bool(e(a, b)))
}
for (const [name, [c32, c64, e]] of Object.entries(fbinary)) {
  numeric(`f32.${name}`, ['f32', 'f32'], 'f32', [c32], (a: number, b: number) => Math.fround(e(a, b)))
  numeric(`f64.${name}`, ['f64', 'f64'], 'f64', [c64], e)
}
for (const [name, [c32, c64, e]] of Object.entries(funary)) {
  numeric(`f32.${name}`, ['f32'], 'f32', [c32], (a: number) => Math.fround(e(a)))
  numeric(`f64.${name}`, ['f64'], 'f64', [c64], e)
}
numeric('i32.eqz', ['i32'], 'i32', [0x45], (a: number) => bool(a === 0))
numeric('i64.eqz', ['i64'], 'i32', [0x50], (a: bigint) => bool(a === 0n))
numeric('i32.clz', ['i32'], 'i32', [0x67], (a: number) => Math.clz32(a))
numeric('i32.ctz', ['i32'], 'i32', [0x68], ctz32)
numeric('i32.popcnt', ['i32'], 'i32', [0x69], (a: number) => popcount(BigInt(a >>> 0)))
numeric('i64.clz', ['i64'], 'i64', [0x79], clz64)
numeric('i64.ctz', ['i64'], 'i64', [0x7a], (a: bigint) => (a === 0n ? 64n : 63n - clz64(a & -a)))
numeric('i64.popcnt', ['i64'], 'i64', [0x7b], (a: bigint) => BigInt(popcount(u64(a))))
numeric('i32.wrap', ['i64'], 'i32', [0xa7], (a: bigint) => i32(a))
numeric('i64.extend_s', ['i32'], 'i64', [0xac], (a: number) => BigInt(a))
numeric('i64.extend_u', ['i32'], 'i64', [0xad], (a: number) => BigInt(a >>> 0))
numeric('i32.sext8', ['i32'], 'i32', [0xc0], (a: number) => (a << 24) >> 24)
numeric('i32.sext16', ['i32'], 'i32', [0xc1], (a: number) => (a << 16) >> 16)
numeric('i64.sext8', ['i64'], 'i64', [0xc2], (a: bigint) => BigInt.asIntN(8, a))
numeric('i64.sext16', ['i64'], 'i64', [0xc3], (a: bigint) => BigInt.asIntN(16, a))
numeric('i64.sext32', ['i64'], 'i64', [0xc4], (a: bigint) => BigInt.asIntN(32, a))
numeric('f64.promote', ['f32'], 'f64', [0xbb], (a: number) => a)
numeric('f32.demote', ['f64'], 'f32', [0xb6], (a: number) => Math.fround(a))
numeric('i32.bits', ['f32'], 'i32', [0xbc], bitsF32)
numeric('i64.bits', ['f64'], 'i64', [0xbd], bitsF64)
numeric('f32.from_bits', ['i32'], 'f32', [0xbe], f32Bits)
numeric('f64.from_bits', ['i64'], 'f64', [0xbf], f64Bits)
// Saturating float → integer, NaN → 0.
const I32 = [-(1n << 31n), (1n << 31n) - 1n] as const
const U32 = [0n, (1n << 32n) - 1n] as const
const I64 = [-(1n << 63n), (1n << 63n) - 1n] as const
const U64 = [0n, (1n << 64n) - 1n] as const
for (const [f, s] of [
  ['f32', 0],
  ['f64', 2],
] as const) {
  numeric(`i32.trunc_s_${f}`, [f], 'i32', [0xfc, s], (a: number) => i32(trunc(a, ...I32)))
  numeric(`i32.trunc_u_${f}`, [f], 'i32', [0xfc, s + 1], (a: number) => i32(trunc(a, ...U32)))
  numeric(`i64.trunc_s_${f}`, [f], 'i64', [0xfc, s + 4], (a: number) => trunc(a, ...I64))
  numeric(`i64.trunc_u_${f}`, [f], 'i64', [0xfc, s + 5], (a: number) => i64(trunc(a, ...U64)))
}
/** bigint → float32 without double rounding: round to odd in double first. */
const f32FromBig = (x: bigint): number => {
  const near = Number(x)
  if (BigInt(near) === x) return Math.fround(near)
  // Step towards the exact value on an odd double so that the second rounding sees the sticky bit.
  const bits = bitsF64(near)
  const odd = bits & 1n ? near : f64Bits(BigInt(near) > x === near > 0 ? bits - 1n : bits + 1n)
  return Math.fround(odd)
}
numeric('f32.from_i32_s', ['i32'], 'f32', [0xb2], (a: number) => Math.fround(a))
numeric('f32.from_i32_u', ['i32'], 'f32', [0xb3], (a: number) => Math.fround(a >>> 0))
numeric('f32.from_i64_s', ['i64'], 'f32', [0xb4], (a: bigint) => f32FromBig(a))
numeric('f32.from_i64_u', ['i64'], 'f32', [0xb5], (a: bigint) => f32FromBig(u64(a)))
numeric('f64.from_i32_s', ['i32'], 'f64', [0xb7], (a: number) => a)
numeric('f64.from_i32_u', ['i32'], 'f64', [0xb8], (a: number) => a >>> 0)
numeric('f64.from_i64_s', ['i64'], 'f64', [0xb9], (a: bigint) => Number(a))
numeric('f64.from_i64_u', ['i64'], 'f64', [0xba], (a: bigint) => Number(u64(a)))

// x * y + z rounded once; see `hasFusedMultiplyAdd`.
const exactFma = (x: number, y: number, z: number): number =>
  f64Bits(fma(createEnv(), binary64, u64(bitsF64(x)), u64(bitsF64(y)), u64(bitsF64(z))))
ops['f64.fma'] = {
  kind: 'numeric',
  args: ['f64', 'f64', 'f64'],
  result: 'f64',
  code: fmaCode,
  eval: exactFma,
  lanes: true,
}

const special = (
  name: string,
  arity: number,
  value: boolean,
  effect: SpecialOp['effect'],
  doc: string,
): void => {
  ops[name] = { kind: 'special', arity, value, effect, doc }
}
special('const', 0, true, 'none', 'imm = the value')
special('select', 3, true, 'none', 'condition, value if not 0, value if 0')
special('get', 0, true, 'read', 'imm = offset of the state slot')
special('set', 1, false, 'write', 'imm = offset of the state slot')
special('getx', 1, true, 'read', 'state slot at an offset known at run time only (i32)')
special('setx', 2, false, 'write', 'offset, value')
special('cpu', 0, true, 'none', 'base address of the vCPU state in linear memory')
special('operand', 0, true, 'none', 'a field of the decoded instruction record (T0 only); imm = field number')
special('here', 0, true, 'none', 'address of the current instruction (T0 only)')
special('vget', 0, true, 'read', 'imm = variable number')
special('vset', 1, false, 'write', 'imm = variable number')
special('rload', 1, true, 'read', 'linear memory: address (i32) + imm, width')
special('rstore', 2, false, 'write', 'address (i32) + imm, value, width')
special('fill', 3, false, 'write', 'linear memory: address, byte, count')
special('gload', 1, true, 'control', 'guest memory through the soft TLB: address, width; may leave')
special('gstore', 2, false, 'control', 'guest memory through the soft TLB: address, value, width; may leave')
special('gprobe', 1, false, 'control', 'as a gstore to the address would, but stores nothing; width')
special(
  'gmodify',
  1,
  true,
  'control',
  'as gload, at a place to which the next gput stores: faults as a gstore would; address, width',
)
special('gput', 1, false, 'control', 'stores to the place of the gmodify before: value, width')
special('call', -1, true, 'write', 'callee, arguments after the vCPU base')
special('if', 1, false, 'control', 'condition, body, orelse')
special('loop', 0, false, 'control', 'body, for ever; `break` leaves it')
special('break', 0, false, 'control', 'leaves the innermost loop')
special('return', -1, false, 'control', 'functions only')
special('insn', 0, false, 'control', 'an instruction begins; imm = its number in the block')
special(
  'goto',
  1,
  false,
  'control',
  'the block ends; next pc; imm 1: through the dispatcher, which looks at requests',
)
special('branch', 3, false, 'control', 'the block ends: condition, pc if taken, pc if not')
special('raise', 2, false, 'control', 'synchronous exception by this instruction: cause (i32), value (i64)')
special('leave', 1, false, 'control', 'the instruction is done, next pc; imm = exit code for the run loop')
special('exact', 0, false, 'control', 'what follows must not run in a region: only in single-step of T0')
special(
  'timed',
  0,
  false,
  'control',
  'imm 1: what follows reads the time, which must be exact; imm 0: no longer',
)
special(
  'pause',
  0,
  false,
  'control',
  'an instruction has reached a device: leave before the next one if the run loop is wanted (regions only)',
)
special('check', 0, false, 'control', 'leave if the call before left an exit code')
special(
  'hook',
  0,
  false,
  'control',
  'callback of a plugin; imm = 4 × hook number, + 1 if it reads state, + 2 if it writes',
)
special(
  'hooked',
  0,
  false,
  'control',
  'the callbacks before the instruction have run: leave if the run loop is wanted',
)
special(
  'count',
  1,
  false,
  'write',
  'imm = offset of the state slot to which the constant is added; regions only',
)
special('left', 0, true, 'read', 'budget that is left before the current instruction (regions only)')

/** Every operation by name. */
export const opTable: Readonly<Record<string, OpInfo>> = ops

/** Looks an operation up; throws for a name that is not in the table. */
export function opInfo(name: string): OpInfo {
  const info = ops[name]
  if (!info) throw new Error(`IR: unknown operation ${name}`)
  return info
}
