import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkName } from './name.ts'

/** What the user can mend; the message says how. */
export class CreateError extends Error {
  override readonly name = 'CreateError'
}

/** What was made. */
export interface Created {
  /** The folder, below the one that was given. */
  readonly folder: string
  /** Name of the plugin, and of its file. */
  readonly plugin: string
  /** The files written, by name. */
  readonly files: readonly string[]
}

/** Writes the folder of the plugin `name` into `directory`. Throws a `CreateError` and writes nothing if it cannot be. */
export function createPlugin(directory: string, name: string): Created {
  const problem = checkName(name)
  if (problem !== undefined) throw new CreateError(problem)
  const folder = name.slice(name.indexOf('/') + 1)
  // Names of plugins have neither dots nor underscores.
  const plugin = folder.replaceAll(/[^a-z\d]+/g, '-').replaceAll(/^-|-$/g, '')
  const path = join(directory, folder)
  if (!isFree(path))
    throw new CreateError(`${folder} exists, and is no empty folder. Remove it, or take another name.`)

  mkdirSync(path, { recursive: true })
  const files = { 'package.json': packageJson(name, plugin), ...fromTemplate(plugin) }
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return { folder, plugin, files: Object.keys(files) }
}

function isFree(path: string): boolean {
  try {
    return readdirSync(path).length === 0
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return true
    if (code === 'ENOTDIR') return false
    throw error
  }
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** Name of the file → its name in `template/`. npm would leave out a `.gitignore`. */
const templates: Readonly<Record<string, string>> = {
  'README.md': 'README.md',
  'tsconfig.json': 'tsconfig.json',
  '.gitignore': 'gitignore',
}

function fromTemplate(plugin: string): Record<string, string> {
  const filled = (file: string): string => read(`template/${file}`).replaceAll('plugin-name', plugin)
  return {
    [`${plugin}.ts`]: filled('plugin.ts'),
    [`${plugin}.test.mjs`]: filled('plugin.test.mjs'),
    ...Object.fromEntries(Object.entries(templates).map(([file, template]) => [file, filled(template)])),
  }
}

/** The version range of a package that this one was published with. */
function rangeOf(name: string): string {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  const range = devDependencies[name] as string
  return range.startsWith('workspace:') ? '*' : range // the first in the repository only: packing writes versions
}

function packageJson(name: string, plugin: string): string {
  const api = { '@guestscope/plugin-api': rangeOf('@guestscope/plugin-api') }
  const content = {
    name,
    version: '0.1.0',
    description: 'A Guestscope plugin.',
    type: 'module',
    // What is published is JavaScript: Node strips no types inside node_modules.
    files: ['dist'],
    exports: `./dist/${plugin}.js`,
    scripts: {
      // Compiled: before version 22.18 Node runs no TypeScript.
      prestart: 'tsc',
      start: `guestscope run node_modules/guestscope/demo/demo-rv64.elf -p ./dist/${plugin}.js`,
      pretest: 'tsc',
      test: 'node --test',
      check: 'tsc --noEmit',
      build: 'tsc',
      prepack: 'tsc',
    },
    peerDependencies: api,
    devDependencies: { ...api, guestscope: rangeOf('guestscope'), typescript: '>=5.8' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}
