/**
 * Every guest in every tier: status, output and events as recorded from QEMU, and the same events in the same order, at
 * the same instructions, in every tier.
 */
import { stressed } from '@guestscope/core/testing'
import { describe, expect, test } from 'vitest'
import {
  cases as all,
  asRecorded,
  expectedText,
  type GuestCase,
  runGuest,
  type Shown,
  type Way,
} from './guest.ts'

/** The first run of each case, with which later ones are compared. */
const reference = new Map<string, Shown>()

/** What the console shows at the end: QEMU sends WRITE to `:tt` elsewhere. */
const outputs = (guest: GuestCase): string[] => [
  guest.name.startsWith('semihosting-rv') ? expectedText(`${guest.name}.stdout`) : '',
  expectedText(`${guest.name}.out`),
]

const lines = (text: string): string[] => text.split('\n').toSorted()

function check(guest: GuestCase, shown: Shown): void {
  expect(shown.stop).toEqual({ kind: 'exit', status: guest.exit })
  expect(asRecorded(guest, shown.log)).toEqual(expectedText(`${guest.name}.log`).trimEnd().split('\n'))
  expect(lines(shown.output)).toEqual(lines(outputs(guest).join('')))
  const { log, clock, executed, output } = shown
  const before = reference.get(guest.name)
  if (before) {
    expect(log).toEqual(before.log)
    expect({ clock, executed, output }).toEqual({
      clock: before.clock,
      executed: before.executed,
      output: before.output,
    })
  } else reference.set(guest.name, shown)
}

/** 35 million instructions with 100,000 interrupts: the command's tests run them, under the tester. */
const cases = all.filter(c => !c.name.startsWith('storm-100000'))
const ways: readonly [string, Way][] = [
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1 }],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 4, batch: 1 }],
  ['tier 2, code that comes and goes', stressed(1)],
]

describe.each(ways)('%s', (_, way) => {
  test.each(cases.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const shown = runGuest(guest, way)
    check(guest, shown)
    if (way.tier === 0) expect(shown.regions).toBe(0)
    if (way.hotThreshold && !guest.name.startsWith('hello')) expect(shown.regions).toBeGreaterThan(0)
  })
})

/** The oracle runs some 30,000 instructions in a second: longer guests are compared as far as it gets. */
const oracleLimit = 15_000

describe('oracle', () => {
  test.each(cases.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const whole = reference.get(guest.name) ?? runGuest(guest, { tier: 0 })
    const shown = runGuest(guest, { tier: 'oracle', limit: oracleLimit })
    if (shown.stop) return check(guest, shown)
    expect(whole.executed).toBeGreaterThan(oracleLimit)
    expect(shown.log).toEqual(whole.log.slice(0, shown.log.length))
    expect(whole.output.startsWith(shown.output)).toBe(true)
    // As many events as another tier reports up to the same instruction.
    const beside = runGuest(guest, { tier: 0, limit: oracleLimit })
    expect([shown.log.length, shown.clock]).toEqual([beside.log.length, beside.clock])
    expect(shown.machine.cpus.map(c => c.pc)).toEqual(beside.machine.cpus.map(c => c.pc))
  })
})
