import { seeded } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { assemble, decode, disassemble, encode, randomInsn, randomWord, rowsOf } from '../../src/isa/index.ts'
import { bases } from './bases.ts'

const perRow = 50

describe.each(bases)('RV%i', xlen => {
  test('random words of every row survive decode → encode and disassemble → assemble', () => {
    const rng = seeded(xlen)
    const mask = xlen === 32 ? 0xfffffffcn : 0xffff_ffff_ffff_fffcn
    for (const row of rowsOf(xlen)) {
      for (let i = 0; i < perRow; i++) {
        const word = randomWord(rng, xlen, row)
        const pc = BigInt(Math.floor(rng() * 2 ** 52)) & mask
        const insn = decode(xlen, word)
        if (insn === undefined) throw new Error(`${row.name}: ${word.toString(16)} does not decode`)
        expect(insn.row).toBe(row)
        expect(encode(row, insn)).toBe(word)
        const text = disassemble(insn, pc, xlen)
        expect(assemble(xlen, text, pc), text).toBe(word)
      }
    }
  })

  test('the random generator follows the filter and the seed, and never makes an invalid instruction', () => {
    const [a, b] = [seeded(1), seeded(1)]
    for (let i = 0; i < 500; i++) {
      const word = randomInsn(a, xlen, row => row.ext === 'F' && row.ending === undefined)
      expect(randomInsn(b, xlen, row => row.ext === 'F' && row.ending === undefined)).toBe(word)
      const insn = decode(xlen, word)
      expect(insn?.row.ext).toBe('F')
      if (insn?.row.args.includes('rm')) expect([5, 6]).not.toContain(insn.aux)
    }
    expect(() => randomInsn(a, xlen, () => false)).toThrow('passes the filter')
  })
})

test('the assembler chooses between rows of one name and says what is wrong', () => {
  expect(assemble(32, 'rev8 a0,a0')).toBe(0x69855513)
  expect(assemble(64, 'rev8 a0,a0')).toBe(0x6b855513)
  expect(assemble(64, 'c.nop')).toBe(0x0001)
  expect(assemble(64, 'c.nop 1')).toBe(0x0005)
  expect(assemble(64, '  lr.w.aqrl  a0, (a1) ')).toBe(0x1605a52f)
  expect(() => assemble(32, 'addw a0,a0,a0')).toThrow('RV32 has no instruction addw')
  expect(() => assemble(64, 'add.aq a0,a0,a0')).toThrow('no instruction add.aq')
  expect(() => assemble(64, 'addi a0,a0,2048')).toThrow('not addi rd,rs1,imm, or an operand is out of range')
  expect(() => assemble(64, 'addi a0,a0')).toThrow('not addi')
  expect(() => assemble(64, 'add a0,a0,fa0')).toThrow('not add')
  expect(() => assemble(64, 'c.lui sp,0x1')).toThrow('not c.lui')
  expect(() => assemble(64, 'beq a0,a1,0x1001', 0x1000n)).toThrow('not beq')
  expect(() => assemble(64, 'lui a0,0x100000')).toThrow('not lui')
})

test('targets are absolute and wrap at the end of the address space', () => {
  const back = decode(32, 0xfe0508e3)
  if (back === undefined) throw new Error('beq')
  expect(disassemble(back, 0x80000010n, 32)).toBe('beq a0,zero,0x80000000')
  expect(disassemble(back, 0n, 32)).toBe('beq a0,zero,0xfffffff0')
  expect(disassemble(back, 0n, 64)).toBe('beq a0,zero,0xfffffffffffffff0')
  expect(assemble(32, 'beq a0,zero,0xfffffff0')).toBe(0xfe0508e3)
})
