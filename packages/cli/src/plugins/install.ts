/** Plugins of a run: loaded by name, installed into the machine, their outputs connected. */
import {
  type Machine,
  type OptionInput,
  type PluginDefinition,
  PluginHost,
  parsePluginRequest,
} from '@guestscope/core'
import type { Host, WritableFile } from '../host/host.ts'
import type { SymbolTable } from '../run/symbols.ts'
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
  outputPath: string | undefined,
  symbols: () => SymbolTable,
): PluginHost {
  const output: Pick<WritableFile, 'write'> =
    outputPath === undefined ? host.stderr : host.files.create(outputPath)
  const pluginHost = new PluginHost(machine, {
    output: text => output.write(text),
    openOutput: path => host.files.create(path),
    symbol: address => symbols().at(address)?.name,
  })
  for (const { definition, options } of plugins) pluginHost.install(definition, options)
  return pluginHost
}
