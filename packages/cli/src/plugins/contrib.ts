/** The ready plugins: the subpath exports of `@guestscope/plugins-contrib`, and no list besides. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { asPluginDefinition, type PluginDefinition } from '@guestscope/core'
import { noteOrigin } from './origin.ts'

const packageName = '@guestscope/plugins-contrib'

/** Names of all. */
export function contribNames(): string[] {
  const path = fileURLToPath(import.meta.resolve(`${packageName}/package.json`))
  const { exports } = JSON.parse(readFileSync(path, 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports)
    .filter(key => key !== '.' && key !== './package.json')
    .map(key => key.slice(2))
}

/** The ready plugin of that name, or undefined. */
export async function contribPlugin(name: string): Promise<PluginDefinition | undefined> {
  if (!/^[a-z\d-]+$/.test(name)) return undefined
  try {
    const found = await import(`${packageName}/${name}`)
    const plugin = asPluginDefinition(found.default, `Plugin ${name}`)
    noteOrigin(plugin, fileURLToPath(import.meta.resolve(`${packageName}/${name}`)))
    return plugin
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
    throw error
  }
}
