import type { DecodedInsn } from '@guestscope/core'
import { expect, test } from 'vitest'
import { riscv64 } from '../src/index.ts'

/** Word, text, what it does to the flow of control. */
const rows = [
  [0x00000013, 'nop', 'next'],
  [0x00000063, 'beq zero, zero', 'branch'],
  [0xc001, 'c.beqz', 'branch'],
  [0x0000006f, 'j', 'jump'],
  [0xa001, 'c.j', 'jump'],
  [0x000000ef, 'jal ra', 'call'],
  [0x000002ef, 'jal t0', 'call'],
  [0x000000e7, 'jalr ra, zero', 'indirect-call'],
  [0x000502e7, 'jalr t0, a0', 'indirect-call'],
  [0x9502, 'c.jalr a0', 'indirect-call'],
  [0x00008067, 'ret', 'return'],
  [0x00028067, 'jr t0', 'return'],
  [0x8082, 'c.jr ra', 'return'],
  [0x00050067, 'jr a0', 'indirect-jump'],
  [0x8502, 'c.jr a0', 'indirect-jump'],
  [0x00000073, 'ecall', 'trap'],
  [0x9002, 'c.ebreak', 'trap'],
  [0x00000000, 'unimp', 'trap'],
  [0x30200073, 'mret', 'trap-return'],
  [0x10200073, 'sret', 'trap-return'],
  [0x10500073, 'wfi', 'next'],
  [0x0000100f, 'fence.i', 'next'],
] as const

test.each(rows)('%#: %s is %s: %s', (word, _, flow) => {
  const insn = { word: word | 0, size: (word & 3) === 3 ? 4 : 2 } as DecodedInsn
  const bytes = Uint8Array.from([word, word >> 8, word >> 16, word >> 24]).subarray(0, insn.size)
  expect(riscv64().describe(insn, bytes).flow).toBe(flow)
})
