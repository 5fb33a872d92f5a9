/** Runs a test guest of target-riscv under ready plugins, and gives what each printed. */
import { readFileSync } from 'node:fs'
import { Machine, type MachineOptions, type PluginDefinition, stopStatus } from '@guestscope/core'
import { loadElf } from '@guestscope/images'
import { type OptionInput, PluginHost } from '@guestscope/plugin-host'
import { riscv64, virt64 } from '@guestscope/target-riscv'
import { guest } from './harness.ts'

export type Way = Pick<MachineOptions, 'tier' | 'hotThreshold' | 'batch' | 'tuning'>

/** Each tier, compiled as soon as possible. */
export const ways: readonly (readonly [string, Way])[] = [
  ['tier 0', { tier: 0 }],
  ['tier 1', { tier: 1, hotThreshold: 4, batch: 1 }],
  [
    'tier 2',
    { tier: 2, hotThreshold: 4, tuning: { batch: 1, sampleInterval: 1000, hotSamples: 1, waitForT2: true } },
  ],
]

/** For what is slow: tier 1 by itself is for the long tests. */
export const mostWays: typeof ways = ways.filter(([, { tier }]) => tier !== 1)

export interface PluginRun {
  /** What each plugin printed, in order. */
  readonly outputs: readonly string[]
  readonly files: ReadonlyMap<string, string>
  readonly status: number
  readonly machine: Machine
}

/** `name` as the file, without `.elf`. */
export function runPlugins(
  name: string,
  plugins: readonly (readonly [PluginDefinition, OptionInput?])[],
  way: Way = {},
  cpus = 1,
): PluginRun {
  const machine = new Machine({
    ...way,
    target: riscv64(),
    board: virt64,
    memoryBytes: 64 << 20,
    cpus,
    console: { write: () => {} },
    semihosting: false,
    image: loadElf(readFileSync(guest(name))),
  })
  const outputs = plugins.map(() => '')
  const files = new Map<string, string>()
  const host = new PluginHost(machine, {
    output: () => {},
    openOutput: path => ({
      write: data => files.set(path, (files.get(path) ?? '') + String(data)),
    }),
  })
  for (const [i, [definition, options]] of plugins.entries())
    host.install(
      withOutput(definition, text => {
        outputs[i] += text
      }),
      options,
    )
  // Samples, from which tier 2 is made, are taken between pieces of the run.
  while (machine.run(2000) === 'running');
  const reason = host.finish(machine.stopReason ?? { kind: 'exit', status: -1 })
  return { outputs, files, status: stopStatus(reason), machine }
}

/** The plugin, its output led elsewhere. */
function withOutput(definition: PluginDefinition, output: (text: string) => void): PluginDefinition {
  const install: PluginDefinition['install'] = (api, options) =>
    definition.install(
      new Proxy(api, {
        get: (target, key) => {
          if (key === 'output') return output
          const value: unknown = Reflect.get(target, key)
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
      options,
    )
  return { ...definition, install }
}
