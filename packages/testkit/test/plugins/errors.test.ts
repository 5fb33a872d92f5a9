/** Errors of plugins: each is told, named, with what it leads to; promises of callbacks are refused. */

import { Discon, type PluginApi } from '@guestscope/core'
import { type PluginFailure, PluginHost, type PluginHostIo } from '@guestscope/plugin-host'
import { describe, expect, test } from 'vitest'
import { PluginRun } from './run.ts'

/** A run that notes failures in one line each. */
function watched(pluginErrors: PluginHostIo['pluginErrors'] = 'stop-run') {
  // The guest ends with the number of its rounds, of which eight bits count: status 0.
  const run = new PluginRun({ tier: 0 }, { rounds: 256 })
  const told: string[] = []
  const codes: unknown[] = []
  const host = new PluginHost(run.machine, {
    output: () => {},
    openOutput: () => ({ write: () => {} }),
    pluginErrors,
    onError({ plugin, callback, error, outcome }: PluginFailure) {
      told.push(
        `${plugin}, ${callback}: ${error instanceof Error ? error.message.split('.')[0] : error}: ${outcome}`,
      )
      codes.push((error as { code?: unknown }).code)
    },
  })
  Object.assign(run, { host })
  return { run, host, told, codes }
}
const boom = (what: string): never => {
  throw new Error(`boom ${what}`)
}
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('an error in onExit', () => {
  test('is the reason of a run that ended well', () => {
    const { run, told } = watched()
    run.install(api => void api.onExit(() => boom('late')), 'a')
    run.machine.stop({ kind: 'exit', status: 0 })
    expect(run.run()).toMatchObject({ kind: 'plugin-error', plugin: 'a', callback: 'onExit' })
    expect(told).toEqual(['a, onExit: boom late: ends-run'])
  })

  test.each([7, 124])('is told when the run ended with status %i, and others still report', status => {
    const { run, told } = watched()
    let reported = false
    run.install(api => void api.onExit(() => boom('one')), 'a')
    run.install(api => void api.onExit(() => boom('two')), 'b')
    run.install(api => {
      api.onExit(() => {
        reported = true
      })
    }, 'c')
    run.machine.stop({ kind: 'exit', status })
    expect(run.run()).toEqual({ kind: 'exit', status })
    expect(told).toEqual(['a, onExit: boom one: nothing', 'b, onExit: boom two: nothing'])
    expect(reported).toBe(true)
  })

  test('costs nobody else anything if the run is to go on', () => {
    const { run, told } = watched('stop-plugin')
    run.install(api => void api.onExit(() => boom('late')), 'a')
    run.machine.stop({ kind: 'exit', status: 0 })
    expect(run.run()).toEqual({ kind: 'exit', status: 0 })
    expect(told).toEqual(['a, onExit: boom late: ends-plugin'])
  })
})

test('two plugins that fail before the run can end are both told', () => {
  const { run, told } = watched()
  for (const name of ['a', 'b']) run.install(api => void api.onDiscon(Discon.All, () => boom(name)), name)
  expect(run.run()).toMatchObject({ kind: 'plugin-error', plugin: 'a' })
  expect(told).toEqual(['a, onDiscon: boom a: ends-run', 'b, onDiscon: boom b: nothing'])
})

test('an error of the last words of a plugin that leaves', () => {
  const { run, told } = watched()
  run.install(api => {
    api.onDiscon(Discon.All, () => void api.uninstall(() => boom('bye')))
  }, 'a')
  expect(run.run()).toMatchObject({ kind: 'plugin-error', plugin: 'a', callback: 'uninstall' })
  expect(told).toEqual(['a, uninstall: boom bye: ends-run'])
})

/** Where a callback can be given, and what tells of it. */
type Give = (api: PluginApi, callback: () => never) => void
const insns = (
  api: PluginApi,
  ask: (insn: Parameters<Parameters<PluginApi['onTranslate']>[0]>[0]['insns'][number]) => void,
): void => void api.onTranslate(tb => tb.insns.forEach(ask))
const places: readonly (readonly [string, Give])[] = [
  ['onExit', (api, callback) => api.onExit(callback)],
  ['onCpuInit', (api, callback) => api.onCpuInit(callback)],
  ['onCpuExit', (api, callback) => api.onCpuExit(callback)],
  ['onFlush', (api, callback) => api.onFlush(callback)],
  ['onDiscon', (api, callback) => api.onDiscon(Discon.All, callback)],
  ['onTranslate', (api, callback) => api.onTranslate(callback)],
  ['onEdge', (api, callback) => api.onEdge(callback)],
  ['onEdge', (api, callback) => api.onEdge(callback, undefined, 'deferred')],
  ['onExec', (api, callback) => insns(api, insn => insn.onExec(callback))],
  ['onExec', (api, callback) => insns(api, insn => insn.onExec(callback, 'deferred'))],
  ['onMemory', (api, callback) => insns(api, insn => insn.onMemory('both', callback))],
  ['onMemory', (api, callback) => insns(api, insn => insn.onMemory('both', callback, 'deferred'))],
  [
    'onBatch',
    (api, onBatch) => {
      const buffer = api.traceBuffer({ fields: ['pc'], onBatch })
      insns(api, insn => insn.trace(buffer))
    },
  ],
  ['uninstall', (api, callback) => api.onDiscon(Discon.All, () => void api.uninstall(callback))],
  ['reset', (api, callback) => api.onDiscon(Discon.All, () => void api.reset(callback))],
]

describe('a callback that returns a promise', () => {
  test.each(places)('%s: refused, and its rejection is told', async (where, give) => {
    const { run, told, codes } = watched()
    run.install(api => give(api, (() => Promise.reject(new Error('after'))) as unknown as () => never), 'a')
    expect(run.run()).toMatchObject({ kind: 'plugin-error', plugin: 'a', callback: where })
    await settled()
    expect([...new Set(told)]).toEqual([
      `a, ${where}: The callback of ${where} returned a promise: ends-run`,
      `a, the promise that ${where} returned: after: nothing`,
    ])
    expect(codes[0]).toBe('plugin/async-callback')
  })

  test('without types, async functions are refused when they are registered', () => {
    const { run } = watched()
    const asynchronous = (async () => {}) as unknown as () => never
    expect(() => run.install(api => api.onExit(asynchronous))).toThrow(
      expect.objectContaining({ code: 'plugin/async-callback' }),
    )
  })

  test('is an error of types; all else may be returned', () => {
    const types = (api: PluginApi): void => {
      // @ts-expect-error A promise.
      api.onExit(async () => {})
      // @ts-expect-error A promise.
      api.onDiscon(Discon.All, async ({ cpu }) => cpu)
      // @ts-expect-error A promise.
      api.onTranslate(tb => tb.onExec(async () => {}))
      // @ts-expect-error A promise, sometimes.
      api.onCpuIdle(cpu => (cpu > 0 ? Promise.resolve() : undefined))
      const seen = new Set<number>()
      api.onCpuIdle(cpu => seen.add(cpu))
      api.onCpuIdle(cpu => cpu > 1 && api.output(''))
      api.onDiscon(Discon.All, ({ from }) => from)
    }
    expect(types).toBeTypeOf('function')
  })
})

describe('an error outside of callbacks', () => {
  test('is that of the plugin it is said to be of', () => {
    const { run, host, told } = watched('stop-plugin')
    run.install(() => {}, 'a')
    host.stray('a', new Error('timer'))
    host.stray('a', new Error('again'))
    host.stray('nobody', new Error('unknown'))
    expect(run.run()).toEqual({ kind: 'exit', status: 0 })
    expect(told).toEqual([
      'a, a promise or timer: timer: ends-plugin',
      'a, a promise or timer: again: nothing',
    ])
  })

  test('turns a run that has ended well into a failed one', () => {
    for (const [status, ended] of [
      [0, { kind: 'plugin-error', plugin: 'a' }],
      [7, { kind: 'exit', status: 7 }],
    ] as const) {
      const { run, host } = watched()
      run.install(() => {}, 'a')
      run.machine.stop({ kind: 'exit', status })
      run.run()
      host.stray('a', new Error('timer'))
      expect(host.ended).toMatchObject(ended)
    }
  })
})
