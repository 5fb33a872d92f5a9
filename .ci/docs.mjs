/**
 * `node ../../.ci/docs.mjs` in a package's folder, before it is packed: writes `docs/`, the pages of the repository that
 * belong to the package. Links among them stay; links to what the tarball does not have lead to the repository.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')

/** Folder of a package → how the paths of its pages in `docs/` begin. Packages without any have their README. */
const pagesOf = {
  cli: [''],
  core: ['architecture.md', 'events.md'],
  'create-plugin': ['first-plugin.md'],
  machine: ['library.md'],
  'plugin-api': ['events.md', 'first-plugin.md', 'plugins.md', 'qemu-plugin-map.md'],
  'plugins-contrib': ['plugins/'],
  'target-arm': ['arm.md', 'events.md'],
  'target-riscv': ['riscv.md', 'events.md'],
}

const manifestOf = folder => JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))

/** Where the repository shows `path`; `homepage` is where it shows the package. */
function addressOf(path, { homepage }) {
  const tree = homepage.replace(/packages\/.*/, '')
  return `${statSync(join(root, path)).isDirectory() ? tree : tree.replace('/tree/', '/blob/')}${path}`
}

/** Path of a page in the package → its text. */
export function packedPages(folder) {
  const manifest = manifestOf(folder)
  const own = `packages/${folder}/`
  const pages = readdirSync(join(root, 'docs'), { recursive: true })
    .filter(page => page.endsWith('.md') && pagesOf[folder]?.some(begin => page.startsWith(begin)))
    .map(page => `docs/${page}`)
    .sort()
  /** The place in the tarball of what has `path` in the repository. */
  const packed = path => {
    if (pages.includes(path)) return path
    const inside = path.startsWith(own) ? path.slice(own.length) : ''
    const shipped = ['README.md', ...manifest.files].some(
      file => inside === file || inside.startsWith(`${file}/`),
    )
    return shipped ? inside : undefined
  }
  const relink = (page, link) => {
    if (/^([a-z]+:|#)/.test(link)) return link
    const [path, anchor] = link.split('#')
    const target = posix.join(posix.dirname(page), path)
    const place = packed(target)
    const to = place === undefined ? addressOf(target, manifest) : posix.relative(posix.dirname(page), place)
    return anchor === undefined ? to : `${to}#${anchor}`
  }
  const text = page =>
    readFileSync(join(root, page), 'utf8')
      .split(/(^```.*?^```$)/gms)
      .map(part =>
        part.startsWith('```')
          ? part
          : part.replaceAll(/(\]\()([^)\s]+)(?=\))/g, (_, open, link) => open + relink(page, link)),
      )
      .join('')
  return new Map(pages.map(page => [page, text(page)]))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync('docs', { recursive: true, force: true })
  for (const [page, text] of packedPages(basename(resolve('.')))) {
    mkdirSync(dirname(page), { recursive: true })
    writeFileSync(page, text)
  }
}
