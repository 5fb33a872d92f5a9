/** The ready plugins. */
import { fileURLToPath } from 'node:url'
import type { PluginDefinition } from '@guestscope/core'
import { asPluginDefinition } from '@guestscope/plugin-host'
import { noteOrigin } from './origin.ts'
import { contribPackage } from './ready.ts'

export { contribNames } from './ready.ts'

/** The ready plugin of that name, or undefined. */
export async function contribPlugin(name: string): Promise<PluginDefinition | undefined> {
  if (!/^[a-z\d-]+$/.test(name)) return undefined
  try {
    const found = await import(`${contribPackage}/${name}`)
    const plugin = asPluginDefinition(found.default, `Plugin ${name}`)
    noteOrigin(plugin, fileURLToPath(import.meta.resolve(`${contribPackage}/${name}`)))
    return plugin
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
    throw error
  }
}
