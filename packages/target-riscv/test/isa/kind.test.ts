import { expect, it } from 'vitest'
import { kindOf, rows } from '../../src/isa/index.ts'

// Some of each kind, by the manual.
it.each([
  ['integer', 'add addi lui auipc slli subw c.mv c.addi16sp'],
  ['multiply', 'mul mulhsu divw remu'],
  ['bits', 'sh1add clz rol bext'],
  ['load', 'lb ld flw fld c.lwsp c.fld'],
  ['store', 'sb sd fsw c.sdsp c.fsw'],
  ['atomic', 'lr.w sc.d amoadd.w'],
  ['float', 'fadd.s fmadd.d fcvt.w.s feq.d fmv.x.w'],
  ['branch', 'beq bgeu c.bnez'],
  ['jump', 'jal c.j c.jal'],
  ['indirect', 'jalr c.jr'],
  ['trap', 'ecall ebreak c.ebreak'],
  ['system', 'csrrw csrrci fence fence.i mret sret wfi sfence.vma'],
])('%s: %s', (kind, names) => {
  for (const name of names.split(' '))
    for (const row of rows.filter(row => row.name === name)) expect([name, kindOf(row)]).toEqual([name, kind])
  expect(rows.map(row => row.name)).toEqual(expect.arrayContaining(names.split(' ')))
})
