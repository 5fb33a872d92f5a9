/** Where plugins come from, and whose code a stack of calls shows. */
import { realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PluginDefinition } from '@guestscope/core'

const files = new WeakMap<PluginDefinition, string>()

/** The plugin was loaded from this file. */
export function noteOrigin(plugin: PluginDefinition, file: string): void {
  try {
    files.set(plugin, realpathSync(file))
  } catch {
    // Loaded, but gone since: its errors lack a name at the most.
  }
}

/** The file that a plugin was loaded from, as stacks name it. */
export function originOf(plugin: PluginDefinition): string | undefined {
  return files.get(plugin)
}

/** A line of code in a stack. */
export interface Place {
  readonly file: string
  /** `file:line:column` */
  readonly text: string
}

/** The lines of code that an error came through, innermost first. */
export function placesOf(error: unknown): Place[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  return stack.split('\n').flatMap(line => {
    const found = /(?:\(|at (?:async )?)(file:\/\/\/[^()]+|\/[^()]+|[A-Za-z]:\\[^()]+)(:\d+:\d+)\)?$/.exec(
      line,
    )
    if (found === null) return []
    const [, name = '', position = ''] = found
    const file = name.startsWith('file:') ? fileURLToPath(name) : name
    return [{ file, text: file + position }]
  })
}

/** Packages whose code is no plugin's, wherever they lie; ready plugins are plugins. */
const packages = [
  'guestscope',
  ...['codegen', 'core', 'devices', 'images', 'plugin-api', 'plugin-host'].map(name => `@guestscope/${name}`),
]
let folders: string[] | undefined

/** Is it code of Guestscope itself: sources, or what is published? */
export function isOurs({ file }: Place): boolean {
  folders ??= packages.flatMap(name => {
    const root = dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)))
    return ['src', 'lib', 'dist'].map(folder => join(root, folder) + sep)
  })
  return folders.some(folder => file.startsWith(folder))
}

/** The plugin whose code an error came through: by its file, else by its folder if that is of one plugin alone. */
export function ownerOf<Plugin extends { readonly file: string | undefined }>(
  error: unknown,
  plugins: readonly Plugin[],
): Plugin | undefined {
  const places = placesOf(error).filter(place => !isOurs(place))
  for (const { file } of places) {
    const owner = plugins.find(plugin => plugin.file === file)
    if (owner !== undefined) return owner
  }
  for (const { file } of places) {
    const near = plugins.filter(
      plugin => plugin.file !== undefined && file.startsWith(dirname(plugin.file) + sep),
    )
    if (new Set(near.map(plugin => plugin.file)).size === 1) return near[0]
  }
  return undefined
}
