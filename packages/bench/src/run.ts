/** Runs an emulator with a guest once, in a process of its own, and looks at time, output and memory. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Emulator } from './emulators.ts'
import type { Benchmark } from './guests.ts'
import { MemoryLog } from './memory.ts'

/** A run that did not do what it should. */
export class RunError extends Error {}

export interface Outcome {
  /** Of the whole process. */
  readonly seconds: number
  /** Seconds until the guest printed something. */
  readonly firstOutput: number | undefined
  /** The most resident memory in each quarter of the run, in MB; undefined where the system does not tell. */
  readonly memory: readonly number[] | undefined
  /** What a plugin counted: `count N` among the problems. */
  readonly count: number | undefined
}

export interface RunLimits {
  /** Ends guests that hang. */
  readonly seconds: number
  /** Being ended is no fault. */
  readonly expected?: boolean
}

const patience: RunLimits = { seconds: 300 }

/** Runs a guest once and checks what it printed. */
export async function run(
  emulator: Emulator,
  guest: Benchmark,
  limits: RunLimits = patience,
): Promise<Outcome> {
  const command = emulator.command(guest)
  const { status, out, problems, ended, ...outcome } = await watch(command, limits)
  const count = /\bcount (\d+)/.exec(problems)?.[1]
  const result = { ...outcome, count: count === undefined ? undefined : Number(count) }
  if (ended && limits.expected) return result
  const { name, check } = guest
  const found = guest.boot ? lineWith(out, check) : /^CHECK ([0-9a-f]+)/m.exec(out)?.[1]
  if (status !== 0 || found !== check) {
    const printed = found === undefined ? 'it did not print its check' : `CHECK ${found}`
    const how = ended ? `ended after ${limits.seconds} s` : `status ${status}`
    const last = problems.trim().split('\n').slice(0, 3).join(' | ')
    throw new RunError(`${name} on ${emulator.name}: ${printed} (${check}), ${how}${last ? `: ${last}` : ''}`)
  }
  return result
}

/** The text, if it is a line of the output. */
function lineWith(out: string, text: string): string | undefined {
  return out
    .split(/\r?\n/)
    .find(line => line.trim() === text)
    ?.trim()
}

interface Watched extends Omit<Outcome, 'count'> {
  readonly status: number | string
  readonly out: string
  readonly problems: string
  readonly ended: boolean
}

function watch(command: readonly string[], limits: RunLimits): Promise<Watched> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const elapsed = (): number => (performance.now() - start) / 1000
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const memory = new MemoryLog()
    let out = ''
    let problems = ''
    let firstOutput: number | undefined
    let ended = false
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      firstOutput ??= elapsed()
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      problems += text
    })
    const limit = setTimeout(() => {
      ended = true
      child.kill()
    }, limits.seconds * 1000)
    const sampling = setInterval(() => {
      memory.add(elapsed(), residentBytes(child.pid))
    }, 20)
    const stop = (): void => {
      clearTimeout(limit)
      clearInterval(sampling)
    }
    child.on('error', error => {
      stop()
      reject(new RunError(`Cannot run ${program}: ${error.message}`))
    })
    child.on('close', (status, signal) => {
      const seconds = elapsed()
      stop()
      const quarters = memory.quarters(seconds)
      resolve({
        status: status ?? signal ?? 'unknown',
        out,
        problems,
        ended,
        seconds,
        firstOutput,
        memory: quarters,
      })
    })
  })
}

/** Linux alone tells this of other processes. */
function residentBytes(pid: number | undefined): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(text)?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
