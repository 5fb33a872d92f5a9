/** Plugins that do not return: every way to end a run ends it, with its status, and says what was in the way. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { demo, echo, type Outcome, start } from './harness.ts'

const plugin = (name: string): string => fileURLToPath(new URL(`plugins/${name}.mjs`, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'guestscope-'))
const pipe = join(folder, 'pipe')
execFileSync('mkfifo', [pipe])
afterAll(() => rmSync(folder, { recursive: true }))

const ends = {
  '--timeout': {
    options: ['--timeout', '2'],
    status: 124,
    says: 'The limit of 2 s (--timeout) was reached',
  },
  '--max-instructions': {
    options: ['--max-instructions', '100000'],
    status: 124,
    says: 'The limit of 100000 instructions (--max-instructions) cannot be reached',
  },
  SIGTERM: { signal: 'SIGTERM', options: [], status: 143, says: 'Ended by SIGTERM' },
  SIGINT: { signal: 'SIGINT', options: [], status: 130, says: 'Ended by SIGINT' },
  SIGQUIT: { signal: 'SIGQUIT', options: [], status: 131, says: 'Ended by SIGQUIT' },
  SIGHUP: { signal: 'SIGHUP', options: [], status: 129, says: 'Ended by SIGHUP' },
} as const
type End = keyof typeof ends

/** Far more than it takes: only to end a test that fails. */
const limit = { timeout: 100_000 }

async function run(
  end: End,
  name: string,
  image: string = demo,
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const { options, ...how } = ends[end]
  const { child, until, done } = start(['run', image, '-p', name, ...options], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  })
  const kill = setTimeout(() => child.kill('SIGKILL'), limit.timeout - 10_000)
  if ('signal' in how) {
    await until('stuck\n')
    child.kill(how.signal)
  }
  const outcome = await done
  clearTimeout(kill)
  return outcome
}

const stuck = (options: string): string => `${plugin('stuck')},${options}`
const main: readonly End[] = ['--timeout', '--max-instructions', 'SIGTERM', 'SIGINT']

/** What is done, and with which ends; what is said of it. */
const cases: readonly (readonly [options: string, ends: readonly End[], from: string, place: boolean])[] = [
  ['at=install', ['--timeout', '--max-instructions'], 'stuck did not return from install', false],
  ['at=onTranslate', ['SIGINT'], 'stuck did not return from onTranslate', true],
  ['at=onExec', [...main, 'SIGQUIT', 'SIGHUP'], 'stuck.mjs did not return from onExec', true],
  ['at=onMemory', ['SIGTERM'], 'stuck.mjs did not return from onMemory', true],
  ['at=onEdge', ['--timeout'], 'stuck.mjs did not return from onEdge', true],
  ['at=onDiscon', ['--max-instructions'], 'stuck.mjs did not return from onDiscon', true],
  ['at=onExit', ['--timeout', '--max-instructions'], 'stuck did not return from onExit', true],
  // The run itself is over: the first signal ends all.
  ['at=onExit', ['SIGTERM', 'SIGINT'], 'stuck did not return from onExit', false],
  ['at=onExec,how=regexp', ['SIGTERM', '--max-instructions'], 'stuck.mjs did not return from onExec', true],
  ['at=onExec,how=slow', ['SIGINT', '--timeout'], 'stuck.mjs did not return from onExec', true],
  ['at=onExec,how=wait', ['--max-instructions'], 'stuck.mjs did not return', false],
  ['at=onExec,how=catches', ['SIGTERM'], 'stuck.mjs did not return from onExec', true],
  // Who reads may be too slow for it.
  ['at=onExit,how=prints', ['--timeout'], '', false],
]

/** Of the short tests. */
const quick = /^at=(install|onExit|onExec,how=regexp)/

describe.concurrent('a plugin that does not return', () => {
  for (const [options, by, from, place] of cases)
    test.each(
      process.env.GUESTSCOPE_LONG
        ? by
        : by.slice(0, options === 'at=onExec' ? main.length : quick.test(options) ? 1 : 0),
    )(`${options}: %s`, limit, async end => {
      const { status, stdout, stderr } = await run(end, stuck(options))
      expect(status).toBe(ends[end].status)
      expect(stderr).toContain(ends[end].says)
      expect(stderr).toContain(from)
      if (place) expect(stderr).toMatch(/stuck\.mjs:\d+:\d+\)/)
      expect(stderr).toContain('(run/stuck)')
      // What it had handed over before is there.
      expect(stdout).toContain('stuck\n')
      expect(stderr).toContain('before\n')
    })

  test.each(['--timeout', 'SIGTERM'] as const)('a call of the operating system: %s', limit, async end => {
    const { status, stderr } = await run(end, stuck(`how=pipe,file=${pipe}`))
    // Node below 22.15 cannot give the status.
    expect([ends[end].status, null]).toContain(status)
    if (typeof process.execve === 'function') expect(status).toBe(ends[end].status)
    expect(stderr).toContain('did not return')
  })

  test.each(['--max-instructions', 'SIGINT'] as const)(
    'loading that awaits for ever: %s',
    limit,
    async end => {
      const { status, stderr } = await run(end, plugin('awaits'), demo, { STUCK_TIMER: '1' })
      expect(status).toBe(ends[end].status)
      expect(stderr).toContain('awaits.mjs did not finish loading')
    },
  )

  test('loading that awaits what cannot come', limit, async () => {
    const { status, stderr } = await run('--timeout', plugin('awaits'))
    expect(status).not.toBe(124)
    expect(stderr).toContain('awaits something that cannot come')
    expect(stderr).toContain('(plugin/unsettled)')
  })

  test('what the guest has printed is not lost', limit, async () => {
    const { status, stdout } = await run('--timeout', stuck('at=onDiscon,after=5'))
    expect(status).toBe(124)
    expect(stdout).toContain('Guestscope demo')
  })
})

describe.concurrent('a plugin of others that behaves', () => {
  const calm = stuck('at=nowhere')

  test('input, output, status', async () => {
    const { child, until, done } = start(['run', echo, '-p', calm])
    await until('ready\n')
    child.stdin?.write('ab')
    await until('ready\nab')
    child.stdin?.write('q')
    expect(await done).toEqual({ status: 7, stdout: 'ready\nabq', stderr: '' })
  })

  test('much input arrives whole', async () => {
    const { child, until, done } = start(['run', echo, '-p', calm])
    await until('ready\n')
    const text = 'abcdefgh\n'.repeat(20_000)
    child.stdin?.end(`${text}q`)
    const { status, stdout } = await done
    expect(status).toBe(7)
    expect(stdout).toBe(`ready\n${text}q`)
  })

  test('the end of the input', async () => {
    const { child, until, done } = start(['run', echo, '-p', calm])
    await until('ready\n')
    child.stdin?.end('x')
    const { status, stdout, stderr } = await done
    expect([status, stdout]).toEqual([1, 'ready\nx'])
    expect(stderr).toContain('cannot come')
  })

  test('a signal: plugins report', async () => {
    const { child, until, done } = start(['run', echo, '-p', calm, '-p', 'traps'])
    await until('ready\n')
    child.kill('SIGTERM')
    const { status, stderr } = await done
    expect(status).toBe(143)
    expect(stderr).toMatch(/^vCPU +interrupts/)
    expect(stderr).toContain('Ended by SIGTERM')
  })

  test('process.exit ends the process with its status', async () => {
    const { child, done } = start(['run', demo, '-p', stuck('how=exit')])
    child.stdin?.end()
    const { status, stdout, stderr } = await done
    expect([status, stdout, stderr]).toEqual([33, 'stuck\n', 'before\n'])
  })

  test('a reader that goes away ends the run quietly', async () => {
    const { child, until, done } = start(['run', echo, '-p', calm])
    await until('ready\n')
    child.stdout?.destroy()
    child.stdin?.write('more')
    const { status, stderr } = await done
    expect([status, stderr]).toEqual([141, ''])
  })
})
