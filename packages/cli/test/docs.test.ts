/**
 * The documentation keeps its word: the README's plugin is the example and runs, links lead somewhere, and tables that
 * say what the code says too are made of it. To write those tables anew:
 *
 *     UPDATE_DOCS=1 pnpm --filter guestscope exec vitest run docs
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { allowedValues, type OptionSpec } from '@guestscope/core'
import * as contrib from '@guestscope/plugins-contrib'
import { describe, expect, test } from 'vitest'
import type { FlagSpec, ValueSpec } from '../src/args/spec.ts'
import { commands } from '../src/commands/table.ts'
import { statusMeanings } from '../src/exit-status.ts'

const root = resolve(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync(['docs/**/*.md', 'packages/*/README.md', 'packages/*/{test,test/*,guests,demo}/README.md'], {
    cwd: root,
  }),
].sort()

/** Code blocks that begin with ```ts. */
const codeOf = (page: string): string[] =>
  [...read(page).matchAll(/^```ts\n(.*?)^```$/gms)].map(found => found[1] as string)

describe('the example', () => {
  const example = 'examples/count-blocks.ts'

  test.each(['README.md', 'docs/plugins.md'])('%s shows it as it is', page => {
    expect(codeOf(page)[0]).toBe(read(example))
  })

  const guest = join(root, 'packages/target-riscv/test/guests/elf/hello-rv64.elf')
  const runs = (directory: string, plugin: string): void => {
    const command = [join(root, 'packages/cli/bin/workspace.js'), 'run', guest, '-p', plugin]
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: directory,
      encoding: 'utf8',
      input: '',
    })
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Hello from a RISC-V guest.\n' })
    expect(stderr).toMatch(/^[1-9]\d* blocks\n$/)
  }

  test('runs from the repository', () => runs(root, `./${example}`))

  test('runs from anywhere', () => {
    const directory = mkdtempSync(join(tmpdir(), 'guestscope-'))
    try {
      copyFileSync(join(root, example), join(directory, 'plugin.ts'))
      runs(directory, './plugin.ts')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})

/** As forges make them: lower case, without punctuation, hyphens for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(found => anchorOf(found[1] as string))

describe('links', () => {
  test.each(pages)('%s', page => {
    const text = read(page).replaceAll(/^```.*?^```$/gms, '')
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(found => found[1] as string)
      .filter(link => !/^[a-z]+:/.test(link))
      .filter(link => {
        const [path = '', anchor] = link.split('#')
        const target = path === '' ? page : relative(root, resolve(root, dirname(page), path))
        if (target.startsWith('..') || !existsSync(join(root, target))) return true
        return anchor !== undefined && !anchorsOf(target).includes(anchor)
      })
    expect(broken).toEqual([])
  })
})

const cell = (text: string): string => text.replaceAll('|', '\\|')
const table = (head: string, rows: readonly (readonly string[])[]): string =>
  [head, head.replaceAll(/[^|]+/g, '---'), ...rows.map(row => `| ${row.map(cell).join(' | ')} |`)].join('\n')

function optionTable(options: Readonly<Record<string, FlagSpec | ValueSpec<unknown>>>): string {
  const rows = Object.entries(options).map(([name, spec]) => {
    const value = spec.value === undefined ? '' : ` ${spec.value}`
    const short = spec.short === undefined ? '' : `\`-${spec.short}\`, `
    return [`${short}\`--${name}${value}\``, spec.description]
  })
  return table('| option | |', rows)
}

function pluginTable(options: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(options).map(([name, spec]) => {
    const values = spec.type === 'boolean' ? 'on or off' : allowedValues(spec)
    const fallback = spec.type === 'boolean' ? (spec.default === true ? 'on' : 'off') : (spec.default ?? '')
    return [`\`${name}=\``, values, `${fallback}`, spec.description]
  })
  return table('| option | takes | default | |', rows)
}

/** Name of a table in the documentation → its text. */
const tables = new Map<string, string>([
  ...commands.map(({ name, options }) => [`options ${name}`, optionTable(options)] as const),
  ...Object.values(contrib).map(
    ({ name, options }) => [`plugin ${name}`, pluginTable(options ?? {})] as const,
  ),
  ['statuses', table('| status | |', statusMeanings)] as const,
])

describe('tables', () => {
  const marked = /(<!-- ((?:options|plugin|statuses)[^>]*?) -->\n)(.*?)(<!-- end -->)/gs
  const places = pages.flatMap(page =>
    [...read(page).matchAll(marked)].map(found => ({ page, name: found[2] as string, text: found[3] })),
  )

  if (process.env.UPDATE_DOCS !== undefined) {
    for (const page of new Set(places.map(place => place.page))) {
      const made = (all: string, begin: string, name: string, _: string, end: string): string =>
        tables.has(name) ? `${begin}${tables.get(name)}\n${end}` : all
      writeFileSync(join(root, page), read(page).replaceAll(marked, made))
    }
  }

  test.each(places)('$page: $name', ({ page, name }) => {
    const shown = [...read(page).matchAll(marked)].find(found => found[2] === name)?.[3]
    expect(shown, 'UPDATE_DOCS=1 writes it anew').toBe(`${tables.get(name)}\n`)
  })

  test('all that have options are there', () => {
    const wanted = [...tables.keys()].filter(name => name !== 'options list')
    expect(places.map(place => place.name).sort()).toEqual(wanted.sort())
  })
})
