/**
 * The ready plugins `discons` and `discon-log` on every test guest of target-arm, in every tier: the tester finds nothing
 * wrong, and the log is the one recorded from QEMU once QEMU's departures are applied. Every instruction has a callback.
 */
import { readFileSync } from 'node:fs'
import { type Cpu, Machine, stopStatus, type Target, type Tier } from '@guestscope/core'
import { type Guest, loadElf } from '@guestscope/images'
import { machineOf } from '@guestscope/machine'
import { PluginHost } from '@guestscope/plugin-host'
import { disconLog, discons } from '@guestscope/plugins-contrib'
import { arm } from '@guestscope/target-arm'
import { oneOfEach } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'

interface Case {
  readonly name: string
  readonly boards: readonly string[]
  readonly semihosting: boolean
  readonly exit: number
  readonly compare: 'exact' | 'count'
}

const file = (path: string): Buffer =>
  readFileSync(new URL(`../../target-arm/test/guests/${path}`, import.meta.url))
const { boards, cases }: { boards: Record<string, { machine: string }>; cases: readonly Case[] } = JSON.parse(
  file('cases.json').toString(),
)
const parts = await (arm[0] as Guest).load()

/**
 * Resets are no events, and the recordings of QEMU end at the first (`-no-reboot`): so do the runs here. `returning` is
 * set in the course of exception returns.
 */
function observed(target: Target, marks: { returning: boolean }): Target {
  let on = false
  const handleExit: Target['handleExit'] = (cpu, code) => {
    marks.returning = true
    target.handleExit(cpu, code)
    marks.returning = false
  }
  const reset = (cpu: Cpu): void => {
    target.reset(cpu)
    if (on) cpu.machine.exit(0)
    on = true
  }
  return { ...target, reset, handleExit }
}

/** QEMU departs from the contract (target-arm's `test/deviations.ts`): no interrupts or exceptions in exception returns. */
const unreported = /^0 [12] /

/** A line of `discon-log,cause=on` as QEMU has it: a supervisor call comes from the instruction behind it. */
function asQemuReports(line: string): string {
  const [vcpu = '', type = '', from = '', to = '', ...cause] = line.trimEnd().split(' ')
  const call = type === '2' && /^supervisor call\b/.test(cause.join(' '))
  return [vcpu, type, call ? (Number.parseInt(from, 16) + 2).toString(16) : from, to].join(' ')
}

function totals(events: readonly string[]): string {
  const count = (type: number): number => events.filter(line => line.startsWith(`0 ${type} `)).length
  return `# vcpu 0 interrupts ${count(1)} exceptions ${count(2)} hostcalls ${count(4)}`
}

function check(
  guest: Case,
  board: string,
  way: { tier: Tier; hotThreshold?: number; batch?: number },
  limit = Number.POSITIVE_INFINITY,
): void {
  const { name, semihosting, exit } = guest
  const marks = { returning: false }
  const choice = machineOf(parts, { board: boards[board]?.machine, cpu: undefined })
  const machine = new Machine({
    ...way,
    target: observed(choice.cpu.target(), marks),
    board: choice.board,
    memoryBytes: choice.board.defaultMemory,
    cpus: 1,
    console: { write: () => {} },
    image: loadElf(file(`elf/${name}-${board}.elf`)),
    semihosting,
  })
  const said: string[] = []
  const log: string[] = []
  const host = new PluginHost(machine, {
    output: text => said.push(text),
    openOutput: () => ({
      write: data => {
        const text = String(data)
        if (!(marks.returning && unreported.test(text))) log.push(text)
      },
    }),
  })
  host.install(discons)
  host.install(disconLog, { out: 'log', cause: true })
  while (machine.executed < limit && machine.run(Math.min(limit, 1_000_000)) === 'running');
  const ended = machine.stopReason !== undefined
  const reason = host.finish(machine.stopReason ?? { kind: 'exit', status: exit })
  expect(said.join('')).toMatch(/^discons: \d+ events checked, 0 mismatches\n$/)
  expect(stopStatus(reason)).toBe(exit)
  expect(ended || limit < Number.POSITIVE_INFINITY).toBe(true)
  const recorded = file(`expected/${name}-${board}.log`).toString().trimEnd().split('\n')
  const events = log.map(asQemuReports)
  const exact = guest.compare === 'exact'
  if (!ended) expect(exact ? events : []).toEqual(exact ? recorded.slice(0, events.length) : [])
  else expect([...(exact ? events : []), totals(events)]).toEqual(recorded)
}

/** Long without events of interest, or the same at a tenth of the length. */
const long = /^(programs|float|integer|storm-10000|kernel)$/
const all = cases.flatMap(guest =>
  guest.boards.map(board => [`${guest.name}-${board}`, guest, board] as const),
)
/** Each program on one of its boards, but for the longest; all on all in the long tests. */
const rows = process.env.GUESTSCOPE_LONG
  ? all
  : oneOfEach(all, ([, { name }]) => name).filter(([, { name }]) => !/^(storm|float)/.test(name))
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
