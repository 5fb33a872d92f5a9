import type { CodeReader, Semantics } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { bindInstructions, decodeAs, type Instructions, makeRow, unboundSemantics } from '../src/index.ts'
import { all, type Bytes, decoder, language } from './bytes.ts'

const undefinedRow = makeRow(language, {
  ...{ name: '.byte', bits: '--------', args: '', sem: 'undefined', ext: 'base' },
  more: { ending: 'trap' },
})
const semantics: readonly Semantics[] = [...all, undefinedRow].map(({ sem }) => ({
  name: sem,
  emit: () => {},
}))

/** The decoding state is added to what the instruction is called. */
const instructions: Instructions<Bytes> = {
  title: 'bytes',
  decoder,
  semantics,
  undefinedRows: [undefinedRow],
  insnOf: code => {
    const insn = decoder.decode(code) ?? decodeAs(language, undefinedRow, code)
    if (insn === undefined) throw new Error('every byte is at least undefined')
    return insn
  },
  offsetOf: (_file, n, slot) => (slot === 'rd' ? 100 : 200) + n,
  place: () => null,
  kindOf: () => 'integer',
  flowOf: () => 'next',
}

/** Counts how often a byte is read. */
function reader(...bytes: number[]): CodeReader & { reads: number } {
  const unit = (offset: number): number => {
    code.reads++
    return bytes[offset] ?? 0
  }
  const code = { reads: 0, inPage: 0, u8: unit, u16: unit, u32: unit }
  return code
}

describe('a bound instruction', () => {
  const { parts, handlerOf } = bindInstructions(instructions)

  test('has the number of its semantics, and offsets of its registers', () => {
    expect(parts.decode(reader(8, 0x07), 0)).toEqual({
      ...{ handler: handlerOf('mov'), endsBlock: false, regs: [101, 203, 0, 0], imm: 0, aux: 0 },
      ...{ size: 2, word: 0x0807 },
    })
    expect(parts.decode(reader(0x10, 0x40, 0xff), 0)).toMatchObject({ regs: [101, 0, 0, 0], imm: -1 })
    expect(parts.decode(reader(0xff), 0)).toMatchObject({ handler: handlerOf('undefined'), endsBlock: true })
  })

  test('is the same object when it comes again, and another one with other bytes anywhere', () => {
    const bytes = [0x31, 1, 0, 0, 0, 2, 0, 0, 0]
    const first = parts.decode(reader(...bytes), 0)
    expect(parts.decode(reader(...bytes), 0)).toBe(first)
    const other = parts.decode(reader(...bytes.with(8, 1)), 0)
    expect(other).not.toBe(first)
    expect(parts.disassemble(first, 0n, Uint8Array.from(bytes))).toBe('ldq r1, 1, 2')
    expect(parts.disassemble(other, 0n, Uint8Array.from(bytes.with(8, 1)))).toBe('ldq r1, 1, 16777218')
  })

  test('is described by its row', () => {
    const bytes = (...list: number[]) => [parts.decode(reader(...list), 0), Uint8Array.from(list)] as const
    expect(parts.describe(...bytes(6))).toEqual({
      mnemonic: 'inc',
      group: 'base',
      kind: 'integer',
      flow: 'next',
    })
    expect(parts.describe(...bytes(0xff))).toEqual({
      ...{ mnemonic: 'undefined', group: '', kind: 'undefined', flow: 'trap' },
    })
  })

  test('depends on the bits of the decoding state that count', () => {
    const { parts } = bindInstructions({
      ...instructions,
      semantics: [...semantics, { name: 'odd', emit: () => {} }],
      insnOf: (code, state) => ({ ...instructions.insnOf(code, state), imm: state & 1 }),
      semOf: ({ sem, imm }) => (imm ? 'odd' : sem),
      stateMask: 1,
      nextState: (_insn, state) => state + 1,
    })
    const [even, odd] = [parts.decode(reader(6), 0), parts.decode(reader(6), 1)]
    expect([even.handler, odd.handler]).toEqual([handlerOf('inc'), semantics.length])
    expect([even.nextState, odd.nextState]).toEqual([1, 2])
  })
})

test('rows without semantics are named when a target is made, all of them', () => {
  const few = {
    ...instructions,
    semantics: semantics.filter(({ name }) => name !== 'ld' && name !== 'undefined'),
  }
  expect(unboundSemantics(few)).toEqual(['ld', 'undefined'])
  expect(() => bindInstructions(few)).toThrow('bytes: no semantics for ld, undefined')
  expect(() => bindInstructions(instructions).handlerOf('none')).toThrow('no semantics for none')
})
