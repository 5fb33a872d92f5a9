/** Plugins that count executions: `bb`, `insn`, `hotblocks`, `empty`. */
import { describe, expect, it } from 'vitest'
import { bb, empty, hotblocks, insn } from '../src/index.ts'
import { FakeRun } from './fake-api.ts'

const loop = [
  { pc: 0x100n, bytes: [1, 2], text: 'addi a0,a0,1' },
  { pc: 0x102n, bytes: [1, 2, 3, 4], text: 'ld a1,0(a0)', symbol: 'copy' },
  { pc: 0x106n, bytes: [1, 2], text: 'bnez a0,100' },
]
const tail = [{ pc: 0x108n, bytes: [9, 9], text: 'ret' }]

/** vCPU 0 runs the loop three times and the tail, vCPU 1 the first two instructions of the loop. */
function play(run: FakeRun): string {
  const body = run.block(loop)
  const end = run.block(tail)
  for (let i = 0; i < 3; i++) for (const k of [0, 1, 2]) body(k)
  end(0)
  body(0, 1)
  body(1, 1)
  run.end()
  return run.output
}

describe.each([true, false])('inline %s', inline => {
  it('bb counts blocks, and instructions as if each block ran to its end', () => {
    expect(play(new FakeRun(bb, { inline }, 3))).toBe(
      "CPU0: bb's: 4, insns: 10\nCPU1: bb's: 1, insns: 3\nTotal: bb's: 5, insns: 13\n",
    )
  })

  it('insn counts instructions', () => {
    expect(play(new FakeRun(insn, { inline, sizes: true }, 2))).toBe(
      'cpu 0 insns: 10\ncpu 1 insns: 2\ntotal insns: 12\nlen 2 bytes: 8 insns\nlen 4 bytes: 4 insns\n',
    )
  })

  it('hotblocks lists the hottest first', () => {
    expect(play(new FakeRun(hotblocks, { inline }, 2))).toBe(
      [
        'collected 2 entries in the hash table',
        'pc, tcount, icount, ecount',
        '0x0000000000000100, 1, 3, 4',
        '0x0000000000000108, 1, 1, 1',
        '',
      ].join('\n'),
    )
  })
})

describe('bb', () => {
  it('prints when a vCPU begins to wait, if it has run', () => {
    const run = new FakeRun(bb, { idle: true }, 2)
    run.block(tail)(0, 1)
    run.idle(0)
    run.idle(1)
    expect(run.output).toBe("Idling CPU1: bb's: 1, insns: 1\n")
  })
})

describe('insn', () => {
  it('lists the instructions that match, the most executed first', () => {
    expect(
      play(new FakeRun(insn, { match: ['ld', 'b', 'x'] }, 2))
        .split('\n')
        .slice(3),
    ).toEqual([
      'Match: ld, hits 4',
      '  102: ld a1,0(a0) (hits 4)',
      'Match: b, hits 3',
      '  106: bnez a0,100 (hits 3)',
      'Match: x, hits 0',
      '',
    ])
  })

  it('traces them', () => {
    const lines = play(new FakeRun(insn, { match: ['ld'], trace: true }, 2)).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      "0x102, 'ld a1,0(a0)', 1 hits, 1 match hits, Δ+2 since last match, 2 avg insns/match",
      "0x102, 'ld a1,0(a0)', 2 hits, 2 match hits, Δ+3 since last match, 2 avg insns/match",
      "0x102, 'ld a1,0(a0)', 3 hits, 3 match hits, Δ+3 since last match, 2 avg insns/match",
      "0x102, 'ld a1,0(a0)', 4 hits, 1 match hits, Δ+2 since last match, 2 avg insns/match",
    ])
  })
})

describe('hotblocks', () => {
  const twice = (options: Record<string, boolean | number>): string[] => {
    const run = new FakeRun(hotblocks, options)
    run.cells = 1
    run.block(tail)(0)
    const body = run.block(loop)
    body(0)
    body(0)
    run.block(tail)(0)
    run.block(loop.slice(0, 2))(0)
    run.end()
    return run.output.split('\n').slice(0, -1)
  }

  it('adds up translations of one block, keeps apart those of other lengths, and does without cells', () => {
    expect(twice({ symbols: true })).toEqual([
      'collected 3 entries in the hash table',
      'pc, tcount, icount, ecount',
      '0x0000000000000100, 1, 3, 2',
      '0x0000000000000108, 2, 1, 2',
      '0x0000000000000100, 1, 2, 1',
    ])
  })

  it('prints as many as asked for', () => {
    expect(twice({ limit: 1 })).toHaveLength(3)
    expect(twice({ limit: 0 })).toHaveLength(5)
  })

  it('names symbols', () => {
    const run = new FakeRun(hotblocks, { symbols: true })
    run.block(loop.slice(1))(0)
    run.end()
    expect(run.output).toMatch('0x0000000000000102, 1, 2, 1, copy\n')
  })
})

describe('empty', () => {
  it('does nothing', () => {
    expect(play(new FakeRun(empty, {}))).toBe('')
  })
})
