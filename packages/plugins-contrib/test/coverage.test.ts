import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BlockCounter, executions } from '../src/blocks.ts'
import coverageDefault from '../src/coverage.ts'
import drcovDefault, { drcovFile } from '../src/drcov.ts'
import type { LineRow } from '../src/dwarf/index.ts'
import { coverage, drcov } from '../src/index.ts'
import { lcovText, lineCoverage, sortedCounts } from '../src/lcov.ts'
import { FakeRun } from './fake-api.ts'

const insn = (pc: bigint, size = 4) => ({ pc, bytes: new Array<number>(size).fill(0) })
const code = [insn(0x100n), insn(0x104n, 2), insn(0x106n)]

describe('block counts', () => {
  const counted = (play: (run: FakeRun, exec: (index: number, cpu?: number) => void) => void): number[][] => {
    let counter: BlockCounter | undefined
    const plugin = {
      name: 'x',
      description: '',
      apiVersion: 1,
      install: (api: ConstructorParameters<typeof BlockCounter>[0]) => {
        counter = new BlockCounter(api)
      },
    }
    const run = new FakeRun(plugin, {}, 2)
    play(run, run.block(code))
    return (counter as unknown as BlockCounter).blocks().map(executions)
  }
  const all = (exec: (index: number, cpu?: number) => void, cpu = 0): void => {
    for (const i of [0, 1, 2]) exec(i, cpu)
  }

  it('count every instruction of whole blocks', () => {
    expect(
      counted((_, exec) => {
        all(exec)
        all(exec, 1)
        all(exec)
      }),
    ).toEqual([[3, 3, 3]])
  })

  it('an exception ends a block behind the instruction that caused it', () => {
    expect(
      counted((run, exec) => {
        exec(0)
        exec(1)
        run.event(0, 2, 0x104n, 0x900n)
        all(exec)
        run.event(0, 2, 0x106n, 0x900n)
      }),
    ).toEqual([[2, 2, 1]])
  })

  it('an instruction that cannot be fetched has not run', () => {
    expect(
      counted((run, exec) => {
        all(exec)
        run.event(0, 2, 0x500n, 0x900n)
      }),
    ).toEqual([[1, 1, 1]])
  })

  it('an interrupt ends a block before the next instruction, of its own vCPU alone', () => {
    expect(
      counted((run, exec) => {
        exec(0)
        exec(0, 1)
        run.event(0, 1, 0x104n, 0x900n)
        exec(1, 1)
        exec(2, 1)
        all(exec)
        run.event(0, 1, 0x104n, 0x900n)
      }),
    ).toEqual([[3, 2, 2]])
  })

  it('a block can end where its code is overwritten, and with the run', () => {
    expect(
      counted((run, exec) => {
        exec(0)
        const other = run.block([insn(0x104n), insn(0x108n)])
        other(0)
        run.registers.set('pc', 0x108n)
      }),
    ).toEqual([
      [1, 0, 0],
      [1, 0],
    ])
  })

  it('a block that is translated again goes on counting', () => {
    expect(
      counted((run, exec) => {
        all(exec)
        all(run.block(code))
      }),
    ).toEqual([[2, 2, 2]])
  })
})

describe('line coverage', () => {
  const row = (address: bigint, line: number, more: Partial<LineRow> = {}): LineRow => ({
    address,
    file: 'a.c',
    line,
    column: 0,
    isStatement: true,
    endSequence: false,
    ...more,
  })
  const end = (address: bigint) => row(address, 0, { endSequence: true })
  const counts = sortedCounts(
    new Map([
      [0x100n, 3],
      [0x104n, 5],
      [0x108n, 0],
    ]),
  )
  const linesOf = (rows: LineRow[]) => Object.fromEntries(lineCoverage(rows, counts).get('a.c')?.lines ?? [])

  it('a line counts as its instruction that ran most often; ranges end at the next row', () => {
    expect(linesOf([row(0x100n, 1), row(0x108n, 2), end(0x10cn)])).toEqual({ 1: 5, 2: 0 })
    expect(linesOf([row(0x100n, 1), row(0x104n, 2), end(0x10cn)])).toEqual({ 1: 3, 2: 5 })
  })
  it('statements at one address share its code; moved code says nothing', () => {
    expect(
      linesOf([row(0x100n, 1), row(0x100n, 2), row(0x104n, 3, { isStatement: false }), end(0x10cn)]),
    ).toEqual({
      1: 3,
      2: 3,
    })
  })
  it('a line without a statement has not run if none of its code has; that moved code ran says nothing', () => {
    const moved = { isStatement: false }
    expect(
      linesOf([row(0x100n, 1), row(0x104n, 2, moved), row(0x108n, 3, moved), row(0x10cn, 1), end(0x110n)]),
    ).toEqual({ 1: 3, 3: 0 })
    expect(linesOf([row(0x100n, 1), row(0x108n, 1, moved), end(0x10cn)])).toEqual({ 1: 5 })
    // In two places, of which one has run.
    expect(linesOf([row(0x104n, 2, moved), row(0x108n, 2, moved), end(0x10cn)])).toEqual({})
  })
  it('what the linker dropped is left out; sequences do not reach into each other', () => {
    expect(linesOf([row(0n, 1), row(0x100n, 1), end(0x104n), row(0x104n, 2), end(0x108n)])).toEqual({ 2: 5 })
  })

  it('gives an lcov file', () => {
    const functions = [
      { name: 'main', address: 0x100n },
      { name: 'none', address: 0x108n },
    ]
    const files = lineCoverage(
      [row(0x100n, 4), row(0x108n, 9), end(0x10cn), row(0x104n, 1, { file: 'a.S' }), end(0x108n)],
      counts,
      functions,
    )
    expect(lcovText(files)).toBe(
      [
        ...['TN:', 'SF:a.S', 'FNF:0', 'FNH:0', 'DA:1,5', 'LF:1', 'LH:1', 'end_of_record'],
        ...['TN:', 'SF:a.c', 'FN:4,main', 'FN:9,none', 'FNDA:3,main', 'FNDA:0,none', 'FNF:2', 'FNH:1'],
        ...['DA:4,5', 'DA:9,0', 'LF:2', 'LH:1', 'end_of_record', ''],
      ].join('\n'),
    )
  })
})

describe('coverage', () => {
  const elf = readFileSync(new URL('guests/elf/lines-dwarf5-rv64.elf', import.meta.url))

  it('is a default export too', () => expect(coverageDefault).toBe(coverage))

  it('refuses a program without debug information, and no program', () => {
    expect(() => new FakeRun(coverage, { elf: [], include: [] })).toThrow('no program with debug information')
    const run = { elf: ['x.elf'], include: [] }
    const stripped = elf.subarray(0)
    const names = stripped.indexOf('.debug_line\0')
    const without = Buffer.from(stripped)
    without[names + 1] = 0x78
    expect(() => new FakeRun(coverage, run, 1, new Map([['x.elf', without]]))).toThrow(
      'x.elf has no line table',
    )
  })

  it('takes the lines of another file, those that are wanted', () => {
    const run = new FakeRun(
      coverage,
      { elf: ['x.elf'], include: ['shape.h', 'riscv.S'], summary: true, out: 'o' },
      1,
      new Map([['x.elf', elf]]),
    )
    const exec = run.block([insn(0x80000000n), insn(0x80000008n)])
    exec(0)
    exec(1)
    run.end()
    expect(run.files.get('o')).toMatch(/^TN:\nSF:\/guest\/riscv.S\nFNF:0\nFNH:0\nDA:5,1\nDA:6,1\nDA:7,0\n/)
    expect(run.files.get('o')).toContain('SF:/guest/sub/shape.h\n')
    expect(run.files.get('o')).not.toContain('lines.c')
    expect(run.output).toMatch(/^\/guest\/riscv\.S +14 +2 +14 %$/m)
  })
})

describe('drcov', () => {
  it('is a default export too', () => expect(drcovDefault).toBe(drcov))

  it('writes the table of modules and the blocks by their offsets', () => {
    const modules = [{ base: 0x1000n, end: 0x2000n, entry: 0x1004n, path: '/x/a.elf' }]
    const blocks = [
      { address: 0x1010n, size: 6 },
      { address: 0x3000n, size: 4 },
      { address: 0x1ffcn, size: 4 },
    ]
    const bytes = Buffer.from(drcovFile(modules, blocks))
    const head = [
      'DRCOV VERSION: 2',
      'DRCOV FLAVOR: guestscope',
      'Module Table: version 2, count 1',
      'Columns: id, base, end, entry, path',
      '  0, 0x0000000000001000, 0x0000000000002000, 0x0000000000001004, /x/a.elf',
      'BB Table: 2 bbs',
      '',
    ].join('\n')
    expect(bytes.subarray(0, head.length).toString()).toBe(head)
    expect([...bytes.subarray(head.length)]).toEqual([
      ...[0x10, 0, 0, 0, 6, 0, 0, 0],
      ...[0xfc, 0x0f, 0, 0, 4, 0, 0, 0],
    ])
  })

  it('leaves out what has not run; code outside the program gets modules of its own', () => {
    const run = new FakeRun(drcov, { out: 'o' })
    const exec = run.block(code)
    exec(0)
    run.event(0, 2, 0x100n, 0x2ffen)
    const handler = run.block([insn(0x2ffen), insn(0x3002n)])
    handler(0)
    handler(1)
    run.block([insn(0x9000n)])
    run.end()
    const text = Buffer.from(run.binary.get('o') ?? []).toString('latin1')
    expect(text).toContain(' 0, 0x0000000000000000, 0x0000000000001000, 0x0000000000000000, memory-0\n')
    expect(text).toContain(' 1, 0x0000000000002000, 0x0000000000004000, 0x0000000000000000, memory-2000\n')
    expect(text).toContain('BB Table: 2 bbs\n')
    expect(run.output).toBe('drcov: 2 blocks, 12 bytes of code\n')
  })
})
