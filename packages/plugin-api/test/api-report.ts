/** The public contract in one text: every export of the package with its declaration, without comments and bodies. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = join(import.meta.dirname, '../..')

/** All source files of a folder. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

const withoutComments = (text: string): string =>
  text.replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '').replaceAll(/^\s*\/\/.*\n/gm, '')

/** Names that the package exports, in the order of the alphabet: its own, and all of core's events. */
export function exportedNames(): string[] {
  const indexes = ['plugin-api/src/index.ts', 'core/src/events/index.ts'].map(file =>
    withoutComments(readFileSync(join(packages, file), 'utf8')),
  )
  const lists = indexes.flatMap(index =>
    [...index.matchAll(/export (type )?\{([^}]*)\}/g)].map(([, , names]) => names ?? ''),
  )
  return lists
    .flatMap(names => names.split(','))
    .map(name => name.replace('type ', '').trim())
    .filter(name => name !== '')
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}

/** The declaration that begins on a line: up to the next line that is not indented and closes nothing. */
function declarationAt(lines: readonly string[], first: number): string {
  let end = first + 1
  while (end < lines.length && /^(\s+\S|[})\]])/.test(lines[end] ?? '')) end++
  return lines.slice(first, end).join('\n').trimEnd()
}

/** What a function does is no part of the contract. */
const withoutBodies = (text: string): string =>
  text.replaceAll(/(\)|\): [^{}\n]+) \{\n(?:\s+(?:this|super|return|if)\b.*\n)+\s*\}/g, '$1')

/** The report. */
export function apiReport(): string {
  const files = ['core/src/events', 'images/src', 'plugin-api/src'].flatMap(folder =>
    sources(join(packages, folder)),
  )
  const texts = files.map(file => withoutComments(readFileSync(file, 'utf8')).split('\n'))
  const found = exportedNames().map(name => {
    const pattern = new RegExp(`^export (abstract )?(interface|type|const|class|function) ${name}\\b`)
    for (const lines of texts) {
      const at = lines.findIndex(line => pattern.test(line))
      if (at >= 0) return withoutBodies(declarationAt(lines, at))
    }
    throw new Error(`nobody declares ${name}`)
  })
  return [
    '# Public contract of @guestscope/plugin-api',
    '',
    'Made from the sources; a test keeps it true. A change here is a change for the authors of plugins: it needs a changeset,',
    'and, if it breaks them, a new number in `apiVersions`.',
    '',
    '```ts',
    found.join('\n\n'),
    '```',
    '',
  ].join('\n')
}
