/** Plugins that stop, slow or check the run: `stoptrigger`, `ips`, `inline`, `reset`. */
import { describe, expect, it } from 'vitest'
import { inline, ips, reset, stoptrigger } from '../src/index.ts'
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

describe('stoptrigger', () => {
  it('stops before the instruction after so many', () => {
    const run = new FakeRun(stoptrigger, { icount: '4:41' })
    loop(run, 2)
    expect(run.output).toBe('icount reached at 0x104, exiting\n')
    expect(run.exits).toEqual([{ status: 41, message: undefined }])
    expect(run.pcs).toEqual([0x104n])
  })

  it('stops at addresses, each with its status', () => {
    const run = new FakeRun(stoptrigger, { addr: ['0x106', '260:7'] })
    loop(run, 1)
    expect(run.output).toBe('0x104 reached, exiting\n0x106 reached, exiting\n')
    expect(run.exits.map(({ status }) => status)).toEqual([7, 0])
    expect(run.pcs).toEqual([0x104n, 0x106n])
  })

  it.each([
    [{}, 'It has nothing to stop at'],
    [{ icount: '0' }, 'icount=0 is not possible'],
    [{ icount: 'ten' }, 'icount=ten is not possible'],
    [{ addr: ['0x10:256'] }, 'addr=0x10:256 is not possible'],
  ])('refuses %o', (options, message) => {
    expect(() => new FakeRun(stoptrigger, options)).toThrow(message)
  })
})

describe('ips', () => {
  it('takes the time that it is given', () => {
    const run = new FakeRun(ips, { ips: 10_000, ipq: 30 })
    const start = performance.now()
    loop(run, 200)
    // 600 instructions at 10,000 a second, of which all but the last quantum have been waited for.
    expect(performance.now() - start).toBeGreaterThan(50)
  })
})

describe('inline', () => {
  it('finds no mismatch where there is none', () => {
    const run = new FakeRun(inline, { at: 5 }, 2)
    loop(run, 4)
    loop(run, 2, 1)
    run.end()
    expect(run.exits).toEqual([])
    const lines = run.output.split('\n').map(line => line.split(/ {2,}/).filter(word => word !== ''))
    expect(lines).toContainEqual(['0', 'insn add', '12', '12'])
    expect(lines).toContainEqual(['0', 'insn if <= 5', '6', '6'])
    expect(lines).toContainEqual(['1', 'insn if > 5', '0', '0'])
    expect(lines).toContainEqual(['1', 'insn if >= 5', '1', '1'])
    expect(lines).toContainEqual(['0', 'block if != 5', '4', '4'])
  })

  it('fails the run if an operation is lost', () => {
    const run = new FakeRun(inline, {})
    run.lostAdds = true
    loop(run, 1)
    run.end()
    expect(run.output).toMatch('inline: vCPU 0: insn add: 0 instead of 3\n')
    expect(run.exits).toEqual([{ status: 1, message: '2 inline operations disagree with callbacks' }])
  })
})

describe('reset', () => {
  it('registers anew, and counts on', () => {
    const run = new FakeRun(reset, { after: 2, times: 3 })
    for (let i = 0; i < 6; i++) loop(run, 2)
    run.end()
    expect(run.output).toBe('3 resets, 0 late callbacks, 36 insns\n')
    expect(run.exits).toEqual([])
  })

  it('fails the run if old callbacks go on coming', () => {
    const run = new FakeRun(reset, { after: 1, times: 3 })
    loop(run, 6)
    run.end()
    expect(run.exits).toEqual([{ status: 1, message: '5 callbacks came after a reset' }])
  })
})
