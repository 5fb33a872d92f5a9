/** `--stats`, `--hot`, `--stats-json`, and what they stand on: `Machine.statistics` and `Profile`. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Machine, type MachineOptions, Profile } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { riscv64, virt64 } from '@guestscope/target-riscv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunStatistics } from '../src/run/statistics.ts'
import { echo, guest, type Outcome, runAll } from './harness.ts'

function machine(name: string, more: Partial<MachineOptions> = {}): Machine {
  return new Machine({
    target: riscv64(),
    board: virt64,
    memoryBytes: 64 << 20,
    cpus: 1,
    console: { write: () => {} },
    image: loadElf(readFileSync(guest(name))),
    semihosting: false,
    ...more,
  })
}

describe('statistics', () => {
  test('of the interpreter alone', () => {
    const made = machine('programs-rv64', { tier: 0 })
    while (made.run(1e6) === 'running');
    const { instructions, clock, blocks, tiers } = made.statistics()
    expect(instructions).toBe(made.executed)
    expect(clock).toBeGreaterThanOrEqual(instructions)
    expect(blocks.present).toBe(blocks.translated - blocks.dropped)
    expect(blocks.instructions).toBeGreaterThan(blocks.translated)
    expect(blocks.poolUsed).toBeGreaterThan(32 * blocks.instructions)
    expect(blocks.flushes).toBe(0)
    expect(tiers.map(({ tier, functions }) => [tier, functions > 0])).toEqual([
      [0, true],
      [1, false],
      [2, false],
    ])
    expect(tiers[0]?.bytes).toBeGreaterThan(10_000)
  })

  test('handlers of floating point are made when they are needed', () => {
    const modules = (name: string): number | undefined => {
      const made = machine(name, { tier: 0 })
      while (made.run(1e6) === 'running');
      return made.statistics().tiers[0]?.modules
    }
    expect(modules('hello-rv64')).toBe(1)
    expect(modules('float-rv64')).toBe(2)
  })

  test('of regions: made and released as code changes, thrown away as plugins come', () => {
    const made = machine('selfmod-rv64', { hotThreshold: 4, batch: 1 })
    while (made.run(1e6) === 'running');
    const { blocks, tiers } = made.statistics()
    expect(blocks.dropped).toBeGreaterThan(0)
    const [, regions] = tiers
    expect(regions?.functions).toBeGreaterThanOrEqual(regions?.modules as number)
    expect(regions?.released).toBeGreaterThan(0)
    expect(regions?.released).toBeLessThanOrEqual(regions?.functions as number)
    const other = machine('programs-rv64')
    other.run(1e6)
    other.flushBlocks()
    other.run(1)
    expect(other.statistics().blocks).toMatchObject({ flushes: 1, present: 1 })
  })
})

describe('a profile', () => {
  const runs = (interval: number, slice: number): { machine: Machine; profile: Profile } => {
    const made = machine('programs-rv64')
    const profile = new Profile(made, interval)
    while (profile.run(slice) === 'running');
    return { machine: made, profile }
  }

  test('does not change the run, and has a sample for every interval', () => {
    const plain = machine('programs-rv64')
    while (plain.run(1e9) === 'running');
    for (const [interval, slice] of [
      [9973, 1e9],
      [9973, 777],
      [200, 9999],
    ] as const) {
      const { machine, profile } = runs(interval, slice)
      expect(machine.executed).toBe(plain.executed)
      expect(profile.samples).toBe(Math.floor(plain.executed / interval))
    }
  })

  test('shares add up, and the hottest comes first', () => {
    const { profile } = runs(997, 1e9)
    const all = profile.hottest(1e6)
    expect(all.reduce((sum, { samples }) => sum + samples, 0)).toBe(profile.samples)
    for (const what of ['instructions', 'time'] as const)
      expect(profile.tiers().reduce((sum, tier) => sum + tier[what], 0)).toBeCloseTo(1)
    expect([...all].sort((a, b) => b.samples - a.samples)).toEqual(all)
    expect(profile.hottest(3)).toEqual(all.slice(0, 3))
  })
})

describe('the command', () => {
  let directory = ''
  let spinning: Outcome
  let short: Outcome
  let plain: Outcome
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'guestscope-stats-'))
    const spin = ['run', echo, '--max-instructions', '5e6']
    const outcomes = runAll(
      [
        { args: [...spin, '--stats', '--hot', '3', '--stats-json', 'stats.json'], input: 's' },
        { args: ['run', guest('hello-rv64'), '--hot', '3'] },
        { args: ['run', guest('hello-rv64'), '--stats-json', 'plain.json'] },
        { args: ['run', guest('hello-rv64'), '--stats-json', 'no/dir'] },
        { args: ['run', guest('hello-rv64'), '--hot', '0'] },
      ],
      directory,
    )
    ;[spinning, short, plain] = outcomes as [Outcome, Outcome, Outcome]
    for (const refused of outcomes.slice(3)) expect(refused).toMatchObject({ status: 125, stdout: '' })
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const json = (name: string): RunStatistics => JSON.parse(readFileSync(join(directory, name), 'utf8'))

  test('tells figures and the hottest code with its symbol', () => {
    expect(spinning.status).toBe(124)
    for (const text of [
      /^ {2}instructions {2,}5,000,000 in [\d.]+ ms: [\d.]+ MIPS$/m,
      /^ {2}tier 0 {2,}interpreter: \d+ functions/m,
      /^ {2}tier 1 {2,}regions: 1 functions/m,
      /^ {2}executed in 1 {2,}\d+\.\d %/m,
      /^ +share {2}tier {2}blocks {2}address {5}symbol$/m,
      /^ {1,3}\d+\.\d % {5}1 {7}1 {2}0x800000a4 {2}spin$/m,
    ])
      expect(spinning.stderr).toMatch(text)
  })

  test('writes them as JSON', () => {
    const figures = json('stats.json')
    expect(figures.instructions).toBe(5e6)
    expect(figures.samples).toBe(Math.floor(5e6 / figures.sampleInterval))
    expect(figures.hot[0]).toMatchObject({ address: '0x800000a4', symbol: 'spin', tier: 1, blocks: 1 })
    expect(figures.tiers[1]).toMatchObject({ tier: 1, functions: 1, modules: 1, released: 0 })
    expect(figures.startMs).toBeGreaterThan(0)
    expect(json('plain.json').hot).toEqual([])
  })

  test('says that a run was too short for samples, and nothing where nothing was asked for', () => {
    expect(short.stderr).toBe('  No samples: the run was too short.\n')
    expect(plain).toMatchObject({ status: 0, stderr: '' })
  })
})
