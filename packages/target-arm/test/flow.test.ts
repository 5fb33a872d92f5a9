import type { DecodedInsn } from '@guestscope/core'
import { expect, test } from 'vitest'
import { cortexM4Target } from '../src/index.ts'

/** Word, size, text, what it does to the flow of control. */
const rows = [
  [0xbf00, 2, 'nop', 'next'],
  [0xd0fe, 2, 'beq', 'branch'],
  [0xb100, 2, 'cbz', 'branch'],
  [0xe7fe, 2, 'b', 'jump'],
  [0xf000f800, 4, 'bl', 'call'],
  [0x4798, 2, 'blx r3', 'indirect-call'],
  [0x4718, 2, 'bx r3', 'indirect-jump'],
  [0x4770, 2, 'bx lr', 'return'],
  [0x46f7, 2, 'mov pc, lr', 'return'],
  [0x469f, 2, 'mov pc, r3', 'indirect-jump'],
  [0xbd00, 2, 'pop {pc}', 'return'],
  [0xe8bd8010, 4, 'pop.w {r4, pc}', 'return'],
  [0xf85dfb04, 4, 'ldr.w pc, [sp], #4', 'return'],
  [0xf8d0f000, 4, 'ldr.w pc, [r0]', 'indirect-jump'],
  [0xe8d0f001, 4, 'tbb [r0, r1]', 'indirect-jump'],
  [0xdf00, 2, 'svc', 'trap'],
  [0xde00, 2, 'udf', 'trap'],
] as const

/** As they lie in memory. */
const bytesOf = (word: number, size: number): Uint8Array =>
  Uint8Array.from(size === 2 ? [word, word >> 8] : [word >> 16, word >> 24, word, word >> 8])

test.each(rows)('%#: %s, %i bytes, %s: %s', (word, size, _, flow) => {
  const described = cortexM4Target().describe(
    { word: word | 0, size, aux: 0 } as DecodedInsn,
    bytesOf(word, size),
  )
  expect(described.flow).toBe(flow)
  expect(described.conditional).not.toBe(true)
})

test('in an IT block an instruction is conditional', () => {
  const insn = { word: 0x4770, size: 2, aux: 0x08 << 24 } as DecodedInsn // bxeq lr
  expect(cortexM4Target().describe(insn, bytesOf(insn.word, insn.size))).toMatchObject({
    flow: 'return',
    conditional: true,
  })
})
