/** Plugins that write registers on which the translation of code rests. */
import { readFileSync } from 'node:fs'
import { Machine, type PluginApi, type StopReason } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, test } from 'vitest'
import { riscv64, virt64 } from '../src/index.ts'

const ways = [{ tier: 'oracle' }, { tier: 0 }, { tier: 1, hotThreshold: 1, batch: 1 }] as const

/** Runs the guest that tests traps and modes by itself; 0: it has found nothing wrong. */
function run(way: (typeof ways)[number], install: (api: PluginApi) => void): StopReason | undefined {
  const machine = new Machine({
    ...way,
    target: riscv64(),
    board: virt64,
    memoryBytes: 64 << 20,
    cpus: 1,
    console: { write: () => {} },
    semihosting: false,
    image: loadElf(readFileSync(new URL('guests/elf/nested-rv64.elf', import.meta.url))),
  })
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({ name: 'writer', description: '', apiVersion: 1, install })
  for (let i = 0; i < 1000 && machine.run(1000) === 'running'; i++);
  return machine.stopReason
}

describe.each(ways)('tier $tier', way => {
  test('before an instruction any register can be written: translations follow', () => {
    const seen: bigint[] = []
    const reason = run(way, api =>
      api.onTranslate(tb =>
        tb.onExec(cpu => {
          // The same value: all translations are void all the same.
          api.writeRegister(cpu, 'satp', api.readRegister(cpu, 'satp'))
          // Modify privilege of loads and stores, for the next access, and back.
          const mstatus = api.readRegister(cpu, 'mstatus')
          api.writeRegister(cpu, 'mstatus', mstatus ^ (1n << 17n))
          api.writeRegister(cpu, 'mstatus', mstatus)
          seen.push(mstatus)
        }, 'write'),
      ),
    )
    expect(reason).toEqual({ kind: 'exit', status: 0 })
    expect(seen.length).toBeGreaterThan(100)
  })

  test('in the middle of an instruction those that code was translated for cannot', () => {
    const reason = run(way, api =>
      api.onTranslate(tb => {
        // Loads and stores as U-mode makes them.
        for (const insn of tb.insns)
          insn.onMemory('both', ({ cpu }) => api.writeRegister(cpu, 'mstatus', 1n << 17n), 'write')
      }),
    )
    expect(reason).toMatchObject({ kind: 'plugin-error', error: { code: 'plugin/register-access' } })
  })
})
