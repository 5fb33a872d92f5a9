import { expect, test } from 'vitest'
import { type CostRow, costRows } from '../src/cost-rows.ts'
import { type CostSetting, measureCosts } from '../src/costs.ts'
import { type Emulator, names } from '../src/emulators.ts'
import { type Benchmark, riscv, startUp } from '../src/guests.ts'

const ours: Emulator = { name: names.ours, command: () => ['node', 'run', 'x.elf'] }
const qemu = {
  plugin: 'cost.so',
  emulator: { name: names.qemu, version: '11', command: () => ['qemu', '-kernel', 'x.elf'] },
}

const rows = (...modes: string[]): CostRow[] => costRows.filter(({ mode }) => modes.includes(mode))

/** Runs nothing: starting takes a second, the guest four more, a plugin three times as long; QEMU's twice. */
function setting(
  count: (mode: string, guest: string) => number | undefined,
): CostSetting & { seen: string[] } {
  const seen: string[] = []
  return {
    ...{ suite: riscv, ours, qemu, runs: 1, progress: () => {}, seen },
    once: (emulator: Emulator, guest: Benchmark) => {
      const command = emulator.command(guest).join(' ')
      seen.push(command)
      const mode = /,mode=(\S+)/.exec(command)?.[1]
      const factor = mode === undefined ? 1 : command.startsWith('qemu') ? 2 : 3
      const seconds = guest.name === startUp ? 1 : 1 + 4 * factor
      const counted = mode === undefined ? undefined : count(mode, guest.name)
      return Promise.resolve({ seconds, firstOutput: undefined, memory: undefined, count: counted })
    },
  }
}

test('costs are times with the plugin over times without, start-up left out', async () => {
  const asked = setting(() => 5)
  const [result] = await measureCosts(rows('insn-counter'), asked)
  expect(result?.errors).toEqual([])
  expect(result?.ours).toEqual({ mean: expect.closeTo(3), byGuest: expect.objectContaining({ crc32: 3 }) })
  expect(Object.keys(result?.ours.byGuest ?? {})).toEqual(riscv.plain)
  expect(result?.qemu?.mean).toBeCloseTo(2)
  expect(asked.seen.slice(0, 4)).toEqual([
    'node run x.elf',
    expect.stringMatching(/^node run -p \S+cost\.ts,mode=insn-counter x\.elf$/),
    'qemu -kernel x.elf',
    'qemu -kernel x.elf -plugin cost.so,mode=insn-inline',
  ])
})

test('what QEMU cannot do is measured on our side alone', async () => {
  const [result] = await measureCosts(
    rows('memory-trace'),
    setting(() => 5),
  )
  expect(result?.qemu).toBeUndefined()
  expect(result?.ours.mean).toBeCloseTo(3)
})

test('a plugin that counts nothing, or not what another does, has failed', async () => {
  const nothing = await measureCosts(
    rows('insn-counter'),
    setting(() => 0),
  )
  expect(nothing[0]?.errors).toContain('crc32: insn-counter counted 0')
  const silent = await measureCosts(
    rows('insn-counter'),
    setting(() => undefined),
  )
  expect(silent[0]?.errors).toContain('crc32: insn-counter printed no count')
  const unused = await measureCosts(
    rows('discon-unused'),
    setting(() => 1),
  )
  expect(unused[0]?.errors).toContain('crc32: discon-unused counted 1')

  const apart = setting((mode, guest) => (mode === 'insn-trace' && guest === 'interp' ? 6 : 5))
  const [counter, trace] = await measureCosts(rows('insn-counter', 'insn-trace'), apart)
  expect(counter?.errors).toEqual([])
  expect(trace?.errors).toEqual(['interp: insn-trace counted 6 instructions, insn-counter 5'])
})

test('blocks may differ by a few', async () => {
  const few = setting(mode => (mode === 'block-callback' ? 1_000_050 : 1_000_000))
  expect((await measureCosts(rows('block-counter', 'block-callback'), few)).map(r => r.errors)).toEqual([
    [],
    [],
  ])
  const many = setting(mode => (mode === 'block-callback' ? 1_000_500 : 1_000_000))
  const [, callback] = await measureCosts(rows('block-counter', 'block-callback'), many)
  expect(callback?.errors[0]).toBe('crc32: block-callback counted 1000500 blocks, block-counter 1000000')
})
