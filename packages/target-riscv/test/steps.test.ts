/**
 * How a run is cut into calls, and who watches it, makes no difference to the guest: self-modifying code, page crossings,
 * traps and several harts included.
 */
import type { PluginApi } from '@guestscope/core'
import { describe, expect, test } from 'vitest'
import { caseOf, type GuestCase, runGuest, type Shown, type Way } from './guest.ts'

/** Instructions of a run with tiny budgets. */
const limit = 30_000
const ways: readonly [string, Way][] = [
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1, hotThreshold: 4, batch: 1 }],
]
const guests = [
  'nested-rv64',
  'exceptions-rv32',
  'interrupts-rv64',
  'paging-rv64',
  'selfmod-rv32',
  'selfmod-rv64',
  'storm-1000-rv64',
  'harts-2-rv64',
  'harts-8-rv32',
]
  .filter(name => process.env.GUESTSCOPE_LONG || !/^(selfmod-rv32|harts-2|semihosting)/.test(name))
  .map(name => [name, caseOf(name)] as const)

const whole = new Map<string, Shown>()
const reference = (guest: GuestCase): Shown => {
  const found = whole.get(guest.name) ?? runGuest(guest, { tier: 0, limit })
  whole.set(guest.name, found)
  return found
}

/** What a guest can tell. */
const told = ({ events, clock, executed, output, stop, machine }: Shown) => ({
  events,
  clock,
  executed,
  output,
  stop,
  pcs: machine.cpus.map(cpu => cpu.pc),
  registers: machine.cpus.map(cpu =>
    machine.target.registers.filter(r => r.group !== 'csr').map(r => [r.name, r.read(cpu)]),
  ),
})

describe.each(ways)('%s, in small steps', (_, way) => {
  test.each(guests)('%s, one by one', (_, guest) => {
    expect(told(runGuest(guest, { ...way, steps: [1], limit }))).toEqual(told(reference(guest)))
  })
  test.each(guests)('%s, by seven and others', (_, guest) => {
    expect(told(runGuest(guest, { ...way, steps: [7, 7, 131, 3], limit }))).toEqual(told(reference(guest)))
  })
})

/** Counts instructions in four ways. */
function counters(counts: {
  calls: number
  reads: number
  blocks: bigint
  inline: bigint
  perCpu: bigint[]
}) {
  return (api: PluginApi): void => {
    const { insns, inBlocks, last } = api.scoreboard('insns', 'inBlocks', 'last')
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        insn.onExec(() => counts.calls++)
        insn.inlineAdd(insns, 1)
        const address = BigInt.asUintN(64, insn.address)
        insn.inlineStore(last, address)
        insn.onExec(cpu => {
          if (last.get(cpu) === address) counts.reads++
        }, 'read')
      }
      tb.inlineAdd(inBlocks, 1)
    })
    api.onExit(() => {
      counts.inline = insns.sum()
      counts.blocks = inBlocks.sum()
      counts.perCpu = Array.from({ length: api.cpus }, (_, cpu) => insns.get(cpu))
    })
  }
}

/** Guests without fetch faults: those take the time of an instruction that is none. */
const counted = [
  'hello-rv32',
  'interrupts-rv32',
  'storm-1000-rv32',
  'selfmod-rv64',
  'harts-2-rv32',
  'harts-8-rv64',
  'semihosting-rv64',
].map(name => [name, caseOf(name)] as const)

describe.each<[string, Way]>([
  ...ways,
  ['oracle', { tier: 'oracle', limit: 6000 }],
  ['tier 1 in steps', { tier: 1, hotThreshold: 4, batch: 1, steps: [40, 1] }],
])('%s, counted', (_, way) => {
  test.each(counted)('%s: callbacks, inline counters and the clock agree', (_, guest) => {
    const counts = { calls: 0, reads: 0, blocks: 0n, inline: 0n, perCpu: [] as bigint[] }
    const shown = runGuest(guest, { limit: 60_000, ...way, plugin: counters(counts) })
    expect(counts.calls).toBe(shown.executed)
    expect(counts.reads).toBe(shown.executed)
    expect(counts.inline).toBe(BigInt(shown.executed))
    if (shown.executed > 2000 * guest.smp) expect(counts.perCpu.every(n => n > 0n)).toBe(true)
    expect(counts.blocks).toBeLessThanOrEqual(counts.inline)
    // And nobody has noticed.
    const { limit = 60_000 } = way
    expect(told(shown)).toEqual(told(runGuest(guest, { tier: 0, limit })))
  })
})
