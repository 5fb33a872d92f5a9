/** What the published packages say of themselves, and the pages that they are packed with. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brokenLinks, root } from './links.ts'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly keywords: readonly string[]
  readonly files: readonly string[]
  readonly exports: Readonly<Record<string, unknown>>
  readonly publishConfig: { readonly exports: Readonly<Record<string, unknown>> }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
}

const packages = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .map(file => ({
    folder: basename(dirname(file)),
    manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => manifest.private !== true)

const { packedPages } = (await import(join(root, '.ci/docs.mjs'))) as {
  packedPages: (folder: string) => ReadonlyMap<string, string>
}

const web = 'https://github.com/guestscope/guestscope'

/** Exports for this repository alone: CONTRIBUTING.md says so. */
const unpublished = ['@guestscope/target-riscv/isa']

describe.each(packages)('$manifest.name', ({ folder, manifest }) => {
  const { name } = manifest

  test('says whose it is, where it is from, and what it runs on', () => {
    expect(manifest).toMatchObject({
      description: expect.stringMatching(/^[A-Z].{20,}\.$/),
      homepage: `${web}/tree/main/packages/${folder}#readme`,
      bugs: { url: `${web}/issues` },
      repository: { type: 'git', url: `git+${web}.git`, directory: `packages/${folder}` },
      license: 'MIT',
      author: 'The Guestscope developers',
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    })
    expect(manifest.keywords).toContain('guestscope')
    expect(new Set(manifest.keywords).size).toBe(manifest.keywords.length)
    expect(manifest.keywords.length).toBeGreaterThanOrEqual(4)
  })

  test('publishes what the repository has', () => {
    const here = Object.keys(manifest.exports).filter(path => !unpublished.includes(path.replace('.', name)))
    expect(Object.keys(manifest.publishConfig.exports)).toEqual(here)
    expect(Object.values(manifest.dependencies ?? {}).filter(range => range !== 'workspace:^')).toEqual([])
  })

  const pages = packedPages(folder)
  const written = ['README.md', ...manifest.files.filter(file => file.endsWith('.md'))]
    .filter(file => file !== 'CHANGELOG.md') // a release makes it
    .map(file => [file, readFileSync(join(root, 'packages', folder, file), 'utf8')] as const)
  const shipped = new Map([...written, ...pages])

  test('has its pages, and its changelog, in the tarball', () => {
    expect(manifest.files).toContain('CHANGELOG.md')
    expect(pages.size > 0).toBe(manifest.files.includes('docs'))
    expect(manifest.scripts.prepack).toBe(pages.size > 0 ? 'node ../../.ci/docs.mjs' : undefined)
  })

  test.each([...shipped])('links of %s lead somewhere, in the tarball or on the web', (page, text) => {
    const lookup = (path: string): string | undefined => {
      const published = manifest.files.some(file => path === file || path.startsWith(`${file}/`))
      return (
        shipped.get(path) ?? (published && existsSync(join(root, 'packages', folder, path)) ? '' : undefined)
      )
    }
    expect(brokenLinks(page, text, lookup)).toEqual([])
  })
})

test('the command brings every page', () => {
  const pages = globSync('docs/**/*.md', { cwd: root }).sort()
  expect([...packedPages('cli').keys()].sort()).toEqual(pages)
})
