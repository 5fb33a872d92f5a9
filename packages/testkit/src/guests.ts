/** Runs guests whose status, output and events are recorded, and compares one run with another. */
import {
  Discon,
  type DisconEvent,
  Machine,
  type MachineOptions,
  type MachineState,
  type PluginApi,
  type StopReason,
} from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { same, sameLines, text } from './assert.ts'

type EngineOptions = Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning' | 'poolBytes'>

/** The machine that a guest needs. */
export type GuestMachine = Omit<MachineOptions, keyof EngineOptions | 'console'>

/** How to run, most of it as `Machine` has it. */
export interface GuestWay extends EngineOptions {
  /** Instructions of each call of `run`; the calls take turns if there are several numbers. */
  readonly steps?: readonly number[]
  /** Ends the run after so many. */
  readonly limit?: number
  /**
   * The run goes on in another machine whenever so many instructions have been executed: a snapshot is restored there, one
   * that has been through `copy`.
   */
  readonly moves?: readonly number[]
  readonly copy?: (state: MachineState) => MachineState
  /** More than the log. */
  readonly plugin?: (api: PluginApi, machine: Machine) => void
}

/** What came of a run. */
export interface GuestRun<Event> {
  /** undefined: the limit was reached first. */
  readonly stop: StopReason | undefined
  /** What the guest printed. */
  readonly output: string
  /** Its discontinuities. */
  readonly events: readonly Event[]
  readonly clock: number
  readonly executed: number
  /** Regions compiled. */
  readonly regions: number
  readonly machine: Machine
}

/** Runs a guest to its end, or as far as the way says; `keep`: what is kept of each discontinuity. */
export function runGuestMachine<Event>(
  options: GuestMachine,
  way: GuestWay,
  keep: (event: DisconEvent, machine: Machine) => Event,
): GuestRun<Event> {
  const decoder = new TextDecoder()
  let output = ''
  const {
    plugin,
    limit = 200_000_000,
    steps = [5_000_000],
    moves = [],
    copy = structuredClone,
    ...engine
  } = way
  const console = {
    write: (bytes: Uint8Array): void => {
      output += decoder.decode(bytes, { stream: true })
    },
  }
  const events: Event[] = []
  const open = () => {
    const machine = new Machine({ ...options, ...engine, console })
    const host = new PluginHost(machine, { output: () => {}, openOutput: () => ({ write: () => {} }) })
    host.install({
      name: 'log',
      description: '',
      apiVersion: 1,
      install: api => {
        api.onDiscon(Discon.All, event => void events.push(keep(event, machine)))
        plugin?.(api, machine)
      },
    })
    return { machine, host }
  }
  let { machine, host } = open()
  const left = [...moves]
  let state = 'running'
  for (let i = 0; state === 'running' && machine.executed < limit; i++) {
    const end = left[0] ?? limit
    state = machine.run(Math.min(steps[i % steps.length] as number, end - machine.executed))
    if (state !== 'running' || machine.executed < end || !left.length) continue
    left.shift()
    const saved = copy(machine.save())
    ;({ machine, host } = open())
    machine.restore(saved)
  }
  if (state === 'idle') throw new Error('every CPU waits for ever')
  host.finish(machine.stopReason ?? { kind: 'exit', status: 0 })
  return {
    stop: machine.stopReason,
    output,
    events,
    clock: machine.clock(),
    executed: machine.executed,
    regions: machine.engine.tiers[1].functions,
    machine,
  }
}

/** The lines at the end of a recording: how many discontinuities of each kind each vCPU had. */
export const totals = (lines: readonly string[], cpus: number): string[] =>
  Array.from({ length: cpus }, (_, index) => {
    const cpu = index.toString(16)
    const own = lines.filter(line => line.startsWith(`${cpu} `))
    const count = (type: number): number => own.filter(line => line.split(' ')[1] === `${type}`).length
    return `# vcpu ${cpu} interrupts ${count(1)} exceptions ${count(2)} hostcalls ${count(4)}`
  })

/** What is recorded of a guest. */
export interface GuestRecording {
  readonly status: number
  readonly output: string
  readonly log: readonly string[]
}

/** Guests of a target. */
export interface GuestSuite<Guest extends { readonly name: string }, Event> {
  run(guest: Guest, way: GuestWay): GuestRun<Event>
  recording(guest: Guest): GuestRecording
  /** Events as a recording has them. */
  asRecorded(guest: Guest, events: readonly Event[]): readonly string[]
}

/** The oracle runs some 30,000 instructions in a second: longer guests are compared as far as it gets. */
const oracleLimit = 15_000

/** Every way to run a guest shows the same, and what was recorded. Throws where it does not. */
export class GuestComparison<Guest extends { readonly name: string }, Event> {
  readonly #suite: GuestSuite<Guest, Event>
  /** The first run of each guest, with which later ones are compared. */
  readonly #first = new Map<string, GuestRun<Event>>()

  constructor(suite: GuestSuite<Guest, Event>) {
    this.#suite = suite
  }

  /** A run of the guest to its end. */
  first(guest: Guest): GuestRun<Event> {
    return this.#first.get(guest.name) ?? this.#suite.run(guest, { tier: 0 })
  }

  /** Runs a guest and compares it. */
  run(guest: Guest, way: GuestWay): GuestRun<Event> {
    return this.#check(guest, this.#suite.run(guest, way))
  }

  #check(guest: Guest, run: GuestRun<Event>): GuestRun<Event> {
    const { status, output, log } = this.#suite.recording(guest)
    same('the end', run.stop, { kind: 'exit', status })
    sameLines('events', this.#suite.asRecorded(guest, run.events), log)
    // What goes through semihosting to the terminal is recorded apart from what the UART shows.
    sameLines('output', run.output.split('\n').toSorted(), output.split('\n').toSorted())
    const before = this.#first.get(guest.name)
    if (before) {
      sameLines('events', run.events.map(text), before.events.map(text))
      sameLines('output', run.output.split('\n'), before.output.split('\n'))
      same('instructions', [run.clock, run.executed], [before.clock, before.executed])
    } else this.#first.set(guest.name, run)
    return run
  }

  /** Runs a guest on the oracle, as far as it gets. */
  oracle(guest: Guest): void {
    const whole = this.first(guest)
    const run = this.#suite.run(guest, { tier: 'oracle', limit: oracleLimit })
    if (run.stop) return void this.#check(guest, run)
    if (whole.executed <= oracleLimit) throw new Error('the guest should have ended')
    sameLines('events', run.events.map(text), whole.events.slice(0, run.events.length).map(text))
    same('output', run.output, whole.output.slice(0, run.output.length))
    // As many events as another tier reports up to the same instruction.
    const beside = this.#suite.run(guest, { tier: 0, limit: oracleLimit })
    same('events and clock', [run.events.length, run.clock], [beside.events.length, beside.clock])
    const pcs = ({ machine }: GuestRun<Event>): bigint[] => machine.cpus.map(cpu => cpu.pc)
    same('pc', pcs(run), pcs(beside))
  }
}
