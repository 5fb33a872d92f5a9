/**
 * Every ready plugin with each of its options at the default, at its limits, and at values that are wrong: the run ends
 * well, or the plugin is refused in one paragraph with a code. The table comes from the descriptions of the options.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OptionSpec, PluginDefinition } from '@guestscope/core'
import * as contrib from '@guestscope/plugins-contrib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contribGuest, type Outcome, runAll } from './harness.ts'

const plugins = Object.values(contrib).filter(
  (value): value is PluginDefinition => typeof value === 'object' && 'install' in value,
)

/** What plugins cannot do without, besides the option under test. */
const needed: Readonly<Record<string, string>> = {
  lockstep: 'against=ref.log',
  stoptrigger: 'icount=100',
}

/** Texts by option: right, and wrong. Others take any text. */
const files = { right: ['in.elf'], wrong: ['none.elf', 'text.txt', '.', ''] }
const outputs = { right: ['written'], wrong: ['no/where', 'folder', ''] }
const texts: Readonly<
  Record<string, { readonly right: readonly string[]; readonly wrong: readonly string[] }>
> = {
  out: outputs,
  elf: files,
  against: { right: ['ref.log'], wrong: ['none.log', 'text.txt', 'folder', ''] },
  names: { right: ['sp', 'a0:a1'], wrong: ['sp:x99', ':', ''] },
  ignore: { right: ['a0'], wrong: ['x99', ''] },
  reg: { right: ['a?', 'pc'], wrong: ['x99', ''] },
  afilter: { right: ['0x80000000', '80000000'], wrong: ['here', '0x', ''] },
  icount: { right: ['1', '10:3'], wrong: ['0', '1:256', '-1', 'x', ''] },
  addr: { right: ['0x80000000', '0x80000004:3'], wrong: ['0x', '1:x', 'x', ''] },
  count: { right: ['integer', '!integer'], wrong: ['no-class', ''] },
}
/** Options that mean something else for one plugin. */
const special: Readonly<Record<string, (typeof texts)[string]>> = {
  'ftrace,out': { right: ['written'], wrong: ['no/where', ''] },
}

interface Case {
  readonly options: string
  /** Must it be refused? Undefined: as the plugin likes, with a code. */
  readonly refused: boolean | undefined
}

/** Everything for every option; else what the checks of a type refuse is tried on the first option of the type. */
const long = process.env.GUESTSCOPE_LONG === '1'
const tried = new Set<string>()

/** Values to give an option. */
function casesOf(plugin: string, name: string, spec: OptionSpec): Case[] {
  const all = (values: readonly (string | number | undefined)[], refused: boolean | undefined): Case[] =>
    values.flatMap(value => (value === undefined ? [] : [{ options: `${name}=${value}`, refused }]))
  const garbage = long || !tried.has(spec.type)
  tried.add(spec.type)
  const twice = (value: string): Case[] =>
    garbage ? [{ options: `${name}=${value},${name}=${value}`, refused: true }] : []
  switch (spec.type) {
    case 'boolean':
      return [
        ...all(long ? ['on', 'off'] : [spec.default === true ? 'off' : 'on'], undefined),
        ...(garbage ? [{ options: name, refused: undefined }] : []),
        ...all(garbage ? ['perhaps', ''] : [], true),
        ...twice('on'),
      ]
    case 'choice':
      return [
        ...all(
          spec.choices.filter(choice => long || choice !== spec.default),
          undefined,
        ),
        ...all(garbage ? ['none', ''] : [], true),
        ...twice(spec.choices[0] ?? ''),
      ]
    case 'number': {
      const { minimum = -1e9, maximum = Number.MAX_SAFE_INTEGER } = spec
      const known = long ? [spec.default, minimum, maximum, minimum + 1] : [minimum, maximum]
      const wrong = [
        spec.minimum !== undefined ? minimum - 1 : undefined,
        spec.maximum !== undefined ? maximum + 1 : undefined,
        spec.integer ? 0.5 : undefined,
      ]
      return [
        ...all([...new Set(known)], undefined),
        ...all([...wrong, ...(garbage ? ['few', '1n', 'NaN', 'Infinity', '', '0x'] : [])], true),
        ...twice(`${minimum}`),
      ]
    }
    case 'string': {
      const { right, wrong } = special[`${plugin},${name}`] ??
        texts[name] ?? { right: ['anything', 'ümlaut', 'a,,b'], wrong: [''] }
      const list = spec.multiple === true ? [`${right[0]},${name}=${right[0]}`] : []
      const defaults = spec.default === undefined ? [] : [spec.default]
      return [
        ...all([...right, ...list, ...defaults], false),
        ...all(wrong, true),
        ...(list.length ? [] : twice(`${right[0]}`)),
      ]
    }
  }
}

const guest = contribGuest('lines-dwarf5-rv64')
let directory = ''
let outcomes: ReadonlyMap<string, Outcome>

const key = (plugin: string, options: string): string => [plugin, options].filter(Boolean).join()
/** The plugin as it is asked for: a needed option stands first, unless it is the one under test. */
function request(plugin: string, options: string): string {
  const own = needed[plugin] ?? ''
  const [name = ''] = own.split('=')
  return [plugin, options.startsWith(`${name}=`) ? '' : own, options].filter(Boolean).join()
}
const table = plugins.map(({ name, options = {} }) => ({
  name,
  cases: [
    { options: '', refused: undefined },
    ...Object.entries(options).flatMap(([option, spec]) => casesOf(name, option, spec)),
  ],
}))

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'guestscope-options-'))
  mkdirSync(join(directory, 'folder'))
  copyFileSync(guest, join(directory, 'in.elf'))
  writeFileSync(join(directory, 'text.txt'), 'This is no program and no log.\n')
  const requests = table.flatMap(({ name, cases }) =>
    cases.map(({ options }) => [key(name, options), request(name, options)] as const),
  )
  const log = { args: ['run', guest, '-p', 'exec-log,out=ref.log'] }
  // A plugin that slows the guest down is not waited for.
  const runs = requests.map(([, plugin]) => ({ args: ['run', guest, '--timeout', '0.5', '-p', plugin] }))
  const [, ...results] = runAll([log, ...runs], directory)
  outcomes = new Map(requests.map(([name], i) => [name, results[i] as Outcome]))
}, 600_000)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Statuses: `ips` and logs of all registers may come to the limit of time, `lockstep` to a difference. */
const statuses: Readonly<Record<string, readonly number[]>> = {
  ips: [0, 124],
  'exec-log': [0, 124],
  stoptrigger: [0, 3],
  lockstep: [0, 1],
}
const well = (plugin: string): readonly number[] => statuses[plugin] ?? [0]

describe.each(table)('$name', ({ name, cases }) => {
  test.each(cases)('$options', ({ options, refused }) => {
    const { status, stderr } = outcomes.get(key(name, options)) as Outcome
    expect(stderr).not.toMatch(/fault of Guestscope|threw an error/)
    const paragraph = /^guestscope: [^\n]+ \([a-z-]+\/[a-z-]+\)\n$/
    const ended = well(name).includes(status ?? -1)
    if (refused !== false && !ended) {
      expect(stderr).toMatch(paragraph)
      expect([0, 1, 70, null]).not.toContain(status)
    } else expect([status, stderr]).toEqual([expect.toSatisfy(() => ended), stderr])
    if (refused === true) expect(stderr).toMatch(paragraph)
  })
})

test('what is written by default is where it is said to be', () => {
  const written = readdirSync(directory)
  for (const file of ['lcov.info', 'guestscope.drcov', 'guestscope.etrace', 'trace.json', 'uftrace.data'])
    expect(written).toContain(file)
  expect(readdirSync(join(directory, 'uftrace.data')).sort()).toContain('task.txt')
})
