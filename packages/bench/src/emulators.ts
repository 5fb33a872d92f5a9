/** The emulators: what to type to run a guest on each. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Suite } from './guests.ts'
import { RunError } from './run.ts'

/** A way to run guests: the command for one. */
export interface Emulator {
  readonly name: string
  command(guest: Benchmark): readonly string[]
}

/** Names of those whose times are compared. */
export const names = { ours: 'guestscope', qemu: 'QEMU', limit: 'limit' } as const

export interface Qemu extends Emulator {
  readonly version: string
}

const inCli = (path: string): string => fileURLToPath(new URL(`../../cli/${path}`, import.meta.url))

/** This workspace's command, from its sources or as it was built. */
export function guestscope(suite: Suite, built: boolean, name: string = names.ours): Emulator {
  if (built && !existsSync(inCli('lib/bin.js')))
    throw new RunError('Nothing has been built: run "pnpm build" first, or leave --built out.')
  const start = built
    ? [inCli('bin/guestscope.js')]
    : ['--conditions=@guestscope/source', '--disable-warning=ExperimentalWarning', inCli('bin/workspace.js')]
  return { name, command: guest => [process.execPath, ...start, 'run', ...suite.ours(guest)] }
}

/** QEMU, and its version; undefined if there is none. */
export function findQemu(suite: Suite, given: readonly string[] | undefined): Qemu | undefined {
  const words = given ?? [suite.qemuProgram]
  const [program = '', ...rest] = words
  const asked = spawnSync(program, [...rest, '--version'], { encoding: 'utf8' })
  if (asked.status !== 0) {
    if (given === undefined) return undefined
    throw new RunError(`Cannot run QEMU as "${words.join(' ')}": ${asked.error?.message ?? asked.stderr}`)
  }
  const version = /version (\S+)/.exec(asked.stdout)?.[1] ?? 'of unknown version'
  return { name: names.qemu, version, command: guest => [...words, ...suite.theirs(guest)] }
}

/** The same with more arguments. */
export function withArguments(emulator: Emulator, name: string, more: readonly string[]): Emulator {
  return {
    name,
    command: guest => {
      const words = emulator.command(guest)
      const at = words.indexOf('run') + 1
      return at > 0 ? words.toSpliced(at, 0, ...more) : [...words, ...more]
    },
  }
}
