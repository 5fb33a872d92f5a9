/**
 * Authors who write JavaScript have no types: every method of the interface, each argument of it, and a value of every kind
 * that is none of those allowed gives a coded error, never one of the engine's.
 */

import {
  type Cell,
  Discon,
  type InsnHandle,
  type OptionSpecs,
  type PluginApi,
  PluginError,
  type TbHandle,
  type TraceBatch,
} from '@guestscope/core'
import { PluginHost } from '@guestscope/plugin-host'
import { describe, expect, test } from 'vitest'
import { toyRam } from '../../src/toy/toy.ts'
import { PluginRun } from './run.ts'

const nothing = (): void => {}
const values = {
  undefined: undefined,
  null: null,
  flag: true,
  text: 'x',
  empty: '',
  integer: 1,
  minus: -1,
  fraction: 0.5,
  nan: Number.NaN,
  huge: 2 ** 60,
  big: 1n,
  minusBig: -1n,
  hugeBig: 2n ** 64n,
  object: {},
  list: [],
  bytes: new Uint8Array(4),
  symbol: Symbol('s'),
  function: nothing,
  async: async () => {},
  asyncGenerator: async function* () {},
  generator: function* () {},
} as const satisfies Readonly<Record<string, unknown>>
type Name = keyof typeof values

/** An argument: one that is right, and the values of the list that are right, too. */
type Parameter = readonly [right: unknown, ...also: Name[]]
const optional = ([right, ...also]: Parameter): Parameter => [right, 'undefined', ...also]

const cpu: Parameter = [0]
const callback: Parameter = [nothing, 'function']
const text: Parameter = ['x', 'text', 'empty']
const path: Parameter = ['x', 'text']
const address: Parameter = [toyRam, 'big']
const length: Parameter = [4, 'integer']
const bytes: Parameter = [new Uint8Array(4), 'bytes']
const register: Parameter = ['r1']
const mask: Parameter = [Discon.All, 'integer', 'minus']
const kinds: Parameter = optional([['taken']])
const value64: Parameter = [1n, 'big', 'minusBig', 'hugeBig']
const constant: Parameter = [1, 'integer', 'minus', 'big', 'minusBig', 'hugeBig']
const access: Parameter = optional(['none'])
const anyObject: Parameter = [{}, 'object', 'list', 'bytes']

/** What is made for a plugin and given as an argument. */
interface Things {
  readonly cell: Cell
  readonly buffer: ReturnType<PluginApi['traceBuffer']>
}

/** Methods by name, with their arguments; `rest`: calling them rightly would end the test. */
type Table = Readonly<Record<string, (things: Things) => readonly Parameter[]>>

const apiTable: Table = {
  uninstall: () => [optional(callback)],
  reset: () => [optional(callback)],
  onExit: () => [callback],
  onCpuInit: () => [callback],
  onCpuExit: () => [callback],
  onCpuIdle: () => [callback],
  onCpuResume: () => [callback],
  onReset: () => [callback],
  onFlush: () => [callback],
  onDiscon: () => [mask, callback],
  countDiscons: () => [mask],
  onTranslate: () => [callback],
  onEdge: () => [callback, kinds, access],
  countEdges: () => [kinds],
  traceEdges: ({ buffer }) => [[buffer], kinds],
  traceBuffer: () => [[{ fields: ['pc'], onBatch: nothing }]],
  scoreboard: () => [text, ['y', 'text', 'empty']],
  freeScoreboard: () => [anyObject],
  registers: () => [],
  readRegister: () => [cpu, register],
  writeRegister: () => [cpu, register, value64],
  setPc: () => [cpu, address],
  privilege: () => [cpu],
  readMemory: () => [cpu, address, length],
  writeMemory: () => [cpu, address, bytes],
  readPhysical: () => [address, length],
  writePhysical: () => [address, bytes],
  translateAddress: () => [cpu, address, optional([true, 'flag'])],
  clock: () => [],
  requestTimeControl: () => [],
  output: () => [text],
  openOutput: () => [path, optional(anyObject)],
  readFile: () => [path],
  fileExists: () => [path],
  openInput: () => [path],
  yield: () => [],
  exit: () => [length, optional(text)],
}
/** Calling these rightly in between would end what is tested. */
const last = ['uninstall', 'reset', 'exit', 'setPc']

const blockTable: Table = {
  onExec: () => [callback, access],
  onExecIf: ({ cell }) => [[cell], ['=='], constant, callback, access],
  inlineAdd: ({ cell }) => [[cell], constant],
  inlineStore: ({ cell }) => [[cell], constant],
  trace: ({ buffer }) => [[buffer]],
}
const insnTable: Table = {
  ...blockTable,
  disassemble: () => [],
  symbol: () => [],
  onMemory: () => [['both'], callback, access],
  inlineAddMemory: ({ cell }) => [['both'], [cell], constant],
  inlineStoreMemory: ({ cell }) => [['both'], [cell], constant],
  traceMemory: ({ buffer }) => [['both'], [buffer]],
}
const cellTable: Table = {
  get: () => [[0]],
  set: () => [[0], value64],
  add: () => [[0], value64],
  sum: () => [],
}

type Callable = Readonly<Record<string, (...args: unknown[]) => unknown>>

/** Wrong calls that did not throw a coded error. */
function lapses(what: string, subject: object, table: Table, things: Things): string[] {
  const found: string[] = []
  for (const [method, parametersOf] of Object.entries(table)) {
    const parameters = parametersOf(things)
    const right = parameters.map(([value]) => value)
    const call = (args: readonly unknown[]): unknown => (subject as Callable)[method]?.(...args)
    parameters.forEach(([, ...also], i) => {
      for (const name of Object.keys(values) as Name[]) {
        if (also.includes(name)) continue
        // vCPU numbers: a table of one argument each would hide that 0 and 1 are both there.
        if (right[i] === 0 && name === 'integer') continue
        try {
          call(right.with(i, values[name]))
          found.push(`${what}.${method}: argument ${i} accepts ${name}`)
        } catch (error) {
          const coded = error instanceof PluginError && error.code.startsWith('plugin/')
          if (!coded) found.push(`${what}.${method}: argument ${i}, ${name}: ${error}`)
        }
      }
    })
    if (!last.includes(method))
      try {
        call(right)
      } catch (error) {
        found.push(`${what}.${method} refuses what is right: ${error}`)
      }
  }
  return found
}

const methodsOf = (prototype: object, internal: readonly string[] = []): string[] => {
  const names: string[] = []
  for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at))
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor' && !internal.includes(name)) names.push(name)
  return [...new Set(names)].sort()
}

const withFiles = (): PluginRun => {
  const run = new PluginRun({ tier: 0 }, { cpus: 2 })
  const host = new PluginHost(run.machine, {
    output: () => {},
    openOutput: () => ({ write: () => {} }),
    readFile: () => new Uint8Array(1),
    openInput: () => ({ read: limit => new Uint8Array(limit) }),
  })
  return Object.assign(run, { host })
}

const thingsOf = (api: PluginApi): Things => ({
  cell: api.scoreboard('cell').cell,
  buffer: api.traceBuffer({ fields: ['pc'], onBatch: nothing }),
})

describe('wrong arguments', () => {
  test('of the interface itself', () => {
    withFiles().install(api => {
      expect(Object.keys(apiTable).sort()).toEqual(methodsOf(api, ['freeCells', 'dropCounters']))
      expect(lapses('api', api, apiTable, thingsOf(api))).toEqual([])
    })
  })

  test('of blocks and instructions', () => {
    const run = withFiles()
    let translated = 0
    run.install(api => {
      const things = thingsOf(api)
      api.onTranslate(tb => {
        if (translated++ > 0) return
        const [insn] = tb.insns as [InsnHandle]
        expect(Object.keys(insnTable).sort()).toEqual(methodsOf(insn, ['check']))
        expect(Object.keys(blockTable).sort()).toEqual(methodsOf(tb, ['check']))
        expect(lapses('tb', tb, blockTable, things)).toEqual([])
        expect(lapses('insn', insn, insnTable, things)).toEqual([])
      })
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 20 })
    expect(translated).toBeGreaterThan(0)
  })

  test('of cells, counters, batches, time, files', () => {
    const run = withFiles()
    const seen: string[] = []
    run.install(api => {
      const things = thingsOf(api)
      const internal = ['checkUsable', 'release']
      expect(Object.keys(cellTable).sort()).toEqual(methodsOf(things.cell, internal))
      const counter = { get: () => [[0] as const], sum: () => [] }
      const control = { update: () => [[1000, 'integer', 'huge'] as const] }
      const output = { write: () => [['x', 'text', 'empty', 'bytes'] as const] }
      const input = { read: () => [[1, 'integer'] as const] }
      const record = { get: () => [[0], ['pc']] as const, number: () => [[0], ['pc']] as const }
      const subjects: [string, object | undefined, Table][] = [
        ['cell', things.cell, cellTable],
        ['counter', api.countEdges(), counter],
        ['counter', api.countDiscons(Discon.All), counter],
        ['control', api.requestTimeControl(), control],
        ['output', api.openOutput('x'), output],
        ['input', api.openInput('x'), input],
      ]
      for (const [what, subject, table] of subjects)
        expect(lapses(what, subject as object, table, things)).toEqual([])
      const look = (batch: TraceBatch<'pc'>): void =>
        void seen.push(...lapses('batch', batch, record, things))
      const buffer = api.traceBuffer({ fields: ['pc'], onBatch: look })
      api.onTranslate(tb => tb.trace(buffer))
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 20 })
    expect(seen).toEqual([])
  })

  test.each<[unknown, string]>([
    [{ fields: 'pc', onBatch: nothing }, "'pc' is not a list"],
    [{ fields: [Symbol('s')], onBatch: nothing }, 'no field a symbol'],
    [{ fields: ['pc'] }, 'onBatch: undefined is not a function'],
    [{ fields: ['pc'], onBatch: async () => {} }, 'async function'],
    [{ fields: ['pc'], onBatch: nothing, records: 16n }, '16n is not a number of records'],
  ])('of traceBuffer: %o', (options, message) => {
    withFiles().install(api => expect(() => api.traceBuffer(options as never)).toThrow(message))
  })
})

describe('cells', () => {
  const using: readonly (readonly [string, (n: Cell, tb: TbHandle, api: PluginApi) => unknown])[] = [
    ['get', n => n.get(0)],
    ['set', n => n.set(0, 1n)],
    ['add', n => n.add(0, 1n)],
    ['sum', n => n.sum()],
    ['inlineAdd', (n, tb) => tb.inlineAdd(n, 1)],
    ['inlineStore', (n, tb) => tb.inlineStore(n, 1)],
    ['onExecIf', (n, tb) => tb.onExecIf(n, '==', 1, nothing)],
    ['inlineAddMemory', (n, tb) => tb.insns[0]?.inlineAddMemory('both', n, 1)],
    ['freeScoreboard', (n, _, api) => api.freeScoreboard({ n })],
  ]
  test.each(using)('that were given back are refused: %s', (_, use) => {
    const run = withFiles()
    let tried = 0
    run.install(api => {
      const board = api.scoreboard('n')
      const { n } = board
      api.freeScoreboard(board)
      const next = api.scoreboard('next')
      api.onTranslate(tb => {
        if (tried++ > 0) return
        expect(() => use(n, tb, api)).toThrow("cell 'n' has been given back")
        next.next.add(0, 1n)
      })
      api.onExit(() => expect(next.next.sum()).toBe(1n))
    })
    expect(run.run()).toEqual({ kind: 'exit', status: 20 })
  })

  test('belong to their plugin, and their names are different', () => {
    const run = withFiles()
    let shared: Cell | undefined
    run.install(api => {
      shared = api.scoreboard('n').n
      expect(() => api.scoreboard('a', 'a')).toThrow("two cells are called 'a'")
    }, 'first')
    run.install(api => {
      expect(() => api.freeScoreboard({ n: shared as Cell })).toThrow('belongs to another plugin')
    }, 'second')
  })

  test('of a plugin that has left are not somebody else’s for those who share them', () => {
    const run = withFiles()
    let leave = nothing
    let shared: Cell | undefined
    run.install(api => {
      shared = api.scoreboard('n').n
      leave = () => void api.uninstall()
    }, 'first')
    let fresh: Cell | undefined
    run.install(api => {
      const n = shared as Cell
      let rounds = 0
      api.onTranslate(tb => {
        try {
          tb.inlineAdd(n, 1)
        } catch (error) {
          expect(error).toMatchObject({ code: 'plugin/argument' })
        }
      })
      api.onDiscon(Discon.All, () => {
        rounds++
        if (rounds === 5) leave()
        if (rounds === 6) fresh = api.scoreboard('fresh').fresh
      })
      api.onExit(() => expect(fresh?.sum()).toBe(0n))
    }, 'second')
    expect(run.run(50)).toEqual({ kind: 'exit', status: 20 })
  })
})

describe('descriptions of options', () => {
  const description = ''
  test.each<[unknown, string]>([
    ['by', "options is 'by', no object"],
    [[], 'options is a list, no object'],
    [{ n: undefined }, 'n: its description is undefined'],
    [{ n: { type: 'number' } }, 'n: description is not a text'],
    [{ n: { type: 'int', description } }, "n: type 'int' is none of: string, boolean, number, choice"],
    [{ n: { type: 'toString', description } }, "n: type 'toString' is none of"],
    [{ 'a=b': { type: 'string', description } }, 'a=b: names are lower case, with hyphens'],
    [{ N: { type: 'string', description } }, 'N: names are lower case'],
    [{ s: { type: 'string', description, default: 1 } }, 's: default: 1 is no text'],
    [{ s: { type: 'string', description, multiple: true, default: 'x' } }, 's: what may be given several'],
    [{ b: { type: 'boolean', description, default: 'on' } }, "b: default: 'on' is neither true nor false"],
    [{ n: { type: 'number', description, default: '1' } }, "n: default: '1' is no number"],
    [{ n: { type: 'number', description, minimum: 1n } }, 'n: minimum: 1n is no number'],
    [{ n: { type: 'number', description, minimum: 2, maximum: 1 } }, 'n: minimum 2 is above maximum 1'],
    [
      { n: { type: 'number', description, minimum: 2, default: 1 } },
      'n: default 1 is not from 2 to Infinity',
    ],
    [
      { n: { type: 'number', description, maximum: 2, default: 3 } },
      'n: default 3 is not from -Infinity to 2',
    ],
    [{ n: { type: 'number', description, integer: true, default: 0.5 } }, 'n: default 0.5 is no integer'],
    [{ n: { type: 'number', description, default: Number.NaN } }, 'n: default: NaN is no number'],
    [{ c: { type: 'choice', description } }, 'c: choices is no list of texts'],
    [{ c: { type: 'choice', description, choices: [] } }, 'c: choices is no list of texts'],
    [
      { c: { type: 'choice', description, choices: ['a'], default: 'b' } },
      "c: default 'b' is none of the choices: a",
    ],
  ])('%o', (options, message) => {
    const run = withFiles()
    const plugin = {
      name: 'p',
      description,
      apiVersion: 1,
      options: options as OptionSpecs,
      install: nothing,
    }
    expect(() => run.host.install(plugin)).toThrow(
      expect.objectContaining({ code: 'plugin/option-spec', message: expect.stringContaining(message) }),
    )
  })
})
