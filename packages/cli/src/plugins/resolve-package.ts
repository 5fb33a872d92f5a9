import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The main file of a package, as seen from the user's directory, else from here; undefined if there is none. */
export function resolvePackage(name: string, directory: string): string | undefined {
  if (!/^(@[^/\\]+\/)?[^@/\\.][^/\\]*$/.test(name)) return undefined
  return mainFile(name, directory) ?? mainFile(name, dirname(fileURLToPath(import.meta.url)))
}

function mainFile(name: string, from: string): string | undefined {
  const require = createRequire(join(from, 'x.js'))
  try {
    const found = require.resolve(name)
    return found.includes(name) && existsSync(found) ? found : undefined
  } catch (error) {
    // For `import` alone: look up its exports ourselves.
    if ((error as { code?: unknown }).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined
  }
  for (const folder of require.resolve.paths(name) ?? []) {
    const root = join(folder, name)
    if (!existsSync(join(root, 'package.json'))) continue
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports?: Exports }
    const file = importTarget(
      typeof exports === 'object' && exports !== null && '.' in exports ? exports['.'] : exports,
    )
    if (file !== undefined) return join(root, file)
  }
  return undefined
}

type Exports = string | { readonly [condition: string]: Exports } | null | undefined

function importTarget(exports: Exports): string | undefined {
  if (typeof exports === 'string') return exports
  for (const [condition, target] of Object.entries(exports ?? {})) {
    const found = ['node', 'import', 'default'].includes(condition) ? importTarget(target) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
