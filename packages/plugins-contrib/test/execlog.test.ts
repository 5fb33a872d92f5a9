import { describe, expect, it } from 'vitest'
import { execlog } from '../src/index.ts'
import { FakeRun } from './fake-api.ts'

const code = [
  { pc: 0x100n, bytes: [0x03, 0x35, 0x05, 0], text: 'ld a0,0(a1)', kind: 'load', group: 'I' },
  { pc: 0x104n, bytes: [0x2a, 0x85], text: 'c.mv a1,a0', kind: 'integer', group: 'C' },
  { pc: 0x106n, bytes: [0xe3, 0x1d, 0xb5, 0xfe], text: 'bne a0,a1,100', kind: 'branch', group: 'I' },
] as const

describe('execlog', () => {
  const play = (options: Record<string, string | boolean | string[]>): string[] => {
    const run = new FakeRun(execlog, options)
    const exec = run.block(code)
    exec(0, 0, [{ address: 0x1000n, physical: 0x80001000n }])
    run.registers.set('a0', 255n)
    exec(1)
    run.registers.set('a1', 255n)
    exec(2)
    exec(0, 0, [{ address: 0x2000n, physical: 0x10000000n, device: 'uart', store: true }])
    run.registers.set('a0', 0n)
    run.end()
    return (run.files.get('x.log') ?? run.output).split('\n').slice(0, -1)
  }
  const [load, move, branch] = [
    '0, 0x100, 0x53503, "ld a0,0(a1)"',
    '0, 0x104, 0x852a, "c.mv a1,a0"',
    '0, 0x106, 0xfeb51de3, "bne a0,a1,100"',
  ]
  const [first, last] = [`${load}, load, 0x80001000, RAM`, `${load}, store, 0x10000000, uart`]

  it('writes instructions and their accesses', () => {
    expect(play({})).toEqual([first, move, branch, last])
    expect(play({ out: 'x.log' })).toEqual([first, move, branch, last])
  })

  it('filters by text or address', () => {
    expect(play({ ifilter: ['c.', 'bne'] })).toEqual([move, branch])
    expect(play({ afilter: ['0x100'] })).toEqual([first, last])
    expect(play({ afilter: ['104'], ifilter: ['b'] })).toEqual([move, branch])
  })

  it('appends the registers that an instruction has changed', () => {
    const [a0, a1] = [', a0 -> 0x00000000000000ff', ', a1 -> 0x00000000000000ff']
    expect(play({ reg: ['a?'] })).toEqual([first + a0, move + a1, branch, last])
    expect(play({ reg: ['a1'] })).toEqual([first, move + a1, branch, last])
    expect(play({ reg: ['a*'], ifilter: ['ld'] })).toEqual([first + a0, last])
    expect(play({ reg: ['a1'], rdisas: true })).toEqual([first, move + a1, branch, last])
    expect(play({ reg: ['mcycle'], rdisas: true })).toEqual([first, move, branch, last])
  })

  it('does not blame instructions for what others have changed', () => {
    const run = new FakeRun(execlog, { reg: ['a0'], ifilter: ['bne'] })
    const exec = run.block(code)
    exec(0)
    run.registers.set('a0', 1n)
    exec(2)
    exec(0)
    run.registers.set('a0', 2n)
    exec(2)
    run.registers.set('a0', 3n)
    exec(0)
    run.end()
    expect(run.output).toBe(`${branch}\n${branch}, a0 -> 0x0000000000000003\n`)
  })

  it('refuses what it cannot understand', () => {
    expect(() => play({ reg: ['x99'] })).toThrow("has no register 'x99'")
    expect(() => play({ afilter: ['main'] })).toThrow('afilter=main is not possible')
  })
})
