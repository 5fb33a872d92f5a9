/**
 * Chapter "Zfh" Extensions for Half-Precision Floating-Point. What rounds is left to the host: half precision is for
 * storage, and programs mostly compute in singles.
 */
import type { Builder, Node, Operands } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { rd, rs1, rs2, rs3, type Xlen, type XType, xType } from './common.ts'
import { dirtyFp, requireFp } from './context.ts'
import {
  accrue,
  checkRounding,
  double,
  type Format,
  half,
  raisedFlags,
  read,
  rounding,
  single,
} from './float.ts'
import { classify, comparison, extremum, signInjections } from './float-arithmetic.ts'
import { type Integer, integersOf, load, promote, store, toInteger } from './float-convert.ts'
import { slowly } from './float-functions.ts'

/** fd := what the host makes of the operands. */
const hostOperation = (
  name: string,
  operation: string,
  operands: (b: Builder, o: Operands) => readonly Node[],
): Semantics => ({
  name,
  emit: (b, o, flags) => {
    requireFp(b, o, flags)
    const rm = rounding(b, o)
    checkRounding(b, o, rm)
    const result = slowly(b, operation, rm, ...operands(b, o))
    accrue(b, raisedFlags(b))
    o.setReg(rd, result)
    dirtyFp(b, flags)
  },
})

const negate = (b: Builder, x: Node): Node => b.xor(x, b.const('i32', half.sign))

const arithmetic = (
  name: string,
  operation: string,
  slots: readonly number[],
  negated: readonly number[] = [],
) =>
  hostOperation(`${name}.h`, `${operation}.h`, (b, o) =>
    slots.map(slot => {
      const bits = read(half, b, o, slot)
      return negated.includes(slot) ? negate(b, bits) : bits
    }),
  )

/** fd := the operand in fs1 in another format. */
const narrow = (from: Format): Semantics =>
  hostOperation(`fcvt.h.${from.suffix}`, `h.${from.suffix}`, (b, o) => [read(from, b, o, rs1)])

/** fd := the integer in rs1. */
const fromInteger = ({ name, type }: Integer, x: XType): Semantics =>
  hostOperation(`fcvt.h.${name}`, `h.${name}`, (b, o) => [b.resize(o.reg(rs1, x), type)])

/** Between x and f registers, as they are. */
const moves = (x: XType): readonly Semantics[] => [
  {
    name: 'fmv.x.h',
    emit: (b, o, flags) => {
      requireFp(b, o, flags)
      o.setReg(rd, b.op(`${x}.sext16`, b.resize(o.reg(rs1, 'i64'), x)))
    },
  },
  {
    name: 'fmv.h.x',
    emit: (b, o, flags) => {
      requireFp(b, o, flags)
      o.setReg(rd, half.box(b, b.and(b.resize(o.reg(rs1, x), 'i32'), b.i32(0xffff))))
      dirtyFp(b, flags)
    },
  },
]

/** Loads, stores, moves, and conversions from and to singles. */
export const halfMoves = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [load(half, 'flh', x), store(half, 'fsh', x), ...moves(x), narrow(single), promote(half, single)]
}

/** Conversions from and to doubles. */
export const halfAndDouble = (): readonly Semantics[] => [narrow(double), promote(half, double)]

/** Arithmetic. */
export const halfFloat = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  const three = [rs1, rs2, rs3]
  return [
    arithmetic('fadd', 'add', [rs1, rs2]),
    arithmetic('fsub', 'add', [rs1, rs2], [rs2]),
    arithmetic('fmul', 'mul', [rs1, rs2]),
    arithmetic('fdiv', 'div', [rs1, rs2]),
    arithmetic('fsqrt', 'sqrt', [rs1]),
    arithmetic('fmadd', 'fma', three),
    arithmetic('fmsub', 'fma', three, [rs3]),
    arithmetic('fnmsub', 'fma', three, [rs1]),
    arithmetic('fnmadd', 'fma', three, [rs1, rs3]),
    ...signInjections(half),
    extremum(half, 'min'),
    extremum(half, 'max'),
    comparison(half, x, 'eq', true),
    comparison(half, x, 'lt', false),
    comparison(half, x, 'le', false),
    classify(half, x),
    ...integersOf(xlen).flatMap(format => [toInteger(half, format, x), fromInteger(format, x)]),
  ]
}
