/**
 * Every guest in every tier: status, output and events as recorded from QEMU once its departures from the contract are
 * applied to ours, and the same events in the same order, at the same instructions, in every tier.
 */
import { deserialize, serialize } from 'node:v8'
import { GuestComparison, oneOfEach, stressed } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { deviations } from './deviations.ts'
import { cases as all, asRecorded, type GuestCase, recording, runGuest, type Way } from './guest.ts'

const comparison = new GuestComparison({
  run: runGuest,
  recording,
  asRecorded: (guest: GuestCase, events) => asRecorded(guest, events).log,
})

/** 10,000 interrupts: the command's tests run them, under the tester. */
const cases = all.filter(c => !c.name.startsWith('storm-10000'))
/** What takes longest runs each program on one of its boards; on all in the long tests. */
const some = process.env.GUESTSCOPE_LONG ? cases : oneOfEach(cases, ({ name }) => name.replace(/-\w+$/, ''))
const ways: readonly [string, Way, readonly GuestCase[]][] = [
  ['tier 0', { tier: 0 }, some],
  ['tier 1', { tier: 1 }, some],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 4, batch: 1 }, some],
]

describe.each(ways)('%s', (_, way, guests) => {
  test.each(guests.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const { regions } = comparison.run(guest, way)
    if (way.tier === 0) expect(regions).toBe(0)
    if (way.hotThreshold && !/^(hello|semihosting-exit)/.test(guest.name)) expect(regions).toBeGreaterThan(0)
  })
})

/** A guest of each kind: compilation takes its time. */
describe('tier 2, code that comes and goes', () => {
  const kinds =
    /^(exceptions-microbit|interrupts-lm3s|stacking-an386|itblocks-an385|lazyfp-an500|timers-an500)/
  test.each(cases.filter(c => kinds.test(c.name)).map(c => [c.name, c] as const))(
    '%s',
    (_, guest) => void comparison.run(guest, stressed(1)),
  )
})

/** By snapshots. Programs without much state but memory are left to the long tests. */
describe('moved to another machine, and another', () => {
  const stateful = /^(interrupts|stacking|mpu|lazyfp|timers|storm|kernel|semihosting-an)/
  const moved = some.filter(c => process.env.GUESTSCOPE_LONG || stateful.test(c.name))
  test.each(moved.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const { executed } = comparison.first(guest)
    const moves = [0.13, 0.5, 0.87].map(part => Math.ceil(part * executed))
    comparison.run(guest, { tier: 1, hotThreshold: 50, moves, copy: state => deserialize(serialize(state)) })
  })
})

/** The departures of QEMU, counted where it shows what each does. */
test.each([
  ['kernel-an385', { supervisorCall: 50, tailChained: 250, faultInReturn: 0 }],
  ['kernel-microbit', { supervisorCall: 50, tailChained: 250, faultInReturn: 0 }],
  ['stacking-an385', { supervisorCall: 82, tailChained: 10, faultInReturn: 26 }],
])('departures of QEMU in %s', (name, applied) => {
  const guest = cases.find(c => c.name === name) as GuestCase
  expect(asRecorded(guest, comparison.first(guest).events).applied).toEqual(applied)
  expect(Object.keys(deviations).toSorted()).toEqual(Object.keys(applied).toSorted())
})

describe('oracle', () => {
  test.each(some.map(c => [c.name, c] as const))('%s', (_, guest) => comparison.oracle(guest))
})
