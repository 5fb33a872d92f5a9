/**
 * `node ../../.ci/bundle.mjs [NAME …]` in a package's folder: writes `lib/`, the JavaScript that is published. The
 * modules of `src/` become one file for each export that package.json publishes, and for each further NAME of
 * `src/NAME.ts`; other packages stay imports. Node needs about a third of a millisecond to find and load a file, which
 * made most of the time that the command took to start.
 */
import { readFileSync, rmSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { rolldown } from 'rolldown'

const { publishConfig } = JSON.parse(readFileSync('package.json', 'utf8'))
const published = Object.values(publishConfig.exports).flatMap(({ default: file }) => file ?? [])
const names = [...published.map(file => file.replace(/^\.\/lib\/(.*)\.js$/, '$1')), ...process.argv.slice(2)]

const bundle = await rolldown({
  input: Object.fromEntries(names.map(name => [name, `src/${name}.ts`])),
  external: id => !id.startsWith('.') && !isAbsolute(id),
  platform: 'neutral',
  onLog: (_level, log) => {
    throw new Error(log.message)
  },
})
rmSync('lib', { recursive: true, force: true })
// The maps lead to src/, which is published beside lib/: they need not repeat it.
await bundle.write({
  dir: 'lib',
  chunkFileNames: '[name].js',
  sourcemap: true,
  sourcemapExcludeSources: true,
})
