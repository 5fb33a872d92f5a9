/** Data processing: immediates, registers, shifted registers (Armv7-M ARM, A7.7 under each name). */
import type { Builder, Node } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import { Data, ShiftType } from '../isa/thumb/aux.ts'
import { S } from '../state.ts'
import { type Ctx, plain } from './context.ts'
import { difference, getC, type Sum, setNz, setNzcv, sum, sumWithCarry } from './flags.ts'
import { type Shifted, shiftedByRegister, shiftedRm } from './shift.ts'

/** The second operand, and the carry that logical operations take from it. */
const operand2: Readonly<Record<string, (x: Ctx) => Shifted>> = {
  imm: x => {
    const { b } = x
    const rotated = x.aux(Data.immCarry)
    if (rotated.op === 'const' && !rotated.imm) return { value: x.imm, carry: undefined }
    return { value: x.imm, carry: b.select(rotated, b.shrU(x.imm, b.i32(31)), getC(b)) }
  },
  reg: x => ({ value: x.rm, carry: undefined }),
  shift: shiftedRm,
}
const forms = Object.keys(operand2)
const second = (form: string, x: Ctx): Shifted => (operand2[form] as (x: Ctx) => Shifted)(x)

/** Runs `write` if the instruction sets flags. */
const withFlags = (x: Ctx, write: () => void): void => x.b.if(x.aux(Data.setFlags), write)

function logicFlags(b: Builder, result: Node, carry: Node | undefined): void {
  if (carry) b.set(S.c, carry)
  setNz(b, result)
}

type Binary = (b: Builder, x: Node, y: Node) => Node
type Sums = (b: Builder, x: Node, y: Node) => Sum

const logical: Readonly<Record<string, Binary>> = {
  and: (b, x, y) => b.and(x, y),
  bic: (b, x, y) => b.and(x, b.not(y)),
  orr: (b, x, y) => b.or(x, y),
  orn: (b, x, y) => b.or(x, b.not(y)),
  eor: (b, x, y) => b.xor(x, y),
}
/** Those without rn. */
const moves: Readonly<Record<string, (b: Builder, y: Node) => Node>> = {
  mov: (_b, y) => y,
  mvn: (b, y) => b.not(y),
}
const arithmetic: Readonly<Record<string, Sums>> = {
  add: sum,
  sub: difference,
  rsb: (b, x, y) => difference(b, y, x),
  adc: (b, x, y) => sumWithCarry(b, x, y, getC(b)),
  sbc: (b, x, y) => sumWithCarry(b, x, b.not(y), getC(b)),
}
/** Those with flags only. */
const logicalTests: Readonly<Record<string, Binary>> = {
  tst: (b, x, y) => b.and(x, y),
  teq: (b, x, y) => b.xor(x, y),
}
const arithmeticTests: Readonly<Record<string, Sums>> = { cmp: difference, cmn: sum }

const inForms = <T>(
  ops: Readonly<Record<string, T>>,
  body: (op: T, form: string) => (x: Ctx) => void,
): readonly Semantics[] =>
  Object.entries(ops).flatMap(([name, op]) => forms.flatMap(form => plain(`${name}.${form}`, body(op, form))))

const computing: readonly Semantics[] = [
  ...inForms(logical, (op, form) => x => {
    const { b } = x
    const { value, carry } = second(form, x)
    const result = op(b, x.rn, value)
    withFlags(x, () => logicFlags(b, result, carry))
    x.setRd(result)
  }),
  ...inForms(moves, (op, form) => x => {
    const { b } = x
    const { value, carry } = second(form, x)
    const result = op(b, value)
    withFlags(x, () => logicFlags(b, result, carry))
    x.setRdOrSp(result)
  }),
  ...inForms(arithmetic, (op, form) => x => {
    const sums = op(x.b, x.rn, second(form, x).value)
    withFlags(x, () => setNzcv(x.b, sums))
    x.setRdOrSp(sums.result)
  }),
]

const testing: readonly Semantics[] = [
  ...inForms(logicalTests, (op, form) => x => {
    const { value, carry } = second(form, x)
    logicFlags(x.b, op(x.b, x.rn, value), carry)
  }),
  ...inForms(arithmeticTests, (op, form) => x => setNzcv(x.b, op(x.b, x.rn, second(form, x).value))),
]

/** lsl.r … ror.r: rd = rn shifted by rm. */
const shifts: readonly Semantics[] = (['lsl', 'lsr', 'asr', 'ror'] as const).flatMap(name =>
  plain(`${name}.r`, x => {
    const { value, carry } = shiftedByRegister(x, ShiftType[name])
    withFlags(x, () => logicFlags(x.b, value, carry))
    x.setRd(value)
  }),
)

/** Wide immediates and the PC as an operand. */
const others: readonly Semantics[] = [
  ...plain('movt', x => {
    const { b } = x
    x.setRd(b.or(b.and(x.rd, b.i32(0xffff)), b.shl(x.imm, b.i32(16))))
  }),
  ...plain('adr', x => x.setRd(x.b.add(x.alignedPc, x.imm))),
  ...plain('mov.frompc', x => x.setRdOrSp(x.pc)),
  ...plain('add.frompc', x => x.setRdOrSp(x.b.add(x.rn, x.pc))),
]

export const dataProcessing: readonly Semantics[] = [...computing, ...testing, ...shifts, ...others]
