/** Plugins of a run: loaded by name, installed into the machine, their outputs connected. */
import { dirname } from 'node:path'
import type { PluginDefinition } from '@guestscope/core'
import type { GuestMachine, PluginIo } from '@guestscope/machine'
import { type OptionInput, parsePluginRequest } from '@guestscope/plugin-host'
import type { RunOptions } from '../commands/options.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { problem } from '../report.ts'
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

/** The plugins of a run: what they may use of the host, and who is installed. */
export class RunPlugins {
  /** For the machine that is made before them. */
  readonly io: PluginIo
  readonly #host: Host
  readonly #outputPath: string | undefined
  #output: Pick<WritableFile, 'write'>
  readonly #installed: { readonly name: string; readonly file: string | undefined }[] = []

  constructor(host: Host, options: Pick<RunOptions, 'plugin-output' | 'plugin-errors'>) {
    this.#host = host
    this.#outputPath = options['plugin-output']
    this.#output = host.stderr
    this.io = {
      output: text => this.#output.write(text),
      openOutput: (path, { makeFolder = false } = {}, plugin = '') => {
        if (makeFolder) host.files.makeFolder(dirname(path))
        return host.files.create(path, `plugin ${plugin}`)
      },
      readFile: path => host.files.read(path, 'The file'),
      fileExists: path => host.files.exists(path),
      openInput: path => host.files.open(path),
      pluginErrors: options['plugin-errors'] ?? 'stop-run',
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
    }
  }

  /** Installs them. Throws an error for the user if one is refused. */
  install({ plugins: pluginHost }: GuestMachine, plugins: readonly Requested[]): void {
    if (this.#outputPath !== undefined)
      this.#output = this.#host.files.create(this.#outputPath, '--plugin-output')
    for (const { definition, options } of plugins) {
      try {
        pluginHost.install(definition, options)
        this.#installed.push({ name: pluginHost.names.at(-1) as string, file: originOf(definition) })
      } catch (error) {
        throw installFailure(definition.name, error)
      }
    }
  }

  /** Hears of an error that nothing has caught; false if it is no plugin's, as far as its stack tells. */
  stray({ plugins }: GuestMachine, error: unknown): boolean {
    const owner = ownerOf(error, this.#installed)
    if (owner !== undefined) plugins.stray(owner.name, error)
    return owner !== undefined
  }
}
