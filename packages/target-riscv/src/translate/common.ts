/** What the chapters share: short forms for instructions that compute one integer register from others. */
import type { Builder, IntegerCompare, Node, Operands } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'

export type Xlen = 32 | 64
/** IR type of an x register. */
export type XType = 'i32' | 'i64'
export const xType = (xlen: Xlen): XType => (xlen === 32 ? 'i32' : 'i64')

/** Operand slots of a decoded instruction. */
export const rd = 0
export const rs1 = 1
export const rs2 = 2
export const rs3 = 3

export type Unary = (b: Builder, x: Node) => Node
export type Binary = (b: Builder, x: Node, y: Node) => Node

/** rd := fn(rs1). */
export const unary = (type: XType, name: string, fn: Unary): Semantics => ({
  name,
  emit: (b, o) => o.setReg(rd, fn(b, o.reg(rs1, type))),
})

/** rd := fn(rs1, rs2). */
export const alu = (type: XType, name: string, fn: Binary): Semantics => ({
  name,
  emit: (b, o) => o.setReg(rd, fn(b, o.reg(rs1, type), o.reg(rs2, type))),
})

/** rd := fn(rs1, immediate). */
export const aluImm = (type: XType, name: string, fn: Binary): Semantics => ({
  name,
  emit: (b, o) => o.setReg(rd, fn(b, o.reg(rs1, type), o.imm(type))),
})

const word: Unary = (b, x) => b.resize(x, 'i32')

/** The same on the low words of 64-bit registers; the result is sign-extended. */
export const unaryW = (name: string, fn: Unary): Semantics =>
  unary('i64', name, (b, x) => b.resize(fn(b, word(b, x)), 'i64'))
export const aluW = (name: string, fn: Binary): Semantics =>
  alu('i64', name, (b, x, y) => b.resize(fn(b, word(b, x), word(b, y)), 'i64'))
export const aluImmW = (name: string, fn: Binary): Semantics => ({
  name,
  emit: (b, o) => o.setReg(rd, b.resize(fn(b, word(b, o.reg(rs1, 'i64')), o.imm('i32')), 'i64')),
})

/** A comparison as a register value, 0 or 1. */
export const flag =
  (cmp: IntegerCompare): Binary =>
  (b, x, y) =>
    b.resize(b.cmp(cmp, x, y), x.type as XType, true)

/** The low word of a 64-bit value, zero-extended. */
export const zext32: Unary = (b, x) => b.resize(b.resize(x, 'i32'), 'i64', true)

/** rs1 + immediate: the address of a load or store. */
export const address = (b: Builder, o: Operands, type: XType): Node => b.add(o.reg(rs1, type), o.imm(type))
