/**
 * Every guest in every tier: status, output and events as recorded from QEMU once its departures from the contract are
 * applied to ours, and the same events in the same order, at the same instructions, in every tier.
 */
import { stressed } from '@guestscope/core/testing'
import { describe, expect, test } from 'vitest'
import { deviations } from './deviations.ts'
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
const outputs = ({ name }: GuestCase): string[] => [
  /^semihosting-(?!exit|off)/.test(name) ? expectedText(`${name}.stdout`) : '',
  expectedText(`${name}.out`),
]

const lines = (text: string): string[] => text.split('\n').toSorted()

function check(guest: GuestCase, shown: Shown): void {
  expect({ stop: shown.stop, output: lines(shown.output) }).toEqual({
    stop: { kind: 'exit', status: guest.exit },
    output: lines(outputs(guest).join('')),
  })
  expect(asRecorded(guest, shown.events).log).toEqual(expectedText(`${guest.name}.log`).trimEnd().split('\n'))
  const { events, clock, executed, output } = shown
  const before = reference.get(guest.name)
  if (before) {
    expect(events).toEqual(before.events)
    expect({ clock, executed, output }).toEqual({
      clock: before.clock,
      executed: before.executed,
      output: before.output,
    })
  } else reference.set(guest.name, shown)
}

/** 10,000 interrupts: the command's tests run them, under the tester. */
const cases = all.filter(c => !c.name.startsWith('storm-10000'))
const ways: readonly [string, Way][] = [
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1 }],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 4, batch: 1 }],
]

describe.each(ways)('%s', (_, way) => {
  test.each(cases.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const shown = runGuest(guest, way)
    check(guest, shown)
    if (way.tier === 0) expect(shown.regions).toBe(0)
    if (way.hotThreshold && !/^(hello|semihosting-exit)/.test(guest.name))
      expect(shown.regions).toBeGreaterThan(0)
  })
})

/** A guest of each kind: compilation takes its time. */
describe('tier 2, code that comes and goes', () => {
  const some =
    /^(exceptions-microbit|interrupts-lm3s|stacking-an386|itblocks-an385|lazyfp-an500|timers-an500)/
  test.each(cases.filter(c => some.test(c.name)).map(c => [c.name, c] as const))('%s', (_, guest) =>
    check(guest, runGuest(guest, stressed(1))),
  )
})

/** The departures of QEMU, counted where it shows what each does. */
test.each([
  ['kernel-an385', { supervisorCall: 50, tailChained: 250, faultInReturn: 0 }],
  ['kernel-microbit', { supervisorCall: 50, tailChained: 250, faultInReturn: 0 }],
  ['stacking-an385', { supervisorCall: 82, tailChained: 10, faultInReturn: 26 }],
])('departures of QEMU in %s', (name, applied) => {
  const guest = cases.find(c => c.name === name) as GuestCase
  const shown = reference.get(name) ?? runGuest(guest, { tier: 0 })
  expect(asRecorded(guest, shown.events).applied).toEqual(applied)
  expect(Object.keys(deviations).toSorted()).toEqual(Object.keys(applied).toSorted())
})

/** The oracle runs some 30,000 instructions in a second: longer guests are compared as far as it gets. */
const oracleLimit = 15_000

describe('oracle', () => {
  test.each(cases.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const whole = reference.get(guest.name) ?? runGuest(guest, { tier: 0 })
    const shown = runGuest(guest, { tier: 'oracle', limit: oracleLimit })
    if (shown.stop) return check(guest, shown)
    expect(whole.executed).toBeGreaterThan(oracleLimit)
    expect(shown.events).toEqual(whole.events.slice(0, shown.events.length))
    expect(whole.output.startsWith(shown.output)).toBe(true)
    // As many events as another tier reports up to the same instruction.
    const beside = runGuest(guest, { tier: 0, limit: oracleLimit })
    expect([shown.events.length, shown.clock]).toEqual([beside.events.length, beside.clock])
    expect(shown.machine.cpus.map(c => c.pc)).toEqual(beside.machine.cpus.map(c => c.pc))
  })
})
