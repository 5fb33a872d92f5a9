import { apiVersions } from '@guestscope/plugin-api'
import { describe, expect, it } from 'vitest'
import * as discLogModule from '../src/discon-log.ts'
import * as disconsModule from '../src/discons.ts'
import * as execLogModule from '../src/exec-log.ts'
import { PcHash } from '../src/fnv.ts'
import { disconLog, discons, execLog, traps } from '../src/index.ts'
import * as trapsModule from '../src/traps.ts'
import { FakeRun } from './fake-api.ts'

describe('every plugin', () => {
  it.each([
    ['traps', trapsModule.default, traps],
    ['discons', disconsModule.default, discons],
    ['discon-log', discLogModule.default, disconLog],
    ['exec-log', execLogModule.default, execLog],
  ])('%s is a default export too', (name, plugin, named) => {
    expect(plugin).toBe(named)
    expect(plugin).toMatchObject({ name, apiVersion: apiVersions.current })
  })
})

describe('traps', () => {
  const play = (run: FakeRun): string => {
    run.event(0, 1, 0n, 0n, 'timer', 7)
    run.event(0, 2, 0n, 0n, 'breakpoint', 3)
    for (let i = 0; i < 12; i++) run.event(1, 2, 0n, 0n, 'illegal instruction', 2)
    run.event(1, 4, 0n, 0n, 'semihosting', 63)
    run.end()
    return run.output
  }

  it('counts by type', () => {
    expect(play(new FakeRun(traps, {}, 2))).toBe(
      [
        'vCPU  interrupts  exceptions  host calls',
        '   0           1           1           0',
        '   1           0          12           1',
        '',
      ].join('\n'),
    )
  })

  it('counts by cause', () => {
    expect(play(new FakeRun(traps, { by: 'cause' }, 2))).toBe(
      [
        'cause                type       vCPU 0  vCPU 1',
        'timer                interrupt       1       0',
        'illegal instruction  exception       0      12',
        'breakpoint           exception       1       0',
        'semihosting          host call       0       1',
        '',
      ].join('\n'),
    )
  })
})

describe('discon-log', () => {
  const play = (run: FakeRun): FakeRun => {
    run.event(0, 2, 0x8000012cn, 0x80000310n, 'breakpoint')
    run.event(11, 1, 0xffff_ffff_ffff_fff0n, 0n, 'timer')
    run.end()
    return run
  }

  it('writes a line per event to the plugin output', () => {
    expect(play(new FakeRun(disconLog, {}, 12)).output).toBe(
      '0 2 8000012c 80000310\nb 1 fffffffffffffff0 0\n',
    )
  })

  it.each([
    [0, '# limit: 1 more events of vcpu 0 left out\n# limit: 1 more events of vcpu b left out\n'],
    [1, '0 2 8000012c 80000310\nb 1 fffffffffffffff0 0\n'],
  ])('writes as many lines as asked for, and tells of the rest: %i', (limit, output) => {
    expect(play(new FakeRun(disconLog, { limit }, 12)).output).toBe(output)
  })

  it('writes to a file, with causes and totals if asked', () => {
    const run = play(new FakeRun(disconLog, { out: 'x.log', cause: true, summary: true }, 1))
    expect(run.output).toBe('')
    expect(run.files.get('x.log')).toBe(
      [
        '0 2 8000012c 80000310 breakpoint',
        'b 1 fffffffffffffff0 0 timer',
        '# vcpu 0 interrupts 0 exceptions 1 hostcalls 0',
        '',
      ].join('\n'),
    )
  })
})

const code = [
  { pc: 0x80000000n, bytes: [0x13, 0] },
  { pc: 0x80000002n, bytes: [0x6f, 0, 0, 0x1a] },
]

describe('exec-log', () => {
  const play = (run: FakeRun): string[] => {
    const exec = run.block(code)
    for (let i = 0; i < 2; i++) {
      exec(0)
      run.registers.set('a0', 16n)
      exec(1)
      run.event(0, 1, 0x80000000n, 0x80000000n)
    }
    run.end()
    return run.output.split('\n').slice(0, -1)
  }
  const summary = '# vcpu 0 insns 4'

  it('writes a line per instruction', () => {
    expect(play(new FakeRun(execLog, {}))).toEqual([
      '0 80000000',
      '0 80000002',
      '0 80000000',
      '0 80000002',
      summary,
    ])
  })

  it('writes bytes, registers, events, disassembly', () => {
    const all = play(new FakeRun(execLog, { insn: true, regs: 'all', disas: true, discon: true, limit: 2 }))
    expect(all).toEqual([
      '0 80000000 1300 a0=0 a1=1 ; op19',
      '0 80000002 6f00001a a0=10 a1=1 ; op111',
      '! 0 1 80000000 80000000',
      summary,
      '# limit: 2 more instructions of vcpu 0 left out',
    ])
  })

  it('bounds events, too, which may come without an instruction', () => {
    const run = new FakeRun(execLog, { discon: true, limit: 1 })
    for (let i = 0; i < 5; i++) run.event(0, 1, 0x80000000n, 0x80000000n)
    run.end()
    expect(run.output).toBe(
      '! 0 1 80000000 80000000\n# vcpu 0 insns 0\n# limit: 4 more events of vcpu 0 left out\n',
    )
  })

  it('refuses registers that are not there', () => {
    expect(() => new FakeRun(execLog, { regs: 'all', names: 'a0:a9' })).toThrow("fake has no register 'a9'")
    expect(() => new FakeRun(execLog, { names: '' })).toThrow("fake has no register ''")
  })

  it('writes the registers that changed, or those asked for', () => {
    expect(play(new FakeRun(execLog, { regs: 'diff' }))).toEqual([
      '0 80000000 a0=0 a1=1',
      '0 80000002 a0=10',
      '0 80000000',
      '0 80000002',
      summary,
    ])
    expect(play(new FakeRun(execLog, { regs: 'all', names: 'mcycle:pc', limit: 1 }))).toEqual([
      '0 80000000 pc=0 mcycle=0',
      summary,
      '# limit: 3 more instructions of vcpu 0 left out',
    ])
  })

  it('starts and ends where it is told, and can end the run', () => {
    const run = new FakeRun(execLog, { start: 1, limit: 2, exit: true })
    expect(play(run)).toEqual([
      '0 80000002',
      '0 80000000',
      summary,
      '# limit: 1 more instructions of vcpu 0 left out',
    ])
    expect(run.exits[0]).toEqual({ status: 0, message: undefined })
  })

  it('writes no hashes beyond the limit', () => {
    expect(play(new FakeRun(execLog, { hash: 1, limit: 1 }))).toEqual([
      `0 1 ${fnv([0x80000000n])} 80000000`,
      expect.stringMatching(/^# vcpu 0 insns 4 hash /),
      '# limit: 3 more instructions of vcpu 0 left out',
    ])
  })

  it('writes hashes instead', () => {
    expect(play(new FakeRun(execLog, { hash: 3 }))).toEqual([
      `0 3 ${fnv([0x80000000n, 0x80000002n, 0x80000000n])} 80000000`,
      `# vcpu 0 insns 4 hash ${fnv([0x80000000n, 0x80000002n, 0x80000000n, 0x80000002n])}`,
    ])
  })

  it('writes to a file in pieces', () => {
    const run = new FakeRun(execLog, { out: 'e.log' })
    const exec = run.block(code)
    for (let i = 0; i < 20_000; i++) exec(0)
    run.end()
    expect(run.files.get('e.log')).toBe(`${'0 80000000\n'.repeat(20_000)}# vcpu 0 insns 20000\n`)
  })
})

/** FNV-1a as its authors give it. */
function fnv(pcs: readonly bigint[]): string {
  let hash = 0xcbf29ce484222325n
  for (const pc of pcs)
    for (let shift = 0n; shift < 64n; shift += 8n)
      hash = BigInt.asUintN(64, (hash ^ ((pc >> shift) & 255n)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}

describe('PcHash', () => {
  it('is 64-bit FNV-1a', () => {
    const hash = new PcHash()
    const pcs: bigint[] = []
    let x = 1n
    for (let i = 0; i < 1000; i++) {
      x = BigInt.asUintN(64, x * 6364136223846793005n + 1442695040888963407n)
      const pc = i % 2 === 0 ? x : x & 0xffff_ffffn
      pcs.push(pc)
      hash.add(Number(pc & 0xffff_ffffn), Number(pc >> 32n))
      if (i % 100 === 0) expect(hash.toString()).toBe(fnv(pcs))
    }
    expect(hash.toString()).toBe(fnv(pcs))
    expect(new PcHash().toString()).toBe('cbf29ce484222325')
  })
})

describe('discons', () => {
  it('is content with a run without mistakes', () => {
    const run = new FakeRun(discons, {})
    const exec = run.block(code)
    exec(0)
    run.event(0, 1, 0x80000002n, 0x80000000n)
    exec(0)
    exec(1)
    exec(0)
    run.end()
    expect(run.output).toBe('discons: 1 events checked, 0 mismatches\n')
    expect(run.exits).toEqual([])
  })

  it('ends the run at the first mistake, with a report', () => {
    const run = new FakeRun(discons, {})
    const exec = run.block(code)
    exec(0)
    run.event(0, 1, 0x80000000n, 0x80000002n, 'timer')
    expect(run.exits).toEqual([{ status: 1, message: 'discontinuity mismatch (from) on vCPU 0' }])
    exec(0)
    run.event(0, 1, 0n, 0n)
    run.end()
    expect(run.exits).toHaveLength(1)
    expect(run.output).toBe(
      [
        'discons: mismatch (from) on vCPU 0 at instruction 1234',
        "  event:    interrupt 'timer' from 80000000 to 80000002",
        '  expected: from 80000002 (the next instruction)',
        '  seen:     from 80000000',
        'discons: 1 events checked, 1 mismatches',
        '',
      ].join('\n'),
    )
  })

  it('goes on with abort=off, and fails at the end', () => {
    const run = new FakeRun(discons, { abort: false })
    const exec = run.block(code)
    exec(0)
    exec(0)
    exec(0)
    expect(run.exits).toEqual([])
    run.end()
    expect(run.exits).toEqual([{ status: 1, message: '2 discontinuity mismatches' }])
    expect(run.output).toContain('discons: 0 events checked, 2 mismatches\n')
  })

  it('takes addresses for equal that lead to the same physical one', () => {
    const run = new FakeRun(discons, {})
    run.alias = address => address & 0xffffn
    const exec = run.block(code)
    exec(0)
    run.event(0, 1, 0x2n, 0x0n)
    exec(0)
    expect(run.exits).toEqual([])
  })

  it('prints everything with trace-all', () => {
    const run = new FakeRun(discons, { 'trace-all': true })
    const exec = run.block(code)
    exec(0)
    exec(1)
    exec(0)
    run.event(0, 1, 0x80000002n, 0x80000000n, 'timer')
    exec(0)
    expect(run.output).toBe(
      [
        'discons: vCPU 0: jump from 80000002 to 80000000',
        "discons: vCPU 0: interrupt 'timer' from 80000002 to 80000000",
        'discons: vCPU 0: jump from 80000000 to 80000000',
        '',
      ].join('\n'),
    )
  })
})
