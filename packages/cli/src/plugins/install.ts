/** Plugins of a run: loaded by name, installed into the machine, their outputs connected. */
import { dirname } from 'node:path'
import type { Machine, PluginDefinition } from '@guestscope/core'
import { type OptionInput, PluginHost, parsePluginRequest } from '@guestscope/plugin-host'
import type { RunOptions } from '../commands/options.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { problem } from '../report.ts'
import { type ProgramFile, programForPlugins } from '../run/image.ts'
import type { SymbolTable } from '../run/symbols.ts'
import { installFailure, pluginFailure } from './failure.ts'
import { loadPlugin } from './load.ts'
import { originOf, ownerOf } from './origin.ts'

/** A plugin that the user asked for. */
export interface Requested {
  readonly definition: PluginDefinition
  readonly options: OptionInput
}

/** Loads what `--plugin` names, in order. */
export async function loadPlugins(requests: readonly string[], host: Host): Promise<Requested[]> {
  const { directory, doing = () => {} } = host
  const loaded: Requested[] = []
  for (const { name, options } of requests.map(parsePluginRequest)) {
    loaded.push({ definition: await loadPlugin(name, directory, doing), options })
    doing('')
  }
  return loaded
}

/** Plugins that are installed. */
export interface Plugins {
  readonly host: PluginHost
  /** Hears of an error that nothing has caught; false if it is no plugin's, as far as its stack tells. */
  stray(error: unknown): boolean
}

/** Installs them. Throws an error for the user if one is refused. */
export function installPlugins(
  host: Host,
  machine: Machine,
  plugins: readonly Requested[],
  options: Pick<RunOptions, 'plugin-output' | 'plugin-errors'>,
  program: ProgramFile,
  symbols: () => SymbolTable,
): Plugins {
  const outputPath = options['plugin-output']
  const output: Pick<WritableFile, 'write'> =
    outputPath === undefined ? host.stderr : host.files.create(outputPath, '--plugin-output')
  const pluginErrors = options['plugin-errors'] ?? 'stop-run'
  const pluginHost = new PluginHost(machine, {
    output: text => output.write(text),
    openOutput: (path, { makeFolder = false } = {}, plugin = '') => {
      if (makeFolder) host.files.makeFolder(dirname(path))
      return host.files.create(path, `plugin ${plugin}`)
    },
    readFile: path => host.files.read(path, 'The file'),
    fileExists: path => host.files.exists(path),
    openInput: path => host.files.open(path),
    program: programForPlugins(program),
    symbol: address => symbols().at(address)?.name,
    pluginErrors,
    calling: (plugin, callback) =>
      host.doing?.(plugin === undefined ? '' : `plugin ${plugin} did not return from ${callback}`),
    onError: ({ plugin, callback, error, outcome }) => {
      // Whoever reads the reason of the end tells of it.
      if (outcome === 'ends-run') return
      const { message, code, hint } = pluginFailure(plugin, callback, error)
      if (outcome === 'nothing') problem(host.stderr, message, code)
      else
        problem(
          host.stderr,
          `${message.slice(0, -hint.length)}The run goes on without it.`,
          code === 'plugin/threw' ? 'plugin/stopped' : code,
        )
    },
  })
  const installed: { readonly name: string; readonly file: string | undefined }[] = []
  for (const { definition, options } of plugins) {
    try {
      pluginHost.install(definition, options)
      installed.push({ name: pluginHost.names.at(-1) as string, file: originOf(definition) })
    } catch (error) {
      throw installFailure(definition.name, error)
    }
  }
  return {
    host: pluginHost,
    stray(error) {
      const owner = ownerOf(error, installed)
      if (owner !== undefined) pluginHost.stray(owner.name, error)
      return owner !== undefined
    },
  }
}
