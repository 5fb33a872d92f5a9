/** Runs random programs, and says what came of them in lines that can be compared. */

import { Head } from '@guestscope/codegen'
import { type Cpu, Layout, Machine, type Target, type Tier } from '@guestscope/core'
import type { Instrumentation } from '@guestscope/core/hooks'
import { bare } from '../bare.ts'
import { seeded } from '../random.ts'
import type { ContractOptions } from './options.ts'

const hex = (half: number): string => (half >>> 0).toString(16)

export function makeMachine(options: ContractOptions, tier: Tier): Machine {
  return new Machine({
    target: options.target,
    board: options.board,
    tier,
    hotThreshold: 3,
    batch: 2,
    memoryBytes: options.memoryBytes,
    cpus: 1,
    ...bare,
  })
}

export function firstCpu(machine: Machine): Cpu {
  const [cpu] = machine.cpus
  if (!cpu) throw new Error('a machine without a CPU')
  return cpu
}

type Scratch = ContractOptions['scratch']

/** The target's state, a line per eight bytes; the sink and scratch slots hold nothing of meaning. */
export function stateLines({ state }: Target, cpu: Cpu, scratch?: Scratch): string[] {
  const { size, fixed } = state
  const lines = [`pc ${cpu.pc.toString(16)}`, `flags ${cpu.get32(Head.flags)}`]
  for (let at: number = Head.size; at < size; at += 8)
    if (at !== fixed.sink && !scratch?.(at)) lines.push(`state+${at} ${cpu.get64(at).toString(16)}`)
  return lines
}

function memoryHash(machine: Machine): number {
  let hash = 0
  for (const r of machine.memory.regions) {
    const words = new Int32Array(machine.memory.bytes.buffer, r.linear, r.size / 4)
    for (const word of words) hash = (Math.imul(hash, 31) + word) | 0
  }
  return hash
}

/** The state without the sink, and without the pc: that is exact outside generated code only. */
function stateHash({ state }: Target, cpu: Cpu, scratch: Scratch): string {
  const { size, fixed } = state
  let hash = 0
  for (let at: number = Head.size; at < size; at += 4)
    if (at !== fixed.sink && at !== fixed.sink + 4 && !scratch?.(at))
      hash = (Math.imul(hash, 31) + cpu.get32(at)) | 0
  return (hash >>> 0).toString(16)
}

/** A way to run a program. */
export interface RunWay {
  readonly tier: Tier
  /** Instructions of each call of `run`, in turn; default: up to the next checkpoint. */
  readonly steps?: readonly number[]
  /** Throws translations away between calls of `run`. */
  readonly flush?: boolean
  /** Every instruction has a callback and an inline counter. */
  readonly hooks?: boolean
}

export interface Ran {
  /** State at every checkpoint, and memory at the end. */
  readonly lines: readonly string[]
  /** A line per discontinuity, with the clock. */
  readonly events: readonly string[]
  /** With hooks: address of each instruction and hash of the state before it; how many hooks counted. */
  readonly trace: readonly string[]
  readonly counted: bigint
  readonly calls: number
  readonly regions: number
  readonly executed: number
}

const programBytes = 1200
const checkpoint = 500
const checkpoints = 6
const cell = Layout.cells

/** Runs the program of a seed. */
export function runProgram(options: ContractOptions, seed: number, way: RunWay): Ran {
  const machine = makeMachine(options, way.tier)
  const cpu = firstCpu(machine)
  const random = seeded(seed)
  const program: number[] = []
  while (program.length < programBytes) program.push(...options.random.instruction(random))
  const { code } = options.random
  const linear = machine.memory.linear(code)
  if (!linear) throw new Error(`no memory at ${code.toString(16)}`)
  machine.memory.bytes.set(program, linear)
  cpu.pc = code
  options.random.prepare(machine, random, program.length)

  const events: string[] = []
  const trace: string[] = []
  let calls = 0
  const instrumentation: Instrumentation = {
    translates: way.hooks ?? false,
    discons: true,
    translate: block => ({
      exec: block.insns.map(({ pc }) => [
        { kind: 'add', offset: cell, value: 1n },
        {
          kind: 'call',
          access: 'read',
          run: () =>
            trace.push(`${pc.toString(16)} state ${stateHash(options.target, cpu, options.scratch)}`),
        },
        { kind: 'call', access: 'none', run: () => calls++ },
      ]),
      access: [],
      edges: [],
    }),
    discon: (c, cause, low, high) => {
      const { name } = options.target.cause(cause)
      events.push(`${name} from ${hex(high)}:${hex(low)} to ${c.pc.toString(16)} at ${machine.clock()}`)
    },
  }
  machine.instrumentation = instrumentation

  const lines: string[] = []
  let turn = 0
  for (let n = 1; n <= checkpoints; n++) {
    let state = 'running'
    while (state === 'running' && machine.executed < n * checkpoint) {
      const step = way.steps?.[turn++ % way.steps.length] ?? checkpoint
      if (way.flush) machine.flushBlocks()
      state = machine.run(Math.min(step, n * checkpoint - machine.executed))
    }
    const head = `after ${machine.executed} at ${machine.clock()}, ${state}`
    lines.push(head, ...stateLines(options.target, cpu, options.scratch).map(line => `${line} (${head})`))
    if (state !== 'running') break
  }
  lines.push(`memory ${memoryHash(machine)}`)
  const { executed, engine } = machine
  return {
    lines,
    events,
    trace,
    counted: cpu.get64(cell),
    calls,
    regions: engine.tiers[1].functions,
    executed,
  }
}
