/** The instructions: code is big-endian, of 1 to 15 bytes. Branches have a delay slot. */
import { type Builder, Exit, Head, type Node, type Operands } from '@guestscope/codegen'
import { coreHost, type Flow, type Semantics } from '@guestscope/core'
import { Cause, Flag, tlbEntries, X } from './state.ts'

/** What an operand byte holds. */
export type Field = 'd' | 's' | 'vd' | 'vs' | 'imm8' | 'imm16' | 'imm32' | 'aux32' | 'pad'

/** Bytes of the fields. */
export const fieldBytes: Readonly<Record<Field, number>> = {
  d: 1,
  s: 1,
  vd: 1,
  vs: 1,
  imm8: 1,
  imm16: 2,
  imm32: 4,
  aux32: 4,
  pad: 1,
}

export interface Row {
  readonly name: string
  /** After the byte of the operation, which is the row's number. */
  readonly fields: readonly Field[]
  readonly flow?: Flow
  /** Ends its block, or, of a branch, the next one does. */
  readonly ends?: 'itself' | 'delayed'
  readonly emit: Semantics['emit']
}

const i64 = 'i64'
const place = (b: Builder, o: Operands): Node => b.add(o.reg(1, i64), o.imm(i64))

/** The jump comes after the next instruction; until then its flag is set. */
function later(b: Builder, o: Operands, taken: Node, target: Node): void {
  b.set(X.taken, taken)
  b.set(X.target, target)
  b.set(X.branch, o.pc(i64))
  b.set(Head.flags, b.i32(Flag.slot))
}
/** Relative to the delay slot. */
const relative = (b: Builder, o: Operands): Node => b.add(o.nextPc(i64), o.imm(i64))

const vector =
  (name: 'i32x4.add' | 'i8x16.add_sat_u' | 'f64x2.mul'): Semantics['emit'] =>
  (b, o) => {
    const value = b.op(name, o.reg(3, 'v128'), o.reg(1, 'v128'))
    o.setReg(0, name === 'f64x2.mul' ? b.op('f64x2.canonical', value) : value)
  }

export const rows: readonly Row[] = [
  { name: 'nop', fields: [], emit: () => {} },
  { name: 'li', fields: ['d', 'imm32'], emit: (_, o) => o.setReg(0, o.imm(i64)) },
  {
    name: 'addi',
    fields: ['d', 's', 'imm16'],
    emit: (b, o) => o.setReg(0, b.add(o.reg(1, i64), o.imm(i64))),
  },
  { name: 'add', fields: ['d', 's'], emit: (b, o) => o.setReg(0, b.add(o.reg(3, i64), o.reg(1, i64))) },
  { name: 'ld', fields: ['d', 's', 'imm8'], emit: (b, o) => o.setReg(0, b.gload(i64, '64', place(b, o))) },
  { name: 'st', fields: ['d', 's', 'imm8'], emit: (b, o) => b.gstore('64', place(b, o), o.reg(3, i64)) },
  {
    name: 'beq',
    fields: ['d', 's', 'imm16'],
    flow: 'branch',
    ends: 'delayed',
    emit: (b, o) => later(b, o, b.eq(o.reg(3, i64), o.reg(1, i64)), relative(b, o)),
  },
  {
    name: 'jal',
    fields: ['d', 'imm16'],
    flow: 'call',
    ends: 'delayed',
    emit: (b, o) => {
      later(b, o, b.i32(1), relative(b, o))
      o.setReg(0, b.add(o.nextPc(i64), b.i64(1))) // behind a slot of one byte
    },
  },
  {
    name: 'jr',
    fields: ['s'],
    flow: 'return',
    ends: 'delayed',
    emit: (b, o) => later(b, o, b.i32(1), o.reg(1, i64)),
  },
  {
    name: 'vld',
    fields: ['vd', 's', 'imm8'],
    emit: (b, o) => o.setReg(0, b.gload('v128', '128', place(b, o))),
  },
  {
    name: 'vst',
    fields: ['vd', 's', 'imm8'],
    emit: (b, o) => b.gstore('128', place(b, o), o.reg(3, 'v128')),
  },
  { name: 'vadd', fields: ['vd', 'vs'], emit: vector('i32x4.add') },
  { name: 'vsat', fields: ['vd', 'vs'], emit: vector('i8x16.add_sat_u') },
  { name: 'vmul', fields: ['vd', 'vs'], emit: vector('f64x2.mul') },
  {
    name: 'trap',
    fields: ['imm8'],
    flow: 'trap',
    ends: 'itself',
    emit: (b, o) => b.raise(b.i32(Cause.trap), o.imm(i64)),
  },
  {
    name: 'tlbw', // TLB entry of the page of s := d
    fields: ['d', 's'],
    ends: 'itself',
    emit: (b, o) => {
      const page = b.shrU(o.reg(1, i64), b.i64(12))
      const index = b.resize(b.and(page, b.i64(tlbEntries - 1)), 'i32')
      const at = b.add(b.shl(index, b.i32(4)), b.i32(X.tlb))
      b.setx(at, b.add(page, b.i64(1)))
      b.setx(b.add(at, b.i32(8)), b.and(o.reg(3, i64), b.i64(-4096)))
      b.call(coreHost.flush)
      b.goto(o.nextPc(i64), true)
    },
  },
  {
    name: 'mfe',
    fields: ['d', 'imm8'],
    emit: (b, o) => o.setReg(0, b.select(b.eqz(o.imm('i32')), b.get(X.bad, i64), b.get(X.epc, i64))),
  },
  {
    name: 'mte', // epc := s
    fields: ['s'],
    emit: (b, o) => b.set(X.epc, o.reg(1, i64)),
  },
  {
    name: 'eret',
    fields: [],
    flow: 'trap-return',
    ends: 'itself',
    emit: b => b.goto(b.get(X.epc, i64), true),
  },
  {
    name: 'long', // 15 bytes: 64 bits of constant, and padding
    fields: ['d', 'imm32', 'aux32', 'pad', 'pad', 'pad', 'pad', 'pad'],
    emit: (b, o) => {
      const high = b.shl(b.resize(o.aux(), i64), b.i64(32))
      o.setReg(0, b.or(high, b.resize(o.imm('i32'), i64, true)))
    },
  },
  { name: 'halt', fields: [], ends: 'itself', emit: (b, o) => b.leave(Exit.target, o.nextPc(i64)) },
  { name: 'wait', fields: [], ends: 'itself', emit: (b, o) => b.leave(Exit.wait, o.nextPc(i64)) },
]

/** What is none; also branches, traps and the like in a delay slot. */
const reserved: Semantics = {
  name: 'reserved',
  emit: (b, o) => b.raise(b.i32(Cause.reserved), b.resize(o.word(), i64)),
}

/** The instruction in a delay slot: itself, then the branch before it. Handlers of these are late: made when one is met. */
const inSlot = ({ name, ends, emit }: Row): Semantics => ({
  name: `${name}, slot`,
  late: true,
  emit: (b, o, flags) => {
    if (ends) return reserved.emit(b, o, flags)
    emit(b, o, flags)
    b.set(Head.flags, b.i32(0))
    b.branch(b.get(X.taken, 'i32'), b.get(X.target, i64), o.nextPc(i64))
  },
})

/** Of row n: n, in a delay slot n + rows.length; the last is what is no instruction. */
export const semantics: readonly Semantics[] = [
  ...rows.map(({ name, emit }): Semantics => ({ name, emit })),
  ...rows.map(inSlot),
  reserved,
]
