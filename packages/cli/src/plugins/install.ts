/** Plugins of a run: loaded by name, installed into the machine, their outputs connected. */
import {
  type Machine,
  type OptionInput,
  type PluginDefinition,
  PluginError,
  PluginHost,
  parsePluginRequest,
} from '@guestscope/core'
import type { RunOptions } from '../commands/options.ts'
import { CommandError, isUserError } from '../errors.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { problem } from '../report.ts'
import { type ProgramFile, programForPlugins } from '../run/image.ts'
import type { SymbolTable } from '../run/symbols.ts'
import { describeFailure, failureHint } from './failure.ts'
import { loadPlugin } from './load.ts'

/** A plugin that the user asked for. */
export interface Requested {
  readonly definition: PluginDefinition
  readonly options: OptionInput
}

/** Loads what `--plugin` names, in order. */
export async function loadPlugins(requests: readonly string[], directory: string): Promise<Requested[]> {
  const loaded: Requested[] = []
  for (const request of requests.map(parsePluginRequest))
    loaded.push({ definition: await loadPlugin(request.name, directory), options: request.options })
  return loaded
}

/** Installs them. Throws a `PluginError` if one is refused. */
export function installPlugins(
  host: Host,
  machine: Machine,
  plugins: readonly Requested[],
  options: Pick<RunOptions, 'plugin-output' | 'plugin-errors'>,
  program: ProgramFile,
  symbols: () => SymbolTable,
): PluginHost {
  const outputPath = options['plugin-output']
  const output: Pick<WritableFile, 'write'> =
    outputPath === undefined ? host.stderr : host.files.create(outputPath)
  const pluginErrors = options['plugin-errors'] ?? 'stop-run'
  const pluginHost = new PluginHost(machine, {
    output: text => output.write(text),
    openOutput: path => host.files.create(path),
    readFile: path => host.files.read(path, 'The file'),
    fileExists: path => host.files.exists(path),
    openInput: path => host.files.open(path),
    program: programForPlugins(program),
    symbol: address => symbols().at(address)?.name,
    pluginErrors,
    onError: ({ plugin, callback, error }) => {
      if (pluginErrors === 'stop-plugin')
        problem(
          host.stderr,
          `${describeFailure(plugin, callback, error)} The run goes on without it.`,
          'plugin/stopped',
        )
    },
  })
  for (const { definition, options } of plugins) {
    try {
      pluginHost.install(definition, options)
    } catch (error) {
      throw installError(definition.name, error)
    }
  }
  return pluginHost
}

/** A plugin's own error gets its place, ours (such as a file that cannot be created) the plugin's name. */
function installError(name: string, error: unknown): unknown {
  if (!(error instanceof PluginError) || error.code !== 'plugin/install-failed') return error
  const { cause } = error
  if (!isUserError(cause))
    return new CommandError(error.code, describeFailure(name, 'install', cause), failureHint, { cause })
  const problem = cause.message.slice(0, -cause.hint.length).trimEnd()
  return new CommandError(cause.code, `Plugin ${name}: ${problem}`, cause.hint, { cause })
}
