/**
 * Mutated files in the readers of the command and of the ready plugins: gzip, what `--bios`, `--kernel` and `--load`
 * name, debug information. The readers of core have a test of their own, images/test/fuzz.test.ts. GUESTSCOPE_LONG=1:
 * ten times as many.
 */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { OutputFile, PluginApi, PluginDefinition } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { cflow, coverage, ftrace } from '@guestscope/plugins-contrib'
import { fuzz } from '@guestscope/testkit'
import { describe, expect, test } from 'vitest'
import type { RunOptions } from '../src/commands/options.ts'
import type { Host } from '../src/host/host.ts'
import { NodeFiles } from '../src/host/node-files.ts'
import { openStart } from '../src/run/start.ts'
import { armGuest, contribGuest, guest } from './harness.ts'

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

  const boot = (part: string): Uint8Array =>
    new Uint8Array(readFileSync(new URL(`guests/boot-${part}-rv64.elf`, import.meta.url)))
  const raw = (file: Uint8Array): Uint8Array => loadElf(file).segments[0]?.bytes ?? file
  const kernels = [boot('kernel'), raw(boot('kernel'))]

  /** Starts from these files; `x` is what is wrong. */
  async function starts(x: Uint8Array, options: Partial<RunOptions>): Promise<void> {
    const files = new NodeFiles()
    const contents: Record<string, Uint8Array> = { x, bios: boot('bios') }
    files.read = path => contents[path] as Uint8Array
    const memory = 8 << 20
    const start = await openStart({ files } as Partial<Host> as Host, undefined, {
      bios: 'bios',
      memory,
      load: [],
      ...options,
    } as Partial<RunOptions> as RunOptions)
    const bytes = start.image.segments.reduce((sum, segment) => sum + segment.bytes.length, 0)
    expect(bytes).toBeLessThanOrEqual(memory + x.length)
  }
  /** `fuzz` for what takes its time: the errors come later. */
  async function fuzzed(
    files: readonly Uint8Array[],
    read: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const all: Uint8Array[] = []
    fuzz(files, rounds, bytes => void all.push(bytes))
    for (const [i, bytes] of all.entries()) {
      const error = await read(bytes).then(
        () => undefined,
        (thrown: unknown) => thrown as { code?: unknown; hint?: unknown },
      )
      const coded = typeof error?.code === 'string' && typeof error.hint === 'string'
      if (error !== undefined && !coded) throw new Error(`seed ${i + 1}: ${String(error)}`, { cause: error })
    }
  }

  test('kernels', () => fuzzed(kernels, x => starts(x, { kernel: 'x' })), patience)
  test(
    'gzip',
    () => {
      const packed = [...kernels, new Uint8Array(9 << 20)].map(
        file => new Uint8Array(gzipSync(file, { level: 1 })),
      )
      return fuzzed(packed, x => starts(x, { kernel: 'x' }))
    },
    patience,
  )
  test(
    'files beside',
    () => {
      const files = [guest('hello-rv64'), armGuest('hello-microbit')].map(
        path => new Uint8Array(readFileSync(path)),
      )
      let n = 0
      return fuzzed([...files, ...kernels], x => {
        const address = n++ % 2 === 0 ? {} : { address: 2n ** BigInt(n % 65) }
        return starts(x, { load: [{ path: 'x', ...address }] })
      })
    },
    patience,
  )
})
