/** What counts as a block, and how often it runs, depends on the guest alone: not on tiers, not on slices. */
import { readFileSync } from 'node:fs'
import { type Board, Machine, type MachineOptions, type Target } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import {
  cortexM0Target,
  cortexM3Target,
  cortexM4Target,
  lm3s6965evb,
  microbit,
  mps2An385,
  mps2An386,
} from '@guestscope/target-arm'
import { riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import { below, seeded, stressed } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'

type Way = Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning'>

const { poolBytes: _, ...stress } = stressed(3)
const ways: readonly (readonly [string, Way])[] = [
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1, hotThreshold: 20 }],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 1, batch: 1 }],
  ['all tiers under stress', stress],
]

interface Guest {
  readonly file: string
  readonly target: () => Target
  readonly board: Board
  readonly cpus?: number
}

const riscv = (name: string): Guest => ({
  file: `target-riscv/test/guests/elf/${name}.elf`,
  target: name.endsWith('32') ? riscv32 : riscv64,
  board: name.endsWith('32') ? virt32 : virt64,
  cpus: Number(/harts-(\d)/.exec(name)?.[1] ?? 1),
})
const arm = (name: string, target: () => Target, board: Board): Guest => ({
  file: `target-arm/test/guests/elf/${name}.elf`,
  target,
  board,
})
const guests: Readonly<Record<string, Guest>> = {
  'interrupts-rv64': riscv('interrupts-rv64'),
  'paging-rv64': riscv('paging-rv64'),
  'storm-1000-rv32': riscv('storm-1000-rv32'),
  'selfmod-rv64': riscv('selfmod-rv64'),
  'programs-rv64': riscv('programs-rv64'),
  'float-rv32': riscv('float-rv32'),
  'harts-2-rv64': riscv('harts-2-rv64'),
  'interrupts-an385': arm('interrupts-an385', cortexM3Target, mps2An385),
  'itblocks-an386': arm('itblocks-an386', cortexM4Target, mps2An386),
  'lazyfp-an386': arm('lazyfp-an386', cortexM4Target, mps2An386),
  'mpu-an385': arm('mpu-an385', cortexM3Target, mps2An385),
  'timers-lm3s': arm('timers-lm3s', cortexM3Target, lm3s6965evb),
  'kernel-microbit': arm('kernel-microbit', cortexM0Target, microbit),
}

const fnv = (hash: number, value: number): number => Math.imul(hash ^ value, 16777619)

/** Runs so many instructions in slices; what was seen of blocks, by vCPU in the order of execution. */
function blocksOf(
  guest: Guest,
  way: Way,
  slice: () => number,
  instructions: number,
): Record<string, unknown> {
  const machine = new Machine({
    ...way,
    target: guest.target(),
    board: guest.board,
    memoryBytes: guest.board.defaultMemory,
    cpus: guest.cpus ?? 1,
    console: { write: () => {} },
    semihosting: true,
    image: loadElf(readFileSync(new URL(`../../${guest.file}`, import.meta.url))),
  })
  const order: number[] = []
  const counts = new Map<string, number>()
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'blocks',
    description: '',
    apiVersion: 1,
    install(api) {
      const { blocks } = api.scoreboard('blocks')
      api.onTranslate(tb => {
        const [pc, size, key] = [
          Number(tb.address & 0xffffffffn),
          tb.insns.length,
          `${tb.address}+${tb.insns.length}`,
        ]
        tb.inlineAdd(blocks, 1)
        tb.onExec(cpu => {
          order[cpu] = fnv(fnv(order[cpu] ?? 0, pc), size)
          counts.set(key, (counts.get(key) ?? 0) + 1)
        })
      })
      api.onExit(() => counts.set('inline', Number(blocks.sum())))
    },
  })
  while (machine.executed < instructions)
    if (machine.run(Math.min(slice(), instructions - machine.executed)) !== 'running') break
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  return { executed: machine.executed, counts, order }
}

const instructions = process.env.GUESTSCOPE_LONG ? 100_000 : 20_000

describe.each(Object.entries(guests))('%s', (_name, guest) => {
  const expected = blocksOf(guest, { tier: 0 }, () => instructions, instructions)

  test.each(ways)('%s', (_way, way) => {
    expect(blocksOf(guest, way, () => instructions, instructions)).toEqual(expected)
  })
  test.each(ways)('%s, in slices', (_way, way) => {
    const random = seeded(7)
    expect(blocksOf(guest, way, () => 1 + below(random, 500), instructions)).toEqual(expected)
  })
  test('oracle, in slices', () => {
    const few = 5000
    const random = seeded(8)
    expect(blocksOf(guest, { tier: 'oracle' }, () => 1 + below(random, 50), few)).toEqual(
      blocksOf(guest, { tier: 0 }, () => few, few),
    )
  })
})
