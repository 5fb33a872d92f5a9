/** The part of a generated program that calls the functions, prints a checksum and ends the machine. */
import { type Code, Label } from './code.ts'
import { dataBytes } from './functions.ts'

export interface Places {
  /** Addresses of the functions in the order of their calls. */
  readonly order: Label
  readonly orderEnd: Label
  /** Middle of the data. */
  readonly data: Label
  /** Where the stack begins, downwards. */
  readonly memoryEnd: Label
}

const uart = 0x10000000
const finisher = 0x00100000
const passed = 0x5555
const [zero, ra, sp, t0, t1, s0, s1, a0, a1, s2] = [0, 1, 2, 5, 6, 8, 9, 10, 11, 18]

/** Calls all in order, with s1 in the middle of the data and the result of one as the argument of the next. */
export function writeMain(code: Code, { order, orderEnd, data, memoryEnd }: Places): void {
  code.address(sp, memoryEnd)
  code.address(s1, data)
  code.address(s0, order)
  code.address(s2, orderEnd)
  code.put('addi', { rd: a0 })
  const each = here(code)
  code.put('ld', { rd: t0, rs1: s0 })
  code.put('addi', { rd: s0, rs1: s0, imm: 8 })
  code.put('jalr', { rd: ra, rs1: t0 })
  code.to(each, 'bltu', { rs1: s0, rs2: s2 })
  foldData(code)
  printCheck(code)
  code.put('lui', { rd: t0, imm: finisher })
  code.put('lui', { rd: t1, imm: passed & ~0xfff })
  code.put('addi', { rd: t1, rs1: t1, imm: passed & 0xfff })
  code.put('sw', { rs1: t0, rs2: t1 })
  const off = here(code)
  code.put('wfi')
  code.to(off, 'jal')
}

/** a0 becomes a checksum of itself and the data. */
function foldData(code: Code): void {
  code.put('addi', { rd: s0, rs1: s1, imm: -dataBytes / 2 })
  code.put('addi', { rd: s2, rs1: s1, imm: dataBytes / 2 - 8 })
  code.put('addi', { rd: t1, imm: 31 })
  const loop = here(code)
  code.put('ld', { rd: t0, rs1: s0 })
  code.put('mul', { rd: a0, rs1: a0, rs2: t1 })
  code.put('add', { rd: a0, rs1: a0, rs2: t0 })
  code.put('addi', { rd: s0, rs1: s0, imm: 8 })
  code.to(loop, 'bgeu', { rs1: s2, rs2: s0 })
}

/** `CHECK` and a0 in 16 hexadecimal digits. */
function printCheck(code: Code): void {
  const put = new Label()
  const print = (text: string): void => {
    for (const letter of text) {
      code.put('addi', { rd: a1, imm: letter.charCodeAt(0) })
      code.to(put, 'jal', { rd: ra })
    }
  }
  print('CHECK ')
  code.put('addi', { rd: s0, imm: 60 })
  const digits = here(code)
  code.put('srl', { rd: a1, rs1: a0, rs2: s0 })
  code.put('andi', { rd: a1, rs1: a1, imm: 15 })
  code.put('sltiu', { rd: t0, rs1: a1, imm: 10 })
  code.put('addi', { rd: a1, rs1: a1, imm: 48 })
  const digit = new Label()
  code.to(digit, 'bne', { rs1: t0 })
  code.put('addi', { rd: a1, rs1: a1, imm: 39 })
  code.place(digit)
  code.to(put, 'jal', { rd: ra })
  code.put('addi', { rd: s0, rs1: s0, imm: -4 })
  code.to(digits, 'bge', { rs1: s0, rs2: zero })
  print('\n')
  const end = new Label()
  code.to(end, 'jal')

  code.place(put)
  code.put('lui', { rd: t0, imm: uart })
  const busy = here(code)
  code.put('lbu', { rd: t1, rs1: t0, imm: 5 })
  code.put('andi', { rd: t1, rs1: t1, imm: 0x20 })
  code.to(busy, 'beq', { rs1: t1 })
  code.put('sb', { rs1: t0, rs2: a1 })
  code.put('jalr', { rs1: ra })
  code.place(end)
}

function here(code: Code): Label {
  const label = new Label()
  code.place(label)
  return label
}
