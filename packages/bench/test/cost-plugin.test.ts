import { readFileSync } from 'node:fs'
import { Machine, type Tier } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { riscv64, virt64 } from '@guestscope/target-riscv'
import { expect, test } from 'vitest'
import { costRows } from '../src/cost-rows.ts'
import { writeColdProgram } from '../src/generate/cold-functions.ts'
import { riscv } from '../src/guests.ts'
import cost from '../src/plugins/cost.ts'

const functions = writeColdProgram({ functions: 300, rounds: 3, seed: 2 })
const traps = readFileSync(riscv.elfPath('ecall-us'))

/** What the plugin counts in this mode, in a run of at most so many instructions; and how many those were. */
function count(
  mode: string,
  elf: Uint8Array,
  tier: Tier,
  most = 60_000,
): { count: number; executed: number } {
  const machine = new Machine({
    target: riscv64(),
    board: virt64,
    tier,
    hotThreshold: 8,
    memoryBytes: 64 << 20,
    cpus: 1,
    console: { write: () => {} },
    image: loadElf(elf),
    semihosting: false,
  })
  let output = ''
  const host = new PluginHost(machine, {
    output: text => {
      output += text
    },
    openOutput: () => ({ write: () => {} }),
  })
  host.install(cost, { mode })
  machine.run(most)
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  return { count: Number(/ count (\d+)\n$/.exec(output)?.[1]), executed: machine.executed }
}

test.each<Tier>(process.env.GUESTSCOPE_LONG ? [0, 1] : [1])(
  'rows that count the same find the same, tier %s',
  tier => {
    /** The first of each kind is what the others are held against; runs are cut at the same place, so blocks agree. */
    const first = new Map<string, number>()
    for (const row of costRows) {
      const elf = row.guests === 'trapping' ? traps : functions
      const { count: found, executed } = count(row.mode, elf, tier)
      if (row.counts === 'nothing') expect(found, row.mode).toBe(0)
      else expect(found, row.mode).toBeGreaterThan(1000)
      if (row.counts === 'instructions') expect(found, row.mode).toBe(executed)
      expect(found, row.mode).toBe(first.get(row.counts) ?? found)
      first.set(row.counts, found)
    }
  },
)

test('every mode is a row, and every row a mode', () => {
  const { mode } = cost.options ?? {}
  expect(mode).toMatchObject({ choices: costRows.map(row => row.mode) })
  expect(() => count('nonsense', functions, 1)).toThrow('nonsense')
})
