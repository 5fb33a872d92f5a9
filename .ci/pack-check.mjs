/**
 * `node ../../.ci/pack-check.mjs` in a built package's folder: packs it, and looks at the tarball. It must satisfy publint and
 * Are the types wrong?, say its licence and what changed, hold nothing that only this workspace understands, and neither a
 * link nor a source map in it may lead to a file that it does not have.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'pack-check-'))
const tarball = join(folder, 'package.tgz')
const inside = join(folder, 'package')
const problems = []

/** The output of a command shows only when it fails. */
function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) problems.push(`${command} ${args.join(' ')}\n${stdout}${stderr}`)
  return status === 0
}

function look() {
  const files = readdirSync(inside, { recursive: true }).map(file => file.replaceAll('\\', '/'))
  const read = file => readFileSync(join(inside, file), 'utf8')
  const has = (file, place) => existsSync(join(inside, dirname(file), place))
  const { scripts: _, ...manifest } = JSON.parse(read('package.json'))
  const { version, exports, bin = {} } = manifest

  for (const word of ['workspace:', 'catalog:', '@guestscope/source'])
    if (JSON.stringify(manifest).includes(word)) problems.push(`package.json has ${word}`)
  for (const file of [
    'LICENSE',
    'README.md',
    ...Object.values(exports).flatMap(Object.values),
    ...Object.values(bin),
  ])
    if (typeof file === 'string' && file.length > 1 && !has('.', file)) problems.push(`${file} is missing`)
  // Before the first release there is none.
  if (
    version !== '0.0.0' &&
    !(has('.', 'CHANGELOG.md') && read('CHANGELOG.md').includes(`\n## ${version}\n`))
  )
    problems.push(`CHANGELOG.md does not say what is new in ${version}`)

  for (const file of files) {
    if (file.endsWith('.md'))
      for (const [, link] of read(file)
        .replaceAll(/^```.*?^```$/gms, '')
        .matchAll(/\]\(([^)\s#]+)[^)]*\)/g))
        if (!/^[a-z]+:/.test(link) && !has(file, link)) problems.push(`${file} has a link to ${link}`)
    if (/\.[jt]s$/.test(file))
      for (const [, map] of read(file).matchAll(/^\/\/# sourceMappingURL=(.+)$/gm))
        if (!has(file, map)) problems.push(`${file} has a map ${map}`)
    if (!file.endsWith('.map')) continue
    const { sources, sourcesContent } = JSON.parse(read(file))
    for (const source of sources) if (!has(file, source)) problems.push(`${file} leads to ${source}`)
    if (sourcesContent) problems.push(`${file} repeats its sources`)
  }
}

try {
  if (run('pnpm', 'pack', '--out', tarball) && run('tar', '-xzf', tarball, '-C', folder)) {
    run('publint', '--strict', tarball)
    run('attw', tarball, '--profile', 'esm-only')
    look()
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
