/** Chapters "RV32I Base Integer Instruction Set" and "RV64I"; ecall and ebreak stand in `priv.ts`. */
import type { Builder, IntegerCompare, Node, Operands, Width } from '@guestscope/codegen'
import type { Semantics } from '@guestscope/core'
import {
  address,
  alu,
  aluImm,
  aluImmW,
  aluW,
  type Binary,
  flag,
  rd,
  rs1,
  rs2,
  type Xlen,
  type XType,
  xType,
} from './common.ts'

const add: Binary = (b, x, y) => b.add(x, y)
const sub: Binary = (b, x, y) => b.sub(x, y)
const and: Binary = (b, x, y) => b.and(x, y)
const or: Binary = (b, x, y) => b.or(x, y)
const xor: Binary = (b, x, y) => b.xor(x, y)
// The IR, too, takes shift amounts modulo the width.
const sll: Binary = (b, x, y) => b.shl(x, y)
const srl: Binary = (b, x, y) => b.shrU(x, y)
const sra: Binary = (b, x, y) => b.shrS(x, y)

/** rd := memory[rs1 + imm]. */
const load = (type: XType, name: string, width: Width): Semantics => ({
  name,
  emit: (b, o) => o.setReg(rd, b.gload(type, width, address(b, o, type))),
})

/** memory[rs1 + imm] := rs2. */
const store = (type: XType, name: string, width: Width): Semantics => ({
  name,
  emit: (b, o) => b.gstore(width, address(b, o, type), o.reg(rs2, type)),
})

/** if (rs1 cmp rs2) pc += imm. With 16-bit instructions no target is misaligned. */
const branch = (type: XType, name: string, cmp: IntegerCompare): Semantics => ({
  name,
  emit: (b, o) =>
    b.branch(b.cmp(cmp, o.reg(rs1, type), o.reg(rs2, type)), relative(b, o, type), o.nextPc(type)),
})

/** pc + imm. */
const relative = (b: Builder, o: Operands, type: XType): Node => b.add(o.pc(type), o.imm(type))

/** rd := nextPc; pc := target, which is computed first: jalr may overwrite its own base. */
const jump = (type: XType, name: string, target: typeof relative): Semantics => ({
  name,
  emit: (b, o) => {
    const to = target(b, o, type)
    o.setReg(rd, o.nextPc(type))
    b.goto(to)
  },
})

/** The base integer instructions. */
export const integer = (xlen: Xlen): readonly Semantics[] => {
  const x = xType(xlen)
  return [
    { name: 'lui', emit: (_b, o) => o.setReg(rd, o.imm(x)) },
    { name: 'auipc', emit: (b, o) => o.setReg(rd, relative(b, o, x)) },
    jump(x, 'jal', relative),
    jump(x, 'jalr', (b, o) => b.and(address(b, o, x), b.const(x, -2))),

    branch(x, 'beq', 'eq'),
    branch(x, 'bne', 'ne'),
    branch(x, 'blt', 'lt_s'),
    branch(x, 'bge', 'ge_s'),
    branch(x, 'bltu', 'lt_u'),
    branch(x, 'bgeu', 'ge_u'),

    load(x, 'lb', '8s'),
    load(x, 'lh', '16s'),
    load(x, 'lw', '32s'),
    load(x, 'lbu', '8u'),
    load(x, 'lhu', '16u'),
    store(x, 'sb', '8u'),
    store(x, 'sh', '16u'),
    store(x, 'sw', '32u'),

    aluImm(x, 'addi', add),
    aluImm(x, 'slti', flag('lt_s')),
    aluImm(x, 'sltiu', flag('lt_u')),
    aluImm(x, 'xori', xor),
    aluImm(x, 'ori', or),
    aluImm(x, 'andi', and),
    aluImm(x, 'slli', sll),
    aluImm(x, 'srli', srl),
    aluImm(x, 'srai', sra),

    alu(x, 'add', add),
    alu(x, 'sub', sub),
    alu(x, 'sll', sll),
    alu(x, 'slt', flag('lt_s')),
    alu(x, 'sltu', flag('lt_u')),
    alu(x, 'xor', xor),
    alu(x, 'srl', srl),
    alu(x, 'sra', sra),
    alu(x, 'or', or),
    alu(x, 'and', and),

    // One hart's accesses are in order; pause, a fence hint, has nobody to make room for.
    { name: 'fence', emit: () => {} },
    ...(xlen === 64 ? integer64 : []),
  ]
}

/** What RV64I adds. */
const integer64: readonly Semantics[] = [
  load('i64', 'ld', '64'),
  load('i64', 'lwu', '32u'),
  store('i64', 'sd', '64'),

  aluImmW('addiw', add),
  aluImmW('slliw', sll),
  aluImmW('srliw', srl),
  aluImmW('sraiw', sra),
  aluW('addw', add),
  aluW('subw', sub),
  aluW('sllw', sll),
  aluW('srlw', srl),
  aluW('sraw', sra),
]
