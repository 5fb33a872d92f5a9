/** Runs hostile guests as processes of their own, and looks whether they end when they are told to. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seeded } from '@guestscope/testkit'
import { command } from '../harness.ts'
import { hostileGuest } from './programs.ts'

export interface Ending {
  readonly seed: number
  /** What was to end it. */
  readonly by: 'timeout' | 'SIGINT' | 'limit'
  /** Status; undefined: nothing but SIGKILL has ended it. */
  readonly status: number | undefined
  /** From the beginning of what should end it, in milliseconds; for a report, not for a test. */
  readonly late: number
  readonly stderr: string
  readonly args: readonly string[]
}

export interface FuzzOptions {
  /** Of the run before it is to end. */
  readonly seconds: number
  /** After so long the process is killed: it hangs. */
  readonly patience: number
}

/** The signal has come before the command could hear it. */
const beforeItBegan = 130

/** A limit that no program reaches in time by instructions alone, but for the oracle. */
const limit = '20M'

/** Runs the guest of a seed. */
export async function fuzzOnce(seed: number, { seconds, patience }: FuzzOptions): Promise<Ending> {
  const random = seeded(seed)
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  try {
    const guest = hostileGuest(random)
    const image = join(folder, 'guest.bin')
    writeFileSync(image, guest.bytes)
    mkdirSync(join(folder, 'files'))
    const by = (['timeout', 'SIGINT', 'limit'] as const)[Math.floor(random() * 3)] ?? 'timeout'
    const oracle = guest.args.includes('oracle')
    const args = [
      'run',
      image,
      ...guest.args,
      ...(random() < 0.3 ? ['--semihosting-dir', join(folder, 'files'), '--semihosting-limit', '16M'] : []),
      ...(by === 'timeout' ? ['--timeout', `${seconds}`] : []),
      ...(by === 'limit' ? ['--max-instructions', oracle ? '20k' : limit] : []),
    ]
    const begin = performance.now()
    const [program = '', ...words] = [...command, ...args]
    const child = spawn(program, words, {
      env: { ...process.env, NODE_OPTIONS: '' },
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    child.stdin.on('error', () => {})
    // A guest that waits for input waits for the user, whatever it may execute.
    if (by === 'limit' || random() < 0.5) child.stdin.end('input\n')
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => {
      if (stderr.length < 4000) stderr += data.toString()
    })
    let killed = false
    const interrupt = by === 'SIGINT' ? setTimeout(() => child.kill('SIGINT'), 1000 * seconds) : undefined
    const kill = setTimeout(() => {
      killed = true
      child.kill('SIGKILL')
    }, 1000 * patience)
    const code = await new Promise<number>(resolve =>
      child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? beforeItBegan : -1))),
    )
    clearTimeout(kill)
    clearTimeout(interrupt)
    const late = performance.now() - begin - (by === 'limit' ? 0 : 1000 * seconds)
    return { seed, by, status: killed ? undefined : code, late, stderr, args }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is wrong with an ending; undefined: nothing. */
export function fault({ status, stderr }: Ending): string | undefined {
  if (status === undefined) return 'nothing but SIGKILL ended it'
  if (status < 0) return 'it died of a signal'
  if (status === 70 || /fault of Guestscope|\n {4}at /.test(stderr)) return 'a fault of Guestscope'
  return undefined
}
