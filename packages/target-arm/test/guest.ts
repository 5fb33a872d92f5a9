/** Runs the guests of `guests/` as their cases say, and keeps what they show. */
import { readFileSync } from 'node:fs'
import {
  type Board,
  type Cpu,
  Discon,
  loadElf,
  Machine,
  type MachineOptions,
  type PluginApi,
  PluginHost,
  type StopReason,
  type Target,
} from '@guestscope/core'
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

/** How to run, most of it as `Machine` has it. */
export interface Way
  extends Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning' | 'poolBytes'> {
  /** Instructions of each call of `run`; the calls take turns if there are several numbers. */
  readonly steps?: readonly number[]
  /** Ends the run after so many. */
  readonly limit?: number
  /** More than the log. */
  readonly plugin?: (api: PluginApi, machine: Machine) => void
}

/** What came of a run. */
export interface Shown {
  /** undefined: the limit was reached first. */
  readonly stop: StopReason | undefined
  /** What the guest printed. */
  readonly output: string
  readonly events: readonly DisconEvent[]
  readonly clock: number
  readonly executed: number
  /** Regions compiled. */
  readonly regions: number
  readonly machine: Machine
}

const file = (path: string): Buffer => readFileSync(new URL(`guests/${path}`, import.meta.url))
export const expectedText = (name: string): string => file(`expected/${name}`).toString()

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
  const output: Buffer[] = []
  const { plugin, limit = 200_000_000, steps = [5_000_000], ...engine } = way
  const board = armMBoards.find(b => b.name === guest.machine)
  if (!board) throw new Error(`no board ${guest.machine}`)
  const machine = new Machine({
    target: targetOf(board),
    board,
    ...engine,
    memoryBytes: board.defaultMemory,
    cpus: 1,
    console: { write: bytes => output.push(Buffer.from(bytes)) },
    image: loadElf(file(`elf/${guest.name}.elf`)),
    semihosting: guest.semihosting,
  })
  const events: DisconEvent[] = []
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'log',
    description: '',
    apiVersion: 1,
    install: api => {
      api.onDiscon(Discon.All, ({ cpu, type, from, to, cause }) => {
        const inReturn = returning.has(machine.cpus[cpu] as Cpu)
        events.push({ vcpu: cpu, type, from: BigInt(from), to: BigInt(to), cause: cause.name, inReturn })
      })
      plugin?.(api, machine)
    },
  })
  let state = 'running'
  for (let i = 0; state === 'running' && machine.executed < limit; i++)
    state = machine.run(Math.min(steps[i % steps.length] as number, limit - machine.executed))
  if (state === 'idle') throw new Error(`${guest.name}: the CPU waits for ever`)
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  const { executed, stopReason } = machine
  return {
    stop: stopReason,
    output: Buffer.concat(output).toString(),
    events,
    clock: machine.clock(),
    executed,
    regions: machine.engine.tiers[1].functions,
    machine,
  }
}

/** The log as the expected file has it: events in QEMU's form, and the totals. */
export function asRecorded(
  guest: GuestCase,
  events: readonly DisconEvent[],
): Reported & { log: readonly string[] } {
  const reported = asQemuReports(events)
  const { lines } = reported
  const count = (type: number): number => lines.filter(line => line.split(' ')[1] === `${type}`).length
  const total = `# vcpu 0 interrupts ${count(1)} exceptions ${count(2)} hostcalls ${count(4)}`
  return { ...reported, log: guest.compare === 'count' ? [total] : [...lines, total] }
}
