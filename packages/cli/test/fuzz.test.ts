/**
 * Mutated files in the readers of the ready plugins: debug information. Those of programs have tests of their own,
 * images/test/fuzz.test.ts and machine/test/fuzz.test.ts. GUESTSCOPE_LONG=1: ten times as many.
 */
import { readFileSync } from 'node:fs'
import type { OutputFile, PluginApi, PluginDefinition } from '@guestscope/core'
import { cflow, coverage, ftrace } from '@guestscope/plugins-contrib'
import { fuzz } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import { contribGuest } from './harness.ts'

const long = process.env.GUESTSCOPE_LONG !== undefined
const [rounds, patience] = long ? [5000, 600_000] : [500, 60_000]

const withLines = [
  'lines-dwarf5-rv64',
  'lines-dwarf4-rv64',
  'lines-dwarf4-rv32',
  'lines-dwarf5-arm',
  'lines-dwarf3-arm',
].map(name => new Uint8Array(readFileSync(contribGuest(name))))

/** Installs a plugin for a file, ends the run, and gives the letters that it wrote. */
function written(plugin: PluginDefinition, file: Uint8Array): number {
  let letters = 0
  const output: OutputFile = {
    write: data => {
      letters += data.length
    },
  }
  let end = (): void => {}
  const nothing = { dispose: () => {} }
  const cell = { get: () => 0n, set: () => {}, add: () => {}, sum: () => 0n }
  const api: Partial<PluginApi> = {
    cpus: 1,
    program: undefined,
    registers: () => [],
    readRegister: () => 0n,
    clock: () => 0,
    privilege: () => ({ level: 3, name: 'M' }),
    scoreboard: (...names) =>
      Object.fromEntries(names.map(name => [name, { name, ...cell }])) as ReturnType<PluginApi['scoreboard']>,
    onTranslate: () => nothing,
    onDiscon: () => nothing,
    onEdge: () => nothing,
    onExit: callback => {
      end = callback
      return nothing
    },
    output: output.write,
    openOutput: () => output,
    readFile: () => file,
    fileExists: () => true,
  }
  const options: Record<string, unknown> = { elf: ['x.elf'] }
  for (const [name, spec] of Object.entries(plugin.options ?? {}))
    options[name] ??= spec.default ?? (spec.type === 'string' && spec.multiple ? [] : undefined)
  plugin.install(api as PluginApi, options as never)
  end()
  return letters
}

describe('mutated files', () => {
  test(
    'debug information',
    () =>
      fuzz(withLines, rounds, file => {
        // A record per line of each file, whose path may be as long as the table of texts.
        expect(written(coverage, file)).toBeLessThan(200 * file.length + 2 ** 23)
      }),
    patience,
  )

  test.each([cflow, ftrace])(
    'symbols: $name',
    plugin =>
      fuzz(withLines, rounds / 5, file => {
        expect(written(plugin, file)).toBeLessThan(200 * file.length + 2 ** 23)
      }),
    patience,
  )
})
