import { describe, expect, test } from 'vitest'
import { decode, lengthOf, type Xlen } from '../../src/isa/index.ts'
import { bases } from './bases.ts'

/** The row's name, its semantics and the operands that are not 0. */
function show(xlen: Xlen, word: number): string {
  const insn = decode(xlen, word)
  if (insn === undefined) return 'illegal'
  const slots = (['rd', 'rs1', 'rs2', 'rs3', 'imm', 'aux'] as const).filter(slot => insn[slot] !== 0)
  return [insn.row.name, insn.row.sem, ...slots.map(slot => `${slot}=${insn[slot]}`)].join(' ')
}

test.each<[Xlen, string, number]>([
  [64, 'add add rd=10 rs1=11 rs2=12', 0x00c58533],
  [64, `lui lui rd=10 imm=${-0x80000000}`, 0x80000537],
  [64, 'auipc auipc rd=10 imm=-4096', 0xfffff517],
  [64, 'beq beq rs1=10 imm=-16', 0xfe0508e3],
  [64, 'jal jal rd=1 imm=-1048576', 0x800000ef],
  [64, 'sw sw rs1=2 rs2=10 imm=-4', 0xfea12e23],
  [64, 'slli slli rd=10 rs1=11 imm=63', 0x03f59513],
  [32, 'slli slli rd=10 rs1=11 imm=31', 0x01f59513],
  [64, 'csrrw csrrw rs1=11 imm=4095', 0xfff59073],
  [64, 'csrrwi csrrwi imm=768 aux=31', 0x300fd073],
  [64, 'fmadd.d fmadd.d rd=10 rs1=11 rs2=12 rs3=13 aux=3', 0x6ac5b543],
  [64, 'lr.w lr.w rd=10 rs1=11 aux=3', 0x1605a52f],
  [64, 'fence fence aux=49', 0x0310000f],
  [64, 'c.addi addi rd=2 rs1=2 imm=-16', 0x1141],
  [64, 'c.addi4spn addi rd=10 rs1=2 imm=16', 0x0808],
  [64, 'c.addi16sp addi rd=2 rs1=2 imm=-64', 0x7139],
  [64, 'c.lui lui rd=10 imm=-4096', 0x757d],
  [64, 'c.li addi rd=10 imm=-1', 0x557d],
  [64, 'c.lwsp lw rd=10 rs1=2', 0x4502],
  [64, 'c.sdsp sd rs1=2 rs2=1 imm=8', 0xe406],
  [64, 'c.sub sub rd=10 rs1=10 rs2=11', 0x8d0d],
  [64, 'c.add add rd=10 rs1=10 rs2=11', 0x952e],
  [64, 'c.mv add rd=10 rs2=11', 0x852e],
  [64, 'c.jr jalr rs1=1', 0x8082],
  [64, 'c.jalr jalr rd=1 rs1=10', 0x9502],
  [64, 'c.j jal imm=-2', 0xbffd],
  [32, 'c.jal jal rd=1 imm=-2', 0x3ffd],
  [64, 'c.addiw addiw rd=31 rs1=31 imm=-1', 0x3ffd],
  [64, 'c.beqz beq rs1=10 imm=-2', 0xdd7d],
  [64, 'c.ebreak ebreak', 0x9002],
  [32, 'c.flw flw rd=10 rs1=10', 0x6108],
  [64, 'c.ld ld rd=10 rs1=10', 0x6108],
  [64, 'c.fld fld rd=10 rs1=10', 0x2108],
])('RV%i: %s', (xlen, expected, word) => {
  expect(show(xlen, word)).toBe(expected)
})

describe('hints are the base instruction without effect', () => {
  test.each<[string, number]>([
    ['c.nop addi', 0x0001],
    ['c.nop addi imm=-31', 0x1005],
    ['c.addi addi rd=10 rs1=10', 0x0501],
    ['c.li addi imm=1', 0x4005],
    ['c.lui lui imm=4096', 0x6005],
    ['c.mv add rs2=11', 0x802e],
    ['c.add add rs2=11', 0x902e],
    ['c.slli slli rd=10 rs1=10', 0x0502],
    ['c.srli srli rd=10 rs1=10', 0x8101],
  ])('%s', (expected, word) => {
    for (const xlen of bases) expect(show(xlen, word)).toBe(expected)
  })
})

describe('reserved encodings are illegal', () => {
  test.each<[string, number]>([
    ['all zero', 0x0000],
    ['all one', 0xffffffff],
    ['c.addi4spn with offset 0', 0x0008],
    ['funct3 100 of quadrant 0', 0x8000],
    ['c.addi16sp with offset 0', 0x6101],
    ['c.lui with immediate 0', 0x6501],
    ['c.lwsp to x0', 0x4002],
    ['c.jr to x0', 0x8002],
    ['100 1 11 … 10', 0x9c41],
    ['100 1 11 … 11', 0x9c61],
    ['lr.w with rs2', 0x1015a52f],
    ['fsqrt.s with rs2', 0x5815f553],
    ['uret', 0x00200073],
    ['a 48-bit prefix', 0x0000001f],
  ])('%s', (_, word) => {
    for (const xlen of bases) expect(show(xlen, word)).toBe('illegal')
  })

  test.each<[string, number]>([
    ['ld', 0x00053503],
    ['addiw', 0x0005051b],
    ['slli by 32', 0x02051513],
    ['c.slli by 32', 0x1502],
    ['c.srli by 32', 0x9101],
    ['c.subw', 0x9d0d],
    ['fcvt.l.s', 0xc0257553],
    ['rev8 of RV64', 0x6b855513],
    ['zext.h of RV64', 0x0805453b],
  ])('%s exists on RV64 only', (_, word) => {
    expect(show(32, word)).toBe('illegal')
    expect(show(64, word)).not.toBe('illegal')
  })

  test('rev8 of RV32 exists on RV32 only, and zext.h of RV32 is another instruction on RV64', () => {
    expect(show(32, 0x69855513)).not.toBe('illegal')
    expect(show(64, 0x69855513)).toBe('illegal')
    expect(show(32, 0x08054533)).toBe('zext.h zext.h rd=10 rs1=10')
    expect(show(64, 0x08054533)).toBe('pack pack rd=10 rs1=10')
  })

  test('c.addiw and c.ldsp to x0', () => {
    expect(show(64, 0x2001)).toBe('illegal')
    expect(show(64, 0x6002)).toBe('illegal')
  })
})

test('rounding modes 5 and 6 decode: the instruction raises the exception when it runs', () => {
  expect(show(64, 0x00c5d553)).toBe('fadd.s fadd.s rd=10 rs1=11 rs2=12 aux=5')
})

test('fences ignore their reserved fields', () => {
  expect(show(64, 0x8330000f)).toBe('fence fence aux=51')
  expect(show(64, 0x0ff58f8f)).toBe('fence fence aux=255')
  expect(show(64, 0xabcd9f8f)).toBe('fence.i fence.i')
})

// Compared once, word by word, with GNU objdump 2.40: it differs only by reading 0000 as c.unimp, 6101 as
// c.addi16sp 0 (reserved) and, on RV32, shifts by 32 … 63 (reserved for custom use: 1024 + 256 + 256).
test.each<[Xlen, number]>([
  [32, 49152 - 2407 - 2 - 1536],
  [64, 49152 - 2407 - 2],
])('RV%i has %i compressed words', (xlen, count) => {
  let valid = 0
  for (let word = 0; word < 0x10000; word++) {
    if (lengthOf(word) === 2 && decode(xlen, word) !== undefined) valid++
  }
  expect(valid).toBe(count)
})

test('size, raw bits and the length from the first half', () => {
  expect(lengthOf(0x0001)).toBe(2)
  expect(lengthOf(0x0003)).toBe(4)
  expect(decode(64, 0xfff58513)).toMatchObject({ size: 4, word: 0xfff58513 })
  expect(decode(64, 0xfff58513 | 0)).toMatchObject({ size: 4, word: 0xfff58513 })
  // What follows a compressed instruction does not matter, and the object is shared.
  expect(decode(64, 0xabcd8082)).toMatchObject({ size: 2, word: 0x8082 })
  expect(decode(64, 0xabcd8082)).toBe(decode(64, 0x8082))
})
