/** Runs guests on the two emulators, each run in a process of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Suite } from './guests.ts'

/** A way to run guests: the command for one. */
export interface Emulator {
  readonly name: string
  command(guest: Benchmark): readonly string[]
}

/** A run that did not do what it should. */
export class RunError extends Error {}

/** Ends guests that hang. */
const limitSeconds = 300

/** This workspace's command, from its sources. */
export function guestscope(suite: Suite, name = 'guestscope', options: readonly string[] = []): Emulator {
  const start = fileURLToPath(new URL('../../cli/bin/workspace.js', import.meta.url))
  const node = [process.execPath, '--conditions=@guestscope/source', '--disable-warning=ExperimentalWarning']
  return {
    name,
    command: guest => [...node, start, 'run', ...suite.options(guest), ...options, suite.elfPath(guest)],
  }
}

/** QEMU, and its version; undefined if there is none. */
export function findQemu(
  suite: Suite,
  given: readonly string[] | undefined,
): (Emulator & { version: string }) | undefined {
  const words = given ?? [suite.qemuProgram]
  const [program = '', ...rest] = words
  const asked = spawnSync(program, [...rest, '--version'], { encoding: 'utf8' })
  if (asked.status !== 0) {
    if (given === undefined) return undefined
    throw new RunError(`Cannot run QEMU as "${words.join(' ')}": ${asked.error?.message ?? asked.stderr}`)
  }
  const version = /version (\S+)/.exec(asked.stdout)?.[1] ?? 'of unknown version'
  const command = (guest: Benchmark): readonly string[] => {
    const machine = guest.machine === undefined ? [] : ['-machine', guest.machine]
    return [...words, ...machine, ...suite.qemu, '-kernel', suite.elfPath(guest)]
  }
  return { name: 'QEMU', version, command }
}

/** Runs a guest once and checks what it printed; gives the time in seconds. */
export async function timeRun(emulator: Emulator, guest: Benchmark): Promise<number> {
  const { name, check } = guest
  const [program = '', ...args] = emulator.command(guest)
  const start = performance.now()
  const { status, out, problems } = await capture(program, args)
  const seconds = (performance.now() - start) / 1000
  const found = /^CHECK ([0-9a-f]+)/m.exec(out)?.[1]
  if (status !== 0 || found !== check) {
    const printed = found === undefined ? 'no CHECK' : `CHECK ${found}`
    const last = problems.trim().split('\n').slice(0, 3).join(' | ')
    throw new RunError(
      `${name} on ${emulator.name}: ${printed} (not ${check}), status ${status}${last ? `: ${last}` : ''}`,
    )
  }
  return seconds
}

interface Captured {
  readonly status: number | string
  readonly out: string
  readonly problems: string
}

function capture(program: string, args: readonly string[]): Promise<Captured> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const collected = { out: '', problems: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      collected.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      collected.problems += text
    })
    const limit = setTimeout(() => child.kill(), limitSeconds * 1000)
    child.on('error', reject)
    child.on('close', (status, signal) => {
      clearTimeout(limit)
      resolve({ status: status ?? signal ?? 'unknown', ...collected })
    })
  })
}
