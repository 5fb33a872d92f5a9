/** Chapters "F" and "D": computational, sign-injection, comparison and classification instructions. */
import {
  type Builder,
  type FloatBinary,
  type FloatCompare,
  hasFusedMultiplyAdd,
  type Node,
  nativeFloat,
} from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { S } from '../state.ts'
import { type Binary, rd, rs1, rs2, rs3, type XType } from './common.ts'
import { dirtyFp, requireFp } from './context.ts'
import {
  accrue,
  bitsOf,
  checkRounding,
  double,
  type Format,
  finite,
  floatOf,
  inexactKnown,
  NX,
  normal,
  raisedFlags,
  raiseFlags,
  read,
  rounding,
  write,
} from './float.ts'
import { floatFunction, slowly } from './float-functions.ts'

/** Changes the sign, of bits or in a register. */
const negate = (f: Format, b: Builder, bits: Node): Node => b.xor(bits, b.const(bits.type as XType, f.sign))

/** The fast way if all conditions hold; those that are absent always do. */
const whenAll = (
  b: Builder,
  conditions: readonly (Node | undefined)[],
  fast: () => void,
  slow: () => void,
): void =>
  b.if(
    conditions.filter(c => c !== undefined).reduce((p, q) => b.and(p, q)),
    fast,
    slow,
  )

/** What an instruction of one or two operands computes. */
interface Operation {
  /** Operation of the IR, and name in `floatFunction` if it differs. */
  readonly native: Exclude<FloatBinary, 'copysign'> | 'sqrt'
  readonly slow?: string
  readonly operands: 1 | 2
  /** Results that raise nothing but NX: sums and roots cannot be both tiny and inexact. */
  readonly safe: (f: Format, b: Builder, bits: Node) => Node
  /** The registers that the slow function gets. */
  readonly prepare?: (f: Format, b: Builder, registers: readonly Node[]) => readonly Node[]
}

const operations: readonly [string, Operation][] = [
  ['fadd', { native: 'add', operands: 2, safe: finite }],
  [
    'fsub',
    {
      native: 'sub',
      slow: 'add',
      operands: 2,
      safe: finite,
      prepare: (f, b, [x, y]) => [x as Node, negate(f, b, y as Node)],
    },
  ],
  ['fmul', { native: 'mul', operands: 2, safe: normal }],
  ['fdiv', { native: 'div', operands: 2, safe: normal }],
  ['fsqrt', { native: 'sqrt', operands: 1, safe: finite }],
]

const arithmetic = (f: Format, name: string, op: Operation): Semantics => ({
  name: `${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const rm = rounding(b, o)
    const registers = [rs1, rs2].slice(0, op.operands).map(slot => o.reg(slot, 'i64'))
    const slow = (): void => {
      checkRounding(b, o, rm)
      const prepared = op.prepare?.(f, b, registers) ?? registers
      const result = b.call(floatFunction(`${op.slow ?? op.native}.${f.suffix}`), ...prepared, rm)
      accrue(b, raisedFlags(b))
      o.setReg(rd, result)
    }
    const known = inexactKnown(b, rm)
    if (known.op === 'const') slow()
    else {
      // Where a register does not hold a single this computes nonsense, for nobody.
      const operands = registers.map(x => floatOf(f, b, b.resize(x, f.bits)))
      const bits = bitsOf(f, b, b.op(`${f.value}.${op.native}`, ...operands))
      whenAll(b, [op.safe(f, b, bits), known, f.boxed(b, registers)], () => write(f, b, o, bits), slow)
    }
    dirtyFp(b, flags)
  },
})

/** ±(rs1 * rs2) ± rs3, rounded once. */
const fused = (f: Format, name: string, negateProduct: boolean, negateAddend: boolean): Semantics => ({
  name: `${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const rm = rounding(b, o)
    const [x, y, z] = [rs1, rs2, rs3].map(slot => o.reg(slot, 'i64')) as [Node, Node, Node]
    const registers = [negateProduct ? negate(f, b, x) : x, y, negateAddend ? negate(f, b, z) : z]
    const slow = (): void => {
      checkRounding(b, o, rm)
      const nx = b.and(b.get(S.fflags, 'i32'), b.i32(NX))
      const result = b.call(floatFunction(`fma.${f.suffix}`), ...registers, rm, nx)
      accrue(b, raisedFlags(b))
      o.setReg(rd, result)
    }
    const known = inexactKnown(b, rm)
    if (known.op === 'const' || (f === double && !hasFusedMultiplyAdd())) slow()
    else if (f === double) {
      const bits = bitsOf(f, b, b.op('f64.fma', ...registers.map(r => floatOf(f, b, r))))
      whenAll(b, [normal(f, b, bits), known], () => write(f, b, o, bits), slow)
    } else {
      const { bits, right } = nativeFloat.fusedSingle(
        b,
        registers.map(r => b.resize(r, 'i32')),
      )
      whenAll(b, [normal(f, b, bits), known, right, f.boxed(b, registers)], () => write(f, b, o, bits), slow)
    }
    dirtyFp(b, flags)
  },
})

/** Is it the same register, as far as can be seen? fmv, fneg and fabs are fsgnj, fsgnjn and fsgnjx of one register. */
const same = (x: Node, y: Node): boolean => x.op === 'get' && y.op === 'get' && x.imm === y.imm

/** The magnitude of rs1 with a sign that follows from that of rs2; `alone` is short for rs1 = rs2. */
const signInjection = (
  f: Format,
  name: string,
  fn: Binary,
  alone: (b: Builder, x: Node) => Node,
): Semantics => ({
  name: `${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const [x, y] = [o.reg(rs1, 'i64'), o.reg(rs2, 'i64')]
    const result = same(x, y) ? alone(b, f.unbox(b, x)) : fn(b, f.unbox(b, x), f.unbox(b, y))
    write(f, b, o, result)
    dirtyFp(b, flags)
  },
})

export const signInjections = (f: Format): readonly Semantics[] => {
  const sign = (b: Builder, x: Node): Node => b.and(x, b.const(f.bits, f.sign))
  const magnitude = (b: Builder, x: Node): Node => b.and(x, b.const(f.bits, f.sign - 1n))
  return [
    signInjection(
      f,
      'fsgnj',
      (b, x, y) => b.or(magnitude(b, x), sign(b, y)),
      (_b, x) => x,
    ),
    signInjection(
      f,
      'fsgnjn',
      (b, x, y) => b.or(magnitude(b, x), sign(b, b.not(y))),
      (b, x) => negate(f, b, x),
    ),
    signInjection(f, 'fsgnjx', (b, x, y) => b.xor(x, sign(b, y)), magnitude),
  ]
}

const compare = (f: Format, b: Builder, name: FloatCompare, x: Node, y: Node): Node =>
  b.op(`${f.value}.${name}`, x, y)

/** minimumNumber and maximumNumber. Equal numbers are the same or zeros, whose signs are joined. */
export const extremum = (f: Format, name: 'min' | 'max'): Semantics => ({
  name: `f${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const [xBits, yBits] = [read(f, b, o, rs1), read(f, b, o, rs2)]
    const [x, y] = [floatOf(f, b, xBits), floatOf(f, b, yBits)]
    const [low, high] = name === 'min' ? ([x, y] as const) : ([y, x] as const)
    const equal = name === 'min' ? b.or(xBits, yBits) : b.and(xBits, yBits)
    const other = b.select(compare(f, b, 'lt', high, low), yBits, equal)
    const result = b.select(compare(f, b, 'lt', low, high), xBits, other)
    b.if(
      b.and(compare(f, b, 'eq', x, x), compare(f, b, 'eq', y, y)),
      () => write(f, b, o, result),
      () => {
        const slow = slowly(b, `${name}.${f.suffix}`, b.i32(0), xBits, yBits)
        accrue(b, raisedFlags(b))
        o.setReg(rd, slow)
      },
    )
    dirtyFp(b, flags)
  },
})

/** Of a NaN: is it signaling? */
const signaling = (f: Format, b: Builder, nan: Node): Node => b.eqz(b.and(nan, b.const(f.bits, f.quiet)))

/** x rd := rs1 cmp rs2. Quiet comparisons are invalid for signaling NaNs only. */
export const comparison = (f: Format, type: XType, name: FloatCompare, quiet: boolean): Semantics => ({
  name: `f${name}.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const [xBits, yBits] = [read(f, b, o, rs1), read(f, b, o, rs2)]
    const [x, y] = [floatOf(f, b, xBits), floatOf(f, b, yBits)]
    const [nanX, nanY] = [compare(f, b, 'ne', x, x), compare(f, b, 'ne', y, y)]
    // NV is bit 4.
    const invalid = (cond: Node): void => raiseFlags(b, b.shl(cond, b.i32(4)), flags)
    if (!quiet) invalid(b.or(nanX, nanY))
    else {
      b.if(b.or(nanX, nanY), () =>
        invalid(b.or(b.and(nanX, signaling(f, b, xBits)), b.and(nanY, signaling(f, b, yBits)))),
      )
    }
    o.setReg(rd, b.resize(compare(f, b, name, x, y), type, true))
  },
})

/** x rd := one bit for the class: from -infinity, bit 0, to +infinity, bit 7; then signaling and quiet NaN. */
export const classify = (f: Format, type: XType): Semantics => ({
  name: `fclass.${f.suffix}`,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const bits = read(f, b, o, rs1)
    const magnitude = b.and(bits, b.const(f.bits, f.sign - 1n))
    const below = (limit: bigint): Node => b.cmp('lt_u', magnitude, b.const(f.bits, limit))
    // Distance from infinity: 0 infinite, 1 normal, 2 subnormal, 3 zero.
    const rank = b.add(b.add(below(f.infinity), below(1n << BigInt(f.fraction))), below(1n))
    const negative = f.width === '16u' ? b.and(bits, b.i32(0x8000)) : b.cmp('lt_s', bits, b.const(f.bits, 0))
    const number = b.select(negative, rank, b.sub(b.i32(7), rank))
    const nan = b.sub(b.i32(9), signaling(f, b, bits))
    const isNan = b.cmp('gt_u', magnitude, b.const(f.bits, f.infinity))
    const result = b.shl(b.i32(1), b.select(isNan, nan, number))
    o.setReg(rd, b.resize(result, type, true))
  },
})

/** All of them for one format; `type` is that of x registers. */
export const floatArithmetic = (f: Format, type: XType): readonly Semantics[] => [
  ...operations.map(([name, op]) => arithmetic(f, name, op)),
  fused(f, 'fmadd', false, false),
  fused(f, 'fmsub', false, true),
  fused(f, 'fnmsub', true, false),
  fused(f, 'fnmadd', true, true),
  ...signInjections(f),
  extremum(f, 'min'),
  extremum(f, 'max'),
  comparison(f, type, 'eq', true),
  comparison(f, type, 'lt', false),
  comparison(f, type, 'le', false),
  classify(f, type),
]
