/** Kernels of courses: their driver of the console enables every interrupt of the UART and acknowledges none by IIR. */
import { readFileSync } from 'node:fs'
import { Discon, Machine } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, test } from 'vitest'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'

const typed = `${'echo a line of some length; '.repeat(9)}\nls\n\nq`
const shown = `no disk\n$ ${typed.replaceAll('\n', '\n$ ').replace('q', '\n')}`

function run(xlen: 32 | 64, tier: 0 | 1): { output: string; interrupts: number; machine: Machine } {
  let output = ''
  const machine = new Machine({
    target: xlen === 32 ? riscv32() : riscv64(),
    board: xlen === 32 ? virt32 : virt64,
    memoryBytes: 64 << 20,
    cpus: 1,
    tier,
    console: {
      write: bytes => {
        output += String.fromCharCode(...bytes)
      },
    },
    image: loadElf(readFileSync(new URL(`guests/elf/kernel-console-rv${xlen}.elf`, import.meta.url))),
    semihosting: false,
  })
  let interrupts = 0
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'count',
    description: '',
    apiVersion: 1,
    install: api => api.onDiscon(Discon.Interrupt, () => void interrupts++),
  })
  machine.input(new TextEncoder().encode(typed))
  while (machine.executed < 1e6 && machine.run(1e6) === 'running');
  return { output, interrupts, machine }
}

describe.each([
  [64, 1],
  [64, 0],
  [32, 1],
] as const)('RV%i, tier %i', (xlen, tier) => {
  test('a driver that never reads IIR gets an interrupt for each event, and all that was typed before it started', () => {
    const { output, interrupts, machine } = run(xlen, tier)
    expect(output).toBe(shown)
    expect(machine.stopReason).toMatchObject({ kind: 'exit', status: 0 })
    // One for enabling them; at most one for each character that went, one for each that came, and one more because
    // "transmitter empty" is behind it.
    expect(interrupts).toBeGreaterThan(typed.length)
    expect(interrupts).toBeLessThanOrEqual(1 + shown.length + 2 * typed.length)
  })
})
