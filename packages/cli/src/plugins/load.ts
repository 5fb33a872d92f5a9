/** Finds plugins: ready ones, packages, files. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type PluginDefinition, PluginError } from '@guestscope/core'
import { asPluginDefinition } from '@guestscope/plugin-host'
import { messageOf, nearest } from '../errors.ts'
import { bridgePluginApi } from './bridge.ts'
import { contribNames, contribPlugin } from './contrib.ts'
import { noteOrigin } from './origin.ts'
import { quietly } from './quiet-load.ts'
import { resolvePackage } from './resolve-package.ts'

/** A path rather than a name: it has a directory or the extension of a script. */
export const isPath = (name: string): boolean =>
  /^\.{1,2}([/\\]|$)|^[/\\]|^[a-z]:[/\\]|\.[cm]?[jt]s$/i.test(name) ||
  (!name.startsWith('@') && /[/\\]/.test(name))

/**
 * The plugin called `name` on the command line. Throws a `PluginError` that says what is wrong with it. `doing`: see
 * `Host`.
 */
export async function loadPlugin(
  name: string,
  directory: string,
  doing: (what: string) => void = () => {},
): Promise<PluginDefinition> {
  if (isPath(name)) {
    const path = resolve(directory, name)
    if (!existsSync(path))
      throw new PluginError('plugin/not-found', `There is no plugin file '${name}'.`, 'Check the path.')
    doing(`plugin ${name} did not finish loading`)
    return importPlugin(`Plugin file '${name}'`, path)
  }
  const ready = await contribPlugin(name)
  if (ready !== undefined) return ready
  const path = resolvePackage(name, directory)
  if (path !== undefined) {
    doing(`plugin ${name} did not finish loading`)
    return importPlugin(`Package '${name}'`, path)
  }

  const known = contribNames()
  const near = nearest(name, known)
  const file = ['.ts', '.js', '.mjs']
    .map(extension => name + extension)
    .find(f => existsSync(join(directory, f)))
  const guess = near ?? (file === undefined ? undefined : `./${file}`)
  throw new PluginError(
    'plugin/not-found',
    `There is no plugin '${name}'.`,
    `${guess === undefined ? '' : `Did you mean '${guess}'? `}Ready plugins: ${known.join(', ')}; ` +
      'others are named by their package, or by the path of their .ts or .js file.',
  )
}

async function importPlugin(what: string, path: string): Promise<PluginDefinition> {
  bridgePluginApi()
  let exported: { readonly default?: unknown }
  try {
    exported = await quietly(() => import(pathToFileURL(path).href))
  } catch (error) {
    throw new PluginError('plugin/import-failed', `${what} cannot be loaded:`, importProblem(error, path), {
      cause: error,
    })
  }
  const plugin = asPluginDefinition(exported.default, what)
  noteOrigin(plugin, path)
  return plugin
}

/** What went wrong, and the remedy. */
function importProblem(error: unknown, path: string): string {
  const code = (error as { code?: unknown }).code
  const [message = ''] = messageOf(error).split('\n')
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && path.endsWith('ts'))
    return `Node ${process.version} does not run TypeScript. Use Node 22.18 or later, or compile the plugin to JavaScript.`
  if (code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
    return 'Node runs no TypeScript inside node_modules. The package has to ship JavaScript.'
  const place = placeOf(error, path)
  const hint =
    code === 'ERR_MODULE_NOT_FOUND'
      ? 'Install what it imports next to it.'
      : code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'
        ? 'Node only strips types: write no enum, namespace or parameter property.'
        : 'Mend the plugin, or leave it out.'
  return `${message.replace(/\.?$/, '.')}${place === undefined ? '' : ` (${place})`} ${hint}`
}

/** Where in the file: `file.ts:3:5` or `file.ts:3`. */
function placeOf(error: unknown, path: string): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const at = stack.indexOf(path)
  if (at < 0) return undefined
  return /^[^\n:]*(?::\d+){1,2}/.exec(stack.slice(at + path.length))?.[0].replace(/^/, path)
}
