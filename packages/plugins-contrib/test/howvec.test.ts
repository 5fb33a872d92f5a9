import { describe, expect, it } from 'vitest'
import { howvec } from '../src/index.ts'
import { FakeRun } from './fake-api.ts'

const code = [
  { pc: 0x100n, bytes: [0x03, 0x35, 0x05, 0], text: 'ld a0,0(a1)', kind: 'load', group: 'I' },
  { pc: 0x104n, bytes: [0x2a, 0x85], text: 'c.mv a1,a0', kind: 'integer', group: 'C' },
  { pc: 0x106n, bytes: [0xe3, 0x1d, 0xb5, 0xfe], text: 'bne a0,a1,100', kind: 'branch', group: 'I' },
] as const

function loop(run: FakeRun, times: number, cpu = 0): void {
  const exec = run.block(code)
  for (let i = 0; i < times; i++) for (const k of [0, 1, 2]) exec(k, cpu)
}

describe('howvec', () => {
  const play = (options: Record<string, string | boolean | number | string[]>): string[] => {
    const run = new FakeRun(howvec, options)
    run.cells = 16
    loop(run, 3)
    run.block([{ pc: 0x200n, bytes: [0, 0, 0, 0], text: '.4byte 0', kind: 'undefined', group: '' }])(0)
    run.end()
    return run.output.replaceAll(/ *\t/g, ' | ').split('\n').slice(0, -1)
  }

  it.each([true, false])('counts kinds, inline %s', inline => {
    expect(play({ inline })).toEqual([
      'Instruction Classes:',
      'Class: load | (3 hits)',
      'Class: branch | (3 hits)',
      'Class: integer | (3 hits)',
      'Class: undefined | (1 hits)',
    ])
  })

  it('counts extensions or names, the most executed first', () => {
    expect(play({ by: 'group' })).toEqual([
      'Instruction Classes:',
      'Class: I | (6 hits)',
      'Class: C | (3 hits)',
      'Class: undefined | (1 hits)',
    ])
    expect(play({ by: 'mnemonic' })).toContain('Class: c.mv | (3 hits)')
  })

  it('lists the instructions of a class, and leaves classes out', () => {
    expect(play({ count: ['load', 'branch', '!undefined'], limit: 1 })).toEqual([
      'Instruction Classes:',
      'Class: load | counted individually',
      'Class: branch | counted individually',
      'Class: integer | (3 hits)',
      'Class: undefined | not counted',
      'Individual Instructions:',
      'Instr: ld a0,0(a1) | (3 hits) | (op=0x00053503/load)',
    ])
  })

  it('prints empty classes if asked', () => {
    expect(play({ verbose: true })).toContain('Class: float | (0 hits)')
  })

  it('knows its classes', () => {
    expect(() => new FakeRun(howvec, { count: ['loads'] })).toThrow("There is no class 'loads'")
  })
})
