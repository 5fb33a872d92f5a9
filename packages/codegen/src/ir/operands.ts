import type { Builder } from './builder.ts'
import type { Node, Type } from './types.ts'

/** Fields of a decoded instruction record that T0 handlers read; `abi.ts` says where they lie. */
export const Field = { r0: 0, r1: 1, r2: 2, r3: 3, imm: 4, aux: 5, size: 6, word: 7 } as const

/**
 * The operands of one instruction as its semantics see them: constants when a block is translated, fields of a
 * record when the handlers of the cold-code interpreter are made. The semantics cannot tell the difference.
 */
export interface Operands {
  /** The register in slot 0…3 (a target's convention, such as rd rs1 rs2 rs3). */
  reg(slot: number, type: Type): Node
  setReg(slot: number, value: Node): void
  /** State offset of the register in a slot, i32: for what reaches its neighbours. */
  offset(slot: number): Node
  /** The immediate, sign-extended. */
  imm(type: 'i32' | 'i64'): Node
  /** The second immediate (rounding mode, flags …), i32. */
  aux(): Node
  /** The instruction's bits, i32. */
  word(): Node
  pc(type: 'i32' | 'i64'): Node
  /** Address after the instruction. */
  nextPc(type: 'i32' | 'i64'): Node
}

/** One decoded instruction, as the run loop keeps it and as records hold it. */
export interface DecodedOperands {
  /** State offsets of the registers in slots 0…3; 0 where there is none. */
  readonly regs: readonly [number, number, number, number]
  readonly imm: number
  readonly aux: number
  readonly size: number
  readonly word: number
}

/**
 * State offsets with a meaning: reads of `zero` give 0, writes to `sink` are lost. Where operands are vectors, both have
 * room for 16 bytes.
 */
export interface FixedSlots {
  readonly zero: number
  readonly sink: number
}

/** Operands of a known instruction: everything is a constant. */
export function knownOperands(b: Builder, insn: DecodedOperands, pc: bigint, fixed: FixedSlots): Operands {
  return {
    reg: (slot, type) => {
      const offset = insn.regs[slot] as number
      return offset === fixed.zero ? b.const(type, 0) : b.get(offset, type)
    },
    setReg: (slot, value) => {
      const offset = insn.regs[slot] as number
      if (offset !== fixed.sink) b.set(offset, value)
    },
    offset: slot => b.i32(insn.regs[slot] as number),
    imm: type => b.const(type, insn.imm),
    aux: () => b.i32(insn.aux),
    word: () => b.i32(insn.word),
    pc: type => b.const(type, type === 'i32' ? Number(BigInt.asIntN(32, pc)) : pc),
    nextPc: type => {
      const next = pc + BigInt(insn.size)
      return b.const(type, type === 'i32' ? Number(BigInt.asIntN(32, next)) : next)
    },
  }
}

/** Operands of whatever instruction the T0 record describes. */
export function recordOperands(b: Builder): Operands {
  const pc = (type: 'i32' | 'i64'): Node => b.resize(b.here(), type)
  return {
    reg: (slot, type) => b.getx(b.operand(slot, 'i32'), type),
    setReg: (slot, value) => b.setx(b.operand(slot, 'i32'), value),
    offset: slot => b.operand(slot, 'i32'),
    imm: type => b.resize(b.operand(Field.imm, 'i32'), type),
    aux: () => b.operand(Field.aux, 'i32'),
    word: () => b.operand(Field.word, 'i32'),
    pc,
    nextPc: type => b.add(pc(type), b.resize(b.operand(Field.size, 'i32'), type, true)),
  }
}
