/** Runs the guests of `guests/` as their cases say, and keeps what they show. */
import { readFileSync } from 'node:fs'
import type { Board, Cpu, Target } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import {
  type GuestRecording,
  type GuestRun,
  type GuestWay,
  runGuestMachine,
  totals,
} from '@guestscope/testkit'
import { cores } from '../src/cores.ts'
import { ArmExit } from '../src/exits.ts'
import { armMBoards, createArmMTarget } from '../src/index.ts'
import { asQemuReports, type DisconEvent, type Reported } from './deviations.ts'

/** A line of `guests/cases.json`, on one of its boards. */
export interface GuestCase {
  /** Such as `kernel-an385`: name of the ELF file and of the recordings. */
  readonly name: string
  readonly machine: string
  readonly semihosting: boolean
  readonly exit: number
  readonly compare: 'exact' | 'count'
  readonly about: string
}

export type Way = GuestWay
export type Shown = GuestRun<DisconEvent>

const file = (path: string): Buffer => readFileSync(new URL(`guests/${path}`, import.meta.url))
const expectedText = (name: string): string => file(`expected/${name}`).toString()

interface Recorded {
  readonly boards: Readonly<Record<string, { readonly machine: string }>>
  readonly cases: readonly (Omit<GuestCase, 'machine'> & { readonly boards: readonly string[] })[]
}

const recorded: Recorded = JSON.parse(file('cases.json').toString())

export const cases: readonly GuestCase[] = recorded.cases.flatMap(c =>
  c.boards.map(board => ({
    ...c,
    name: `${c.name}-${board}`,
    machine: recorded.boards[board]?.machine ?? board,
  })),
)

export const caseOf = (name: string): GuestCase => {
  const found = cases.find(c => c.name === name)
  if (!found) throw new Error(`no case ${name}`)
  return found
}

/** CPUs in the course of an exception return; CPUs that have been reset once. */
const returning = new WeakSet<Cpu>()
const poweredOn = new WeakSet<Cpu>()

/**
 * The target, with exception returns marked, so that what is delivered in their course can be told; a second reset ends
 * the run, as QEMU's `-no-reboot`.
 */
function observed(target: Target): Target {
  return {
    ...target,
    handleExit(cpu, code) {
      if (code !== ArmExit.excReturn) return target.handleExit(cpu, code)
      returning.add(cpu)
      try {
        target.handleExit(cpu, code)
      } finally {
        returning.delete(cpu)
      }
    },
    reset(cpu) {
      target.reset(cpu)
      if (poweredOn.has(cpu)) cpu.machine.stop({ kind: 'exit', status: 0 })
      poweredOn.add(cpu)
    },
  }
}

const targets = new Map<string, Target>()

function targetOf(board: Board): Target {
  const core = cores.find(c => c.name === board.target)
  if (!core) throw new Error(`no core ${board.target}`)
  const target = targets.get(core.name) ?? observed(createArmMTarget(core))
  targets.set(core.name, target)
  return target
}

export function runGuest(guest: GuestCase, way: Way): Shown {
  const board = armMBoards.find(b => b.name === guest.machine)
  if (!board) throw new Error(`no board ${guest.machine}`)
  const options = {
    target: targetOf(board),
    board,
    memoryBytes: board.defaultMemory,
    cpus: 1,
    image: loadElf(file(`elf/${guest.name}.elf`)),
    semihosting: guest.semihosting,
  }
  return runGuestMachine(options, way, ({ cpu, type, from, to, cause }, { cpus }) => {
    const inReturn = returning.has(cpus[cpu] as Cpu)
    return { vcpu: cpu, type, from: BigInt(from), to: BigInt(to), cause: cause.name, inReturn }
  })
}

/** What QEMU showed; it sends WRITE to `:tt` elsewhere than what the UART prints. */
export function recording({ name, exit }: GuestCase): GuestRecording {
  const terminal = /^semihosting-(?!exit|off)/.test(name) ? expectedText(`${name}.stdout`) : ''
  const log = expectedText(`${name}.log`).trimEnd().split('\n')
  return { status: exit, output: terminal + expectedText(`${name}.out`), log }
}

/** The log as the expected file has it: events in QEMU's form, and the totals. */
export function asRecorded(
  guest: GuestCase,
  events: readonly DisconEvent[],
): Reported & { log: readonly string[] } {
  const reported = asQemuReports(events)
  const { lines } = reported
  const counts = totals(lines, 1)
  return { ...reported, log: guest.compare === 'count' ? counts : [...lines, ...counts] }
}
