/**
 * Every guest in every tier: status, output and events as recorded from QEMU, and the same events in the same order, at
 * the same instructions, in every tier.
 */
import { deserialize, serialize } from 'node:v8'
import { GuestComparison, oneOfEach, stressed } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { cases as all, asRecorded, recording, runGuest, type Way } from './guest.ts'

/** 35 million instructions with 100,000 interrupts: the command's tests run them, under the tester. */
const cases = all.filter(c => !c.name.startsWith('storm-100000'))
const comparison = new GuestComparison({ run: runGuest, recording, asRecorded })
/**
 * Each program with one of its widths, in turn; and much code that is compiled again and again takes minutes: that of one of
 * these programs is in all tests.
 */
const each = process.env.GUESTSCOPE_LONG ? cases : oneOfEach(cases, c => c.name.replace(/-rv\d+$/, ''))
const heavy = /^(float|integer|programs-rv32)/
const some = process.env.GUESTSCOPE_LONG ? cases : each.filter(c => !heavy.test(c.name))
const ways: readonly [string, Way, typeof cases][] = [
  ['tier 0', { tier: 0 }, each],
  ['tier 1', { tier: 1 }, each.filter(c => process.env.GUESTSCOPE_LONG || !heavy.test(c.name))],
  ['tier 1, regions at once', { tier: 1, hotThreshold: 4, batch: 1 }, each],
  ['tier 2, code that comes and goes', stressed(1), some],
]

describe.each(ways)('%s', (_, way, guests) => {
  test.each(guests.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const { regions } = comparison.run(guest, way)
    if (way.tier === 0) expect(regions).toBe(0)
    if (way.hotThreshold && !guest.name.startsWith('hello')) expect(regions).toBeGreaterThan(0)
  })
})

/** By snapshots. Programs without much state but memory are left to the long tests. */
describe('moved to another machine, and another', () => {
  const stateful = /^(nested|interrupts|paging|pmp|storm|semihosting-rv|harts-8)/
  const moved = each.filter(c => process.env.GUESTSCOPE_LONG || stateful.test(c.name))
  test.each(moved.map(c => [c.name, c] as const))('%s', (_, guest) => {
    const { executed } = comparison.first(guest)
    const moves = [0.13, 0.5, 0.87].map(part => Math.ceil(part * executed))
    comparison.run(guest, { tier: 1, hotThreshold: 50, moves, copy: state => deserialize(serialize(state)) })
  })
})

describe('oracle', () => {
  test.each(each.map(c => [c.name, c] as const))('%s', (_, guest) => comparison.oracle(guest))
})
