/**
 * Ready plugins on whole guests, in every tier: what they count is what was executed, and the same everywhere. Figures of
 * QEMU 11.1 come from `-plugin` runs of plugins that count instructions, accesses and blocks (see testing.md).
 */
import { bb, execLog, hotblocks, howvec, insn, traps } from '@guestscope/plugins-contrib'
import { describe, expect, test } from 'vitest'
import { armGuest, type Outcome, runAll } from './harness.ts'
import { mostWays, type PluginRun, runPlugins, ways } from './plugin-run.ts'

/** Sum of the numbers that a pattern finds. */
const sum = (text: string | undefined, pattern: RegExp): number =>
  [...(text ?? '').matchAll(pattern)].reduce((total, found) => total + Number(found[1]), 0)

// Traps at every turn; code that changes itself. The oracle is slow.
const runs = [
  ...(process.env.GUESTSCOPE_LONG ? ways : mostWays).flatMap(([title, way]) =>
    ['exceptions-rv64', 'selfmod-rv64', 'nested-rv64'].map(name => [title, name, way] as const),
  ),
  ['oracle', 'nested-rv64', { tier: 'oracle' }] as const,
]

describe('all counts agree', () => {
  test.each(runs)('%s: %s', (_, name, way) => {
    const { outputs, machine, status } = runPlugins(
      name,
      [
        [insn, { sizes: true }],
        [insn, { inline: false }],
        [execLog, { hash: 1_000_000_000 }],
        [howvec, {}],
        [howvec, { by: 'mnemonic', inline: false }],
        [bb, {}],
        [hotblocks, { limit: 0 }],
        [traps, { by: 'cause' }],
      ],
      way,
    )
    expect(status).toBe(0)
    // The tier that is meant has really run, if the guest is long enough.
    const { tiers, instructions } = machine.statistics()
    if (instructions > 10_000)
      expect(tiers.find(({ tier }) => tier === way.tier)?.functions).toBeGreaterThan(0)
    const total = sum(outputs[0], /^total insns: (\d+)$/gm)
    // An instruction that could not be fetched took its time, but it was none.
    const unfetched = sum(outputs[7], /^instruction (?:access|page) fault +exception +(\d+)$/gm)
    expect(total).toBe((machine.cpus[0]?.executed ?? 0) - unfetched)
    expect(sum(outputs[0], /^len \d bytes: (\d+) insns$/gm)).toBe(total)
    expect(sum(outputs[1], /^total insns: (\d+)$/gm)).toBe(total)
    expect(sum(outputs[2], /^# vcpu 0 insns (\d+) hash/gm)).toBe(total)
    expect(sum(outputs[3], /\((\d+) hits\)/g)).toBe(total)
    expect(sum(outputs[4], /\((\d+) hits\)/g)).toBe(total)
    const blocks = [...(outputs[6] ?? '').matchAll(/^0x\w+, \d+, (\d+), (\d+)$/gm)]
    const [, n, m] = /^Total: bb's: (\d+), insns: (\d+)$/m.exec(outputs[5] ?? '') ?? []
    expect(blocks.reduce((all, found) => all + Number(found[2]), 0)).toBe(Number(n))
    expect(blocks.reduce((all, found) => all + Number(found[1]) * Number(found[2]), 0)).toBe(Number(m))
    expect(Number(m)).toBeGreaterThanOrEqual(total)
  })
})

test('hot blocks, instruction by instruction, are what was executed', () => {
  const { outputs, files } = runPlugins('pmp-rv64', [
    [hotblocks, { limit: 0 }],
    [execLog, { out: 'log', insn: true }],
  ])
  const executed = new Map<number, number>()
  const sizes = new Map<number, number>()
  for (const line of (files.get('log') ?? '').split('\n')) {
    const [cpu, pc = '', bytes = ''] = line.split(' ')
    if (cpu !== '0') continue
    const at = Number.parseInt(pc, 16)
    executed.set(at, (executed.get(at) ?? 0) + 1)
    sizes.set(at, bytes.length / 2)
  }
  const counted = new Map<number, number>()
  for (const [, pc, insns, times] of (outputs[0] ?? '').matchAll(/^(0x\w+), \d+, (\d+), (\d+)$/gm)) {
    let at = Number(pc)
    for (let i = 0; i < Number(insns); i++) {
      counted.set(at, (counted.get(at) ?? 0) + Number(times))
      at += sizes.get(at) ?? Number.NaN
    }
  }
  const total = [...executed.values()].reduce((all, times) => all + times, 0)
  let tooMany = 0
  for (const [at, times] of executed) {
    expect(counted.get(at)).toBeGreaterThanOrEqual(times)
    tooMany += (counted.get(at) ?? 0) - times
  }
  // A trap or a device in the middle of a block leaves the rest of it counted, but not executed then.
  expect(tooMany).toBeLessThan(total / 100)
})

test('several vCPUs are counted apart', () => {
  const { outputs, machine }: PluginRun = runPlugins('harts-8-rv64', [[insn], [bb, { inline: false }]], {}, 8)
  for (const cpu of machine.cpus) {
    const counted = sum(outputs[0], new RegExp(`^cpu ${cpu.index} insns: (\\d+)$`, 'gm'))
    expect(counted).toBe(cpu.executed)
    expect(outputs[1]).toMatch(new RegExp(`^CPU${cpu.index}: bb's: [1-9]`, 'm'))
  }
})

test('bb prints whenever a vCPU begins to wait', () => {
  const { outputs } = runPlugins('demo-rv64', [[bb, { idle: true }]])
  const waits = (outputs[0] ?? '').match(/^Idling CPU0: bb's: \d+, insns: \d+$/gm)
  expect(waits?.length).toBeGreaterThanOrEqual(10)
})

test('Cortex-M, by the command: classes add up to the instructions', () => {
  const plugins = ['insn,sizes', 'howvec', 'howvec,by=group', 'howvec,by=mnemonic,verbose']
  const args = [
    'run',
    armGuest('programs-an386'),
    '--board',
    'mps2-an386',
    '--serial',
    'none',
    '--semihosting',
  ]
  const [{ status, stderr }] = runAll(
    [{ args: [...args, ...plugins.flatMap(plugin => ['-p', plugin])] }],
    import.meta.dirname,
  ) as [Outcome]
  expect(status).toBe(0)
  const total = sum(stderr, /^total insns: (\d+)$/gm)
  expect(sum(stderr, /^len \d bytes: (\d+) insns$/gm)).toBe(total)
  const [kinds, groups, names] = stderr.split('Instruction Classes:\n').slice(1)
  for (const text of [kinds, groups, names]) expect(sum(text, /\((\d+) hits\)/g)).toBe(total)
  expect(groups).toMatch(/^Class: Armv7-M +\t/m)
  expect(names).toMatch(/^Class: mov\.w +\t/m)
})

// QEMU may go on for an instruction after the store that ends the run.
test.each([
  ['programs-rv64', 2_856_627],
  ['selfmod-rv64', 884_300],
  ['hello-rv64', 176],
])('%s: as many instructions as on QEMU', (name, qemu) => {
  const { outputs } = runPlugins(name, [[insn]])
  const own = sum(outputs[0], /^total insns: (\d+)$/gm)
  expect(own).toBeGreaterThanOrEqual(qemu - 1)
  expect(own).toBeLessThanOrEqual(qemu)
})
