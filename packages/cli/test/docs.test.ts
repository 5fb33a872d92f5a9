/**
 * The documentation keeps its word: the README's plugin is the example and runs, links lead somewhere, and tables that
 * say what the code says too are made of it. To write those tables anew:
 *
 *     UPDATE_DOCS=1 pnpm --filter guestscope exec vitest run docs
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { OptionSpec, PluginDefinition } from '@guestscope/core'
import { allowedValues } from '@guestscope/plugin-host'
import * as contrib from '@guestscope/plugins-contrib'
import { extensions } from '@guestscope/target-riscv'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FlagSpec, ValueSpec } from '../src/args/spec.ts'
import { commands } from '../src/commands/table.ts'
import { statusMeanings } from '../src/exit-status.ts'
import { armGuest, contribGuest, guest, type Outcome, runAll } from './harness.ts'
import { brokenLinks, inRepository, root } from './links.ts'

const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync(['docs/**/*.md', 'packages/*/README.md', 'packages/*/{test,test/*,guests,demo}/README.md'], {
    cwd: root,
  }),
].sort()

/** The ready plugins; the package exports other things, too. */
const plugins = Object.values(contrib)
  .filter((value): value is PluginDefinition => typeof value === 'object' && 'install' in value)
  .sort((a, b) => a.name.localeCompare(b.name))

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

describe('links', () => {
  test.each(pages)('%s', page => expect(brokenLinks(page, read(page), inRepository)).toEqual([]))
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

/** The extensions of RISC-V, as `--cpu` names them. */
function extensionTable(): string {
  const named = extensions.filter(({ unnamed }) => !unnamed)
  const rows = named.map(({ title, about, usual, needs = [], xlen }) => [
    title,
    about,
    usual === 'always' ? 'always' : `${usual}, \`${title.toLowerCase()}=${usual === 'on' ? 'off' : 'on'}\``,
    [...needs, ...(xlen === undefined ? [] : [`RV${xlen}`])].join(', '),
  ])
  return table('| extension | | usually, or otherwise with `--cpu` | needs |', rows)
}

/** Name of a table in the documentation → its text. */
const tables = new Map<string, string>([
  ...commands.map(({ name, options }) => [`options ${name}`, optionTable(options)] as const),
  ...plugins
    .filter(({ options }) => options !== undefined)
    .map(({ name, options }) => [`plugin ${name}`, pluginTable(options ?? {})] as const),
  [
    'plugins',
    table(
      '| plugin | |',
      plugins.map(({ name, description }) => [`[\`${name}\`](plugins/${name}.md)`, description]),
    ),
  ] as const,
  ['statuses', table('| status | |', statusMeanings)] as const,
  ['extensions', extensionTable()] as const,
])

/** What the pages have between `<!-- NAME -->` and `<!-- end -->`, made of the code. */
const marked =
  /(<!-- ((?:options|plugins?|statuses|extensions|output|figures)[^>]*?) -->\n)(.*?)(<!-- end -->)/gs
const places = pages.flatMap(page =>
  [...read(page).matchAll(marked)].map(found => ({ page, name: found[2] as string, text: found[3] })),
)

/** Long outputs: the beginning and the end. */
function abridged(text: string): string {
  const lines = text.split('\n')
  return lines.length <= 32 ? text : [...lines.slice(0, 24), '…', ...lines.slice(-5)].join('\n')
}

/**
 * `output COMMAND LINE`: the command, and what it prints. ELF files are test guests. `figures COMMAND LINE`: the same,
 * but the numbers depend on how the emulator cuts blocks, and are not compared. Plugins of docs/first-plugin.md are at hand.
 */
const isOutput = (name: string): boolean => /^(output|figures) /.test(name)
const outputs = new Map<string, string>()

beforeAll(() => {
  const names = places.map(({ name }) => name).filter(isOutput)
  const lines = names.map(name => name.split(' ').slice(1))
  const elf = (word: string): string => {
    if (!word.endsWith('.elf')) return word
    const name = word.slice(0, -4)
    return [guest(name), armGuest(name), contribGuest(name)].find(path => existsSync(path)) ?? word
  }
  const directory = mkdtempSync(join(tmpdir(), 'guestscope-'))
  for (const code of codeOf('docs/first-plugin.md')) {
    const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1]
    if (file !== undefined) writeFileSync(join(directory, file), code)
  }
  const found = runAll(
    lines.map(words => ({ args: words.map(elf) })),
    directory,
  )
  rmSync(directory, { recursive: true })
  for (const [i, name] of names.entries()) {
    const { status, stdout, stderr } = found[i] as Outcome
    const end = status === 0 ? '' : `(status ${status})\n`
    const text = abridged(stripVTControlCharacters(`${stdout}${stderr}${end}`))
    outputs.set(
      name,
      `    $ guestscope ${(lines[i] as string[]).join(' ')}\n${text.replaceAll(/^(?=.)/gm, '    ')}\n`,
    )
  }
})

const made = (name: string): string | undefined =>
  outputs.get(name) ?? (tables.has(name) ? `${tables.get(name)}\n` : undefined)

describe('what is made of the code', () => {
  if (process.env.UPDATE_DOCS !== undefined)
    beforeAll(() => {
      for (const page of new Set(places.map(place => place.page))) {
        const text = read(page).replaceAll(
          marked,
          (all: string, begin: string, name: string, _: string, end: string) =>
            made(name) === undefined ? all : `${begin}${made(name)}${end}`,
        )
        writeFileSync(join(root, page), text)
      }
    })

  test.each(places)('$page: $name', ({ page, name }) => {
    const shown = [...read(page).matchAll(marked)].find(found => found[2] === name)?.[3]
    const comparable = (text = ''): string =>
      name.startsWith('figures ') ? text.replaceAll(/\b(0x[\da-f]+|\d+)\b/g, 'N') : text
    expect(comparable(shown), 'UPDATE_DOCS=1 writes it anew').toBe(comparable(made(name)))
  })

  test('all that have options are there', () => {
    const wanted = [...tables.keys()].filter(name => name !== 'options list')
    const shown = places.map(place => place.name).filter(name => !isOutput(name))
    expect(shown.sort()).toEqual(wanted.sort())
  })

  test.each(plugins)('$name has a page with its output', ({ name }) => {
    const page = `docs/plugins/${name}.md`
    expect(pages).toContain(page)
    expect(read(page)).toMatch(new RegExp(`^# ${name}$`, 'm'))
    // `empty` prints nothing.
    if (name !== 'empty')
      expect(places.some(place => place.page === page && place.name.includes(`-p ${name}`))).toBe(true)
  })
})
