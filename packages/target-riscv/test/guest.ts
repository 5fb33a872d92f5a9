/** Runs the guests of `guests/` as their cases say, and keeps what they show. */
import { readFileSync } from 'node:fs'
import {
  Discon,
  loadElf,
  Machine,
  type MachineOptions,
  type PluginApi,
  PluginHost,
  type StopReason,
} from '@guestscope/core'
import { riscv32, riscv64, virt32, virt64 } from '../src/index.ts'

/** A line of `guests/cases.json`. */
export interface GuestCase {
  readonly name: string
  readonly elf?: string
  readonly xlen: 32 | 64
  readonly smp: number
  readonly semihosting: boolean
  readonly exit: number
  readonly compare: 'exact' | 'per-vcpu' | 'count'
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
  /** As the plugin `discon-log` writes it: `vcpu type from to`. */
  readonly log: readonly string[]
  readonly clock: number
  readonly executed: number
  /** Regions compiled. */
  readonly regions: number
  readonly machine: Machine
}

const file = (path: string): Buffer => readFileSync(new URL(`guests/${path}`, import.meta.url))
export const expectedText = (name: string): string => file(`expected/${name}`).toString()

export const cases: readonly GuestCase[] = JSON.parse(file('cases.json').toString()).cases
export const caseOf = (name: string): GuestCase => {
  const found = cases.find(c => c.name === name)
  if (!found) throw new Error(`no case ${name}`)
  return found
}

export function runGuest(guest: GuestCase, way: Way): Shown {
  const output: Buffer[] = []
  const { plugin, limit = 200_000_000, steps = [5_000_000], ...engine } = way
  const machine = new Machine({
    target: guest.xlen === 32 ? riscv32() : riscv64(),
    board: guest.xlen === 32 ? virt32 : virt64,
    ...engine,
    memoryBytes: 64 << 20,
    cpus: guest.smp,
    console: { write: bytes => output.push(Buffer.from(bytes)) },
    image: loadElf(file(`elf/${guest.elf ?? guest.name}.elf`)),
    semihosting: guest.semihosting,
  })
  const log: string[] = []
  const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
  host.install({
    name: 'log',
    description: '',
    apiVersion: 1,
    install: api => {
      api.onDiscon(Discon.All, ({ cpu, type, from, to }) => {
        log.push(`${cpu.toString(16)} ${type} ${from.toString(16)} ${to.toString(16)}`)
      })
      plugin?.(api, machine)
    },
  })
  let state = 'running'
  for (let i = 0; state === 'running' && machine.executed < limit; i++)
    state = machine.run(Math.min(steps[i % steps.length] as number, limit - machine.executed))
  if (state === 'idle') throw new Error(`${guest.name}: every hart waits for ever`)
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  const { executed, stopReason } = machine
  return {
    stop: stopReason,
    output: Buffer.concat(output).toString(),
    log,
    clock: machine.clock(),
    executed,
    regions: machine.engine.tiers[1].functions,
    machine,
  }
}

/** The log as the expected file has it: sorted by vCPU where the order among them is chance, and the totals. */
export function asRecorded(guest: GuestCase, log: readonly string[]): string[] {
  const totals = Array.from({ length: guest.smp }, (_, cpu) => {
    const own = log.filter(line => line.startsWith(`${cpu.toString(16)} `))
    const count = (type: number): number => own.filter(line => line.split(' ')[1] === `${type}`).length
    return `# vcpu ${cpu.toString(16)} interrupts ${count(1)} exceptions ${count(2)} hostcalls ${count(4)}`
  })
  if (guest.compare === 'count') return totals
  const vcpu = (line: string): number => Number.parseInt(line, 16)
  const lines = guest.compare === 'per-vcpu' ? log.toSorted((a, b) => vcpu(a) - vcpu(b)) : log
  return [...lines, ...totals]
}
