/**
 * The ready plugins `discons` and `discon-log` on every test guest of target-riscv: the tester finds nothing wrong, and
 * the log is the one recorded from QEMU. Both at once, so every instruction has a callback.
 */
import { readFileSync } from 'node:fs'
import { Machine, stopStatus, type Target } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { PluginHost } from '@guestscope/plugin-host'
import { disconLog, discons } from '@guestscope/plugins-contrib'
import { createRiscvTarget, fullHart, riscv32, riscv64, virt32, virt64 } from '@guestscope/target-riscv'
import { describe, expect, test } from 'vitest'

interface GuestCase {
  readonly name: string
  readonly xlen: 32 | 64
  readonly smp: number
  readonly semihosting: boolean
  readonly exit: number
  readonly compare: 'exact' | 'per-vcpu' | 'count'
}

const file = (path: string): Buffer =>
  readFileSync(new URL(`../../target-riscv/test/guests/${path}`, import.meta.url))
const cases: readonly GuestCase[] = JSON.parse(file('cases.json').toString()).cases

/** A usual hart, or one with all extensions for the guest that shows them. */
function targetFor({ name, xlen }: GuestCase): Target {
  if (name.startsWith('extensions')) return createRiscvTarget(fullHart(xlen))
  return xlen === 32 ? riscv32() : riscv64()
}

function run(guest: GuestCase, way: { tier: 0 | 1; hotThreshold?: number; batch?: number }) {
  const machine = new Machine({
    ...way,
    target: targetFor(guest),
    board: guest.xlen === 32 ? virt32 : virt64,
    memoryBytes: 64 << 20,
    cpus: guest.smp,
    console: { write: () => {} },
    image: loadElf(file(`elf/${guest.name}.elf`)),
    semihosting: guest.semihosting,
  })
  const said: string[] = []
  const log: string[] = []
  const host = new PluginHost(machine, {
    output: text => said.push(text),
    openOutput: () => ({ write: text => log.push(String(text)) }),
  })
  host.install(discons)
  host.install(disconLog, { out: 'log', summary: true })
  while (machine.run(5_000_000) === 'running');
  const reason = host.finish(machine.stopReason ?? { kind: 'exit', status: -1 })
  return { said: said.join(''), log: log.join('').trimEnd().split('\n'), status: stopStatus(reason), machine }
}

/** As recorded: sorted by vCPU where the order among them is chance; the totals alone where it depends on time. */
function asRecorded(guest: GuestCase, log: readonly string[]): string[] {
  const totals = log.filter(line => line.startsWith('#'))
  if (guest.compare === 'count') return totals
  const events = log.filter(line => !line.startsWith('#'))
  const vcpu = (line: string): number => Number.parseInt(line, 16)
  if (guest.compare === 'per-vcpu') events.sort((a, b) => vcpu(a) - vcpu(b))
  return [...events, ...totals]
}

function check(guest: GuestCase, way: Parameters<typeof run>[1]): ReturnType<typeof run> {
  const shown = run(guest, way)
  const { said, log, status } = shown
  const events = log.filter(line => !line.startsWith('#')).length
  expect(said).toBe(`discons: ${events} events checked, 0 mismatches\n`)
  expect(asRecorded(guest, log)).toEqual(file(`expected/${guest.name}.log`).toString().trimEnd().split('\n'))
  expect(status).toBe(guest.exit)
  return shown
}

const named = (found: readonly GuestCase[]) => found.map(c => [c.name, c] as const)
const long = named(cases.filter(c => c.name.startsWith('storm-100000')))
/** Long without events of interest: an event costs little, an instruction under the tester does. */
const plain = /^(programs|float)-/
const short = named(cases.filter(c => !c.name.startsWith('storm-100000') && !plain.test(c.name)))

describe('tier 0', () => {
  test.each(short)('%s', (_, guest) => void check(guest, { tier: 0 }))
})
describe('tier 1, regions at once', () => {
  test.each(short)('%s', (_, guest) => {
    const { machine } = check(guest, { tier: 1, hotThreshold: 4, batch: 1 })
    if (!guest.name.startsWith('hello')) expect(machine.engine.tiers[1].functions).toBeGreaterThan(0)
  })
})
describe.runIf(process.env.GUESTSCOPE_LONG)('100,000 interrupts, tier 1', () => {
  test.each(long)('%s', (_, guest) => void check(guest, { tier: 1 }))
})
describe('plain programs, tier 1', () => {
  test.each(named(cases.filter(c => plain.test(c.name))))('%s', (_, guest) => void check(guest, { tier: 1 }))
})
