/** Names of the ready plugins: the subpath exports of `@guestscope/plugins-contrib`, and no list besides. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const contribPackage = '@guestscope/plugins-contrib'

/** Names of all. */
export function contribNames(): string[] {
  const path = fileURLToPath(import.meta.resolve(`${contribPackage}/package.json`))
  const { exports } = JSON.parse(readFileSync(path, 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports)
    .filter(key => key !== '.' && key !== './package.json')
    .map(key => key.slice(2))
}
