/**
 * Errors of plugins as users see them: each is told, with the plugin, the callback, its code and the author's line; the
 * other plugins report.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isOurs, ownerOf, placesOf } from '../src/plugins/origin.ts'
import { quietly } from '../src/plugins/quiet-load.ts'
import { echo, guest, type Outcome, start } from './harness.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-errors-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const nested = guest('nested-rv64')
let number = 0

/** Runs a guest under a plugin of JavaScript with this body of `install`, and under `traps`. */
async function run(
  body: string,
  args: readonly string[] = [],
  input = '',
  image = nested,
): Promise<Outcome & { file: string }> {
  const file = `plugin${number++}.mjs`
  writeFileSync(
    join(directory, file),
    `export default { name: 'bad', description: '', apiVersion: 1, install(api) {\n${body}\n} }\n`,
  )
  const { child, done } = start(['run', image, '-p', `./${file}`, '-p', 'traps', ...args], { cwd: directory })
  child.stdin?.end(input)
  return { ...(await done), file }
}

const reported = /^vCPU +interrupts +exceptions +host calls$/m
const late = `const late = what => Promise.resolve().then(() => { throw new Error('boom ' + what) })`

describe.concurrent('errors behind an await', () => {
  test.each([
    ['a promise', 'onDiscon', `${late}; api.onDiscon(7, () => { late('x') })`],
    [
      'an async function',
      'onDiscon',
      `api.onDiscon(7, () => { (async () => { await null; throw new Error('boom x') })() })`,
    ],
    ['a promise at the end', 'onExit', `${late}; api.onExit(() => { late('x') })`],
  ])('%s, started in %s', async (_, __, body) => {
    const { status, stderr, file } = await run(body)
    expect(stderr).toMatch(
      new RegExp(
        `Plugin bad threw an error in a promise or timer at \\S*${file}:\\d+:\\d+: boom x\\. .*\\(plugin/threw\\)`,
      ),
    )
    expect(stderr).toMatch(reported)
    expect(status).toBe(70)
  })

  test('a timer, in a run that lasts', async () => {
    const { status, stderr } = await run(`setTimeout(() => { throw new Error('boom x') })`, [], 's', echo)
    expect(stderr).toMatch(/Plugin bad threw an error in a promise or timer at \S+:2:\d+: boom x\./)
    expect(stderr).toMatch(reported)
    expect(status).toBe(70)
  })

  test('the run goes on without the plugin, if asked', async () => {
    const body = `setTimeout(() => { throw new Error('boom x') })\napi.onExit(() => api.output('never'))`
    const args = ['--plugin-errors', 'stop-plugin', '--max-instructions', '20000000']
    const { status, stderr } = await run(body, args, 's', echo)
    expect(stderr).toMatch(/boom x\. The run goes on without it\..*\(plugin\/stopped\)/)
    expect(stderr).toMatch(reported)
    expect(stderr).not.toContain('never')
    expect(status).toBe(124)
  })

  test('a helper in the folder of the plugin', async () => {
    const folder = join(directory, 'with-helper')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'helper.mjs'),
      `export const later = () => setTimeout(() => { throw new Error('boom') })\n`,
    )
    writeFileSync(
      join(folder, 'plugin.mjs'),
      `import { later } from './helper.mjs'
export default { name: 'helped', description: '', apiVersion: 1, install() { later() } }\n`,
    )
    const { child, done } = start(['run', echo, '-p', './with-helper/plugin.mjs'], { cwd: directory })
    child.stdin?.end('s')
    const { status, stderr } = await done
    expect(stderr).toMatch(/Plugin helped threw an error in a promise or timer at \S*helper\.mjs:1:/)
    expect(status).toBe(70)
  })

  test('what is nobody’s ends the run, and plugins report', async () => {
    const { status, stderr } = await run(`Promise.reject('a text')`, [], 's', echo)
    expect(stderr).toContain('An error was thrown outside of every callback')
    expect(stderr).toContain('a text')
    expect(stderr).toMatch(reported)
    expect(status).toBe(70)
  })
})

describe.concurrent('promises of callbacks', () => {
  test('an async function is refused, and nothing is run', async () => {
    const { status, stdout, stderr, file } = await run(`\napi.onExit(async () => {})`)
    expect([status !== 0 && status !== 70, stdout]).toEqual([true, ''])
    expect(stderr).toMatch(
      new RegExp(
        `Plugin bad threw an error in install at \\S*${file}:3:5: .*async function.*\\(plugin/async-callback\\)`,
      ),
    )
  })

  test('a promise is refused, and what it is rejected with is told', async () => {
    const { status, stderr } = await run(`${late}; api.onDiscon(7, () => late('x'))`)
    expect(stderr).toContain('Plugin bad threw an error (plugin/async-callback) in onDiscon')
    expect(stderr).toMatch(/Plugin bad threw an error in the promise that onDiscon returned at \S+: boom x\./)
    expect(stderr).toMatch(reported)
    expect(status).toBe(70)
  })
})

describe.concurrent('errors in callbacks', () => {
  test('an error in onExit is told though the run failed before', async () => {
    const body = `api.onExit(() => { throw new Error('boom x') })`
    const { status, stdout, stderr } = await run(body, [], 'q', echo)
    expect([status, stdout]).toEqual([7, 'ready\nq'])
    expect(stderr).toMatch(/Plugin bad threw an error in onExit at \S+: boom x\. .*\(plugin\/threw\)/)
    expect(stderr).toMatch(reported)
  })

  test.each([
    [
      'plugin/register-access',
      'onTranslate',
      "api.onTranslate(tb => {\n  api.writeRegister(0, 'a0', 1n) })",
      3,
    ],
    ['plugin/argument', 'onDiscon', 'api.onDiscon(7, () => {\n\n  api.output(5) })', 4],
    [
      'plugin/stale-handle',
      'onExit',
      'let e\napi.onDiscon(7, x => { e = x })\napi.onExit(() => {\n  e.from })',
      5,
    ],
  ])('%s: the code, and the line of the author', async (code, callback, body, line) => {
    const { status, stderr, file } = await run(body)
    expect(stderr).toContain(`Plugin bad threw an error (${code}) in ${callback} at `)
    expect(stderr).toMatch(new RegExp(`${file}:${line}:\\d+: .*\\(plugin/threw\\)`))
    expect(status).toBe(70)
  })

  test('a file that cannot be made then is no fault of the plugin', async () => {
    const { status, stderr } = await run(`api.onExit(() => { api.openOutput('no/where') })`)
    expect(stderr).toMatch(/Plugin bad: The file 'no\/where' cannot be written: .*\(file\/create\)/)
    expect(stderr).not.toContain('threw')
    expect([0, 70]).not.toContain(status)
  })
})

describe('stacks', () => {
  const root = join(import.meta.dirname, '..')
  const error = Object.assign(new Error('x'), {
    stack: [
      'Error: x',
      `    at a (file://${root}/lib/chunk-ABC.js:1:2)`,
      `    at b (${root}/dist/x.js:3:4)`,
      `    at file://${root}/../plugin-host/src/registers.ts:5:6`,
      '    at node:internal/process/task_queues:105:5',
      '    at async Promise.all (index 0)',
      '    at c (file:///home/me/my%20plugins/one.ts:7:8)',
      '    at d (C:\\plugins\\two.js:9:1)',
    ].join('\n'),
  })

  test('show places, ours and others', () => {
    const places = placesOf(error)
    expect(places.map(isOurs)).toEqual([true, true, true, false, false])
    expect(places.filter(place => !isOurs(place)).map(({ text }) => text)).toEqual([
      '/home/me/my plugins/one.ts:7:8',
      'C:\\plugins\\two.js:9:1',
    ])
  })

  test('show whose they are', () => {
    const of = (...files: (string | undefined)[]): string | undefined =>
      ownerOf(
        error,
        files.map(file => ({ file })),
      )?.file
    expect(of('/home/me/my plugins/one.ts', '/home/me/my plugins/other.ts')).toBe(
      '/home/me/my plugins/one.ts',
    )
    expect(of('/home/me/my plugins/other.ts')).toBe('/home/me/my plugins/other.ts')
    expect(of('/home/me/my plugins/other.ts', '/home/me/my plugins/third.ts')).toBeUndefined()
    expect(of(undefined, '/home/you/one.ts')).toBeUndefined()
  })
})

describe('loading', () => {
  test.each(['p.ts', 'p.js'])('prints nothing, whatever the package.json near it: %s', async file => {
    const folder = join(directory, file.replace('.', '-'))
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{ "name": "x" }')
    const source = "export default { name: 'quiet', description: '', apiVersion: 1, install() {} }\n"
    writeFileSync(join(folder, file), source)
    const { child, done } = start(['run', nested, '-p', `./${file}`], { cwd: folder })
    child.stdin?.end()
    expect(await done).toEqual({ status: 0, stdout: 'nested: passed\n', stderr: '' })
  })

  test('leaves the warnings of others alone', async () => {
    const seen: unknown[] = []
    const { emitWarning } = process
    process.emitWarning = (...args: unknown[]) => void seen.push(args[0])
    try {
      await quietly(async () => {
        process.emitWarning('Type Stripping is an experimental feature', 'ExperimentalWarning')
        process.emitWarning('Module type of x is not specified', { code: 'MODULE_TYPELESS_PACKAGE_JSON' })
        process.emitWarning('Something else is experimental', 'ExperimentalWarning')
        process.emitWarning('of the plugin')
      })
      process.emitWarning('later')
    } finally {
      process.emitWarning = emitWarning
    }
    expect(seen).toEqual(['Something else is experimental', 'of the plugin', 'later'])
  })
})
