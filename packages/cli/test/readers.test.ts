/** Readers that take their time, or never read: nothing is lost to the first, and the others hold up no end of a run. */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { echo, type Outcome, start } from './harness.ts'

const { O_RDWR, O_RDONLY, O_NONBLOCK } = constants
const folder = mkdtempSync(join(tmpdir(), 'guestscope-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Far more than a pipe holds; the guest sends it back, and then ends with status 7, or never. */
const text = 'abcdefgh\n'.repeat(40_000)
const [ends, spins] = [join(folder, 'ends'), join(folder, 'spins')]
writeFileSync(ends, `${text}q`)
writeFileSync(spins, `${text}s`)

let pipes = 0
function makePipe(): string {
  const path = join(folder, `pipe${pipes++}`)
  execFileSync('mkfifo', [path])
  return path
}

const page = Buffer.alloc(4096, 'x')
/** Fills a page of the pipe, if there is room. */
function isFull(fd: number): boolean {
  try {
    writeSync(fd, page)
    return false
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN')
    return true
  }
}

/** Far more than it takes: only to end a test that fails. */
const limit = { timeout: 60_000 }

interface Never {
  readonly args?: readonly string[]
  readonly input?: string
  readonly signal?: NodeJS.Signals
  /** Where the pipe belongs. */
  readonly redirection?: (pipe: string) => string
  /** Full before the run begins. */
  readonly full?: boolean
}

/** Runs with a pipe that nobody reads, but for the first byte before a signal comes. */
async function neverRead(
  pipe: string,
  { args = [], input = spins, signal, ...how }: Never,
): Promise<Outcome> {
  const { redirection = path => `>${path}`, full = false } = how
  const fd = openSync(pipe, O_RDWR | O_NONBLOCK)
  while (full && !isFull(fd));
  const { child, done } = start(['run', echo, ...args], {}, `<${input} ${redirection(pipe)}`)
  const kill = global.setTimeout(() => child.kill('SIGKILL'), limit.timeout - 10_000)
  if (signal !== undefined) {
    // The run has begun, and has much more to say than there is room for.
    while (take(fd, Buffer.alloc(1)) === 0) await setTimeout(20)
    while (!isFull(fd));
    // Time to print what there is no room for.
    await setTimeout(2000)
    child.kill(signal)
  }
  const outcome = await done
  clearTimeout(kill)
  closeSync(fd)
  return outcome
}

const calm = ['-p', `${fileURLToPath(new URL('plugins/stuck.mjs', import.meta.url))},at=nowhere`]
const lost =
  /Standard output cannot be written: nobody reads it, and the last \d+ bytes are lost\..*\(file\/write\)/

// Elsewhere writes wait.
describe.skipIf(!existsSync('/proc/self/fd')).concurrent('a reader that never reads', () => {
  const cases: readonly (readonly [string, Never, number, string | RegExp])[] = [
    ['SIGTERM', { signal: 'SIGTERM' }, 143, lost],
    ['SIGINT', { signal: 'SIGINT' }, 130, lost],
    ['--timeout', { args: ['--timeout', '2'] }, 124, lost],
    ['--timeout, although the guest ends', { args: ['--timeout', '2'], input: ends }, 124, lost],
    [
      '--max-instructions that it never gets to',
      { args: ['--max-instructions', '1000000000'], signal: 'SIGTERM' },
      143,
      lost,
    ],
    ['a thread, SIGTERM', { args: calm, signal: 'SIGTERM' }, 143, lost],
    ['a thread, --timeout', { args: [...calm, '--timeout', '2'] }, 124, lost],
  ]
  test.each(cases)('%s', limit, async (_, how, status, says) => {
    const outcome = await neverRead(makePipe(), how)
    expect(outcome.status).toBe(status)
    expect(outcome.stderr).toMatch(says)
    expect(outcome.stderr).not.toContain('run/stuck')
  })

  test.each([
    ['standard error', [], 143],
    ['standard error of a thread', calm, 143],
  ] as const)('%s', limit, async (_, args, status) => {
    const how: Never = { args: [...args, '-p', 'exec-log'], signal: 'SIGTERM' }
    const outcome = await neverRead(makePipe(), { ...how, redirection: path => `2>${path}` })
    expect(outcome.status).toBe(status)
  })

  test('both', limit, async () => {
    const outcome = await neverRead(makePipe(), { signal: 'SIGTERM', redirection: path => `>${path} 2>&1` })
    expect(outcome).toEqual({ status: 143, stdout: '', stderr: '' })
  })

  test("a plugin's file", limit, async () => {
    const pipe = makePipe()
    const args = ['-p', `exec-log,out=${pipe}`]
    const { status, stderr } = await neverRead(pipe, { args, signal: 'SIGTERM', redirection: () => '' })
    expect(status).toBe(143)
    expect(stderr).toContain(`The file '${pipe}' cannot be written: nobody reads it`)
  })

  test('--serial file:', limit, async () => {
    const pipe = makePipe()
    const args = ['--serial', `file:${pipe}`, '--timeout', '1']
    const { status, stderr } = await neverRead(pipe, { args, full: true, redirection: () => '' })
    expect(status).toBe(124)
    expect(stderr).toContain(
      `The file '${pipe}' cannot be written: nobody reads it, and the last 6 bytes are lost`,
    )
  })
})

describe.concurrent('a slow reader', () => {
  test.each([
    ['the guest ends', ends, [], 7],
    ['the guest ends, in a thread', ends, calm, 7],
    ['--max-instructions', spins, ['--max-instructions', '10000000'], 124],
    ['standard error beside it', ends, ['-p', 'traps'], 7],
  ] as const)('%s: gets everything', limit, async (_, input, args, status) => {
    const pipe = makePipe()
    const fd = openSync(pipe, O_RDONLY | O_NONBLOCK)
    const { done } = start(['run', echo, ...args], {}, `<${input} >${pipe}`)
    let outcome: Outcome | undefined
    void done.then(found => {
      outcome = found
    })
    const chunk = Buffer.alloc(3000)
    let got = ''
    for (;;) {
      const over = outcome !== undefined
      const length = take(fd, chunk)
      got += chunk.toString('latin1', 0, length)
      if (over && length === 0) break
      await setTimeout(1)
    }
    closeSync(fd)
    expect(outcome?.status).toBe(status)
    expect(got === `ready\n${text}${input === ends ? 'q' : 's'}`).toBe(true)
  })
})

/** What is there, if anything. */
function take(fd: number, chunk: Uint8Array): number {
  try {
    return readSync(fd, chunk)
  } catch {
    return 0
  }
}
