import { overlaps, titleOf, unwritten as unwrittenRegisters } from '@guestscope/target-kit'
import { seeded } from '@guestscope/testkit'
import { expect, test } from 'vitest'
import { isaTable, language, type Row, rows, rowsOf, type Xlen } from '../../src/isa/index.ts'
import { slotOf } from '../../src/isa/operands.ts'
import { bases } from './bases.ts'

test.each(bases)('RV%i: no word belongs to two rows', xlen => {
  expect(overlaps(language, rowsOf(xlen), seeded(xlen))).toEqual([])
})

/** Operands that assembly text leaves open: they would be lost between disassembler and assembler. */
function unwritten(row: Row): string[] {
  const written = new Set(row.args.split(/[,()]+/).map(arg => slotOf(arg)))
  // aq and rl are written behind the name.
  if (row.bits.includes('a')) written.add('aux')
  return row.fields.filter(field => !written.has(field.slot)).map(field => field.slot)
}

test('the assembly text of a row shows all its fields', () => {
  expect(rows.filter(row => unwritten(row).length > 0).map(titleOf)).toEqual([])
})

test('a row names the register file of every register field, and of no other', () => {
  const own = rows.filter(row => row.more.expands === undefined)
  expect(own.flatMap(row => unwrittenRegisters(language, row))).toEqual([])
})

test('compressed rows have the operands of what they expand to', () => {
  const regsOf = (name: string, xlen: Xlen) => rowsOf(xlen).find(row => row.name === name)?.regs
  expect(regsOf('c.fsdsp', 64)).toEqual({ rd: null, rs1: 'x', rs2: 'f', rs3: null })
  expect(regsOf('c.mv', 64)).toEqual({ rd: 'x', rs1: 'x', rs2: 'x', rs3: null })
  for (const xlen of bases) {
    const here = rowsOf(xlen)
    const base = here.filter(row => row.size === 4)
    const homeless = here.filter(row => !base.some(target => target.name === row.sem))
    expect(homeless.map(titleOf)).toEqual([])
  }
})

test('the rows that end a translation block', () => {
  const names = (flow: Row['ending']) => {
    const ending = rows.filter(row => row.ending === flow)
    return [...new Set(ending.map(row => row.name))].join(' ')
  }
  expect(names('branch')).toBe('beq bne blt bge bltu bgeu c.beqz c.bnez')
  expect(names('jump')).toBe('jal c.jal c.j')
  expect(names('indirect')).toBe('jalr c.jr c.jalr')
  expect(names('trap')).toBe('ecall ebreak c.ebreak')
  const system =
    'fence.i csrrw csrrs csrrc csrrwi csrrsi csrrci mret wfi sret sfence.vma sinval.vma sfence.w.inval sfence.inval.ir'
  expect(names('system')).toBe(system)
})

test('the documentation table has a line for every row', () => {
  const table = isaTable()
  const lines = table.split('\n').filter(line => line.startsWith('| `'))
  expect(lines.length).toBe(rows.length)
  expect(table).toContain('## Zbs\n')
  expect(table).toContain('| `c.lwsp rd,imm(sp)` | `010 i ddddd iiiii 10` |  | `lw rd,imm(sp)` |  |')
})
