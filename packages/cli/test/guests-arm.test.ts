/**
 * The ready plugin `discons` on every test guest of target-arm, in every tier: it finds nothing wrong. Every instruction
 * has a callback then. What the events are is target-arm's own test.
 */
import { readFileSync } from 'node:fs'
import { type Cpu, loadElf, Machine, PluginHost, stopStatus, type Target, type Tier } from '@guestscope/core'
import { discons } from '@guestscope/plugins-contrib'
import { describe, expect, test } from 'vitest'
import { guestByName, type LoadedGuest, machineOf } from '../src/run/guests.ts'

interface Case {
  readonly name: string
  readonly boards: readonly string[]
  readonly semihosting: boolean
  readonly exit: number
}

const file = (path: string): Buffer =>
  readFileSync(new URL(`../../target-arm/test/guests/${path}`, import.meta.url))
const { boards, cases }: { boards: Record<string, { machine: string }>; cases: readonly Case[] } = JSON.parse(
  file('cases.json').toString(),
)
const arm: LoadedGuest = await guestByName('arm-m').load()

/** Resets are no events, and the recordings of QEMU end at the first (`-no-reboot`): so do the runs here. */
function endingAtReset(target: Target): Target {
  let on = false
  const reset = (cpu: Cpu): void => {
    target.reset(cpu)
    if (on) cpu.machine.exit(0)
    on = true
  }
  return { ...target, reset }
}

function check(
  { name, semihosting, exit }: Case,
  board: string,
  way: { tier: Tier; hotThreshold?: number; batch?: number },
  limit = Number.POSITIVE_INFINITY,
): void {
  const choice = machineOf(arm, { board: boards[board]?.machine, cpu: undefined })
  const machine = new Machine({
    ...way,
    target: endingAtReset(choice.cpu.target()),
    board: choice.board,
    memoryBytes: choice.board.defaultMemory,
    cpus: 1,
    console: { write: () => {} },
    image: loadElf(file(`elf/${name}-${board}.elf`)),
    semihosting,
  })
  const said: string[] = []
  const host = new PluginHost(machine, {
    output: text => said.push(text),
    openOutput: () => ({ write: () => {} }),
  })
  host.install(discons)
  while (machine.executed < limit && machine.run(Math.min(limit, 1_000_000)) === 'running');
  const ended = machine.stopReason !== undefined
  const reason = host.finish(machine.stopReason ?? { kind: 'exit', status: exit })
  expect(said.join('')).toMatch(/^discons: \d+ events checked, 0 mismatches\n$/)
  expect(stopStatus(reason)).toBe(exit)
  expect(ended || limit < Number.POSITIVE_INFINITY).toBe(true)
}

/** Long without events of interest, or the same at a tenth of the length. */
const long = /^(programs|float|integer|storm-10000|kernel)$/
const rows = cases.flatMap(guest =>
  guest.boards.map(board => [`${guest.name}-${board}`, guest, board] as const),
)
const short = rows.filter(([, { name }]) => !long.test(name))

describe('tier 0', () => {
  test.each(short)('%s', (_, guest, board) => check(guest, board, { tier: 0 }))
})
describe('tier 1, regions at once', () => {
  test.each(short)('%s', (_, guest, board) => check(guest, board, { tier: 1, hotThreshold: 4, batch: 1 }))
})
describe('tier 1', () => {
  test.each(rows.filter(([, { name }]) => long.test(name)))('%s', (_, guest, board) =>
    check(guest, board, { tier: 1 }),
  )
})
describe('oracle, the beginning', () => {
  test.each(short)('%s', (_, guest, board) => check(guest, board, { tier: 'oracle' }, 20_000))
})
