/**
 * `node .ci/house.mjs`, part of `pnpm lint`: the limits of the house, measured anew each time. No circle of imports has more
 * than four files, no file of source more than 400 lines, and core stays small.
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

// Core is to come down to 6500 lines; until then it may not grow.
const limits = { circle: 4, lines: 400, core: 7900 }

const files = globSync('packages/*/src/**/*.ts').filter(file => !file.includes('node_modules'))
const text = new Map(files.map(file => [file, readFileSync(file, 'utf8')]))
const linesOf = file => text.get(file).trimEnd().split('\n').length
/** Relative imports, of types, too. */
const imports = new Map(
  files.map(file => {
    const found = text.get(file).matchAll(/^(?:import|export)\s[^;'"]*?from '(\.[^']+)'/gm)
    return [file, [...found].map(([, path]) => join(dirname(file), path)).filter(path => text.has(path))]
  }),
)

/** Circles after Tarjan: sets of files of which each reaches all others. */
function circles() {
  const found = []
  const index = new Map()
  const low = new Map()
  const stack = []
  const visit = file => {
    index.set(file, index.size)
    low.set(file, index.get(file))
    stack.push(file)
    for (const next of imports.get(file)) {
      if (!index.has(next)) {
        visit(next)
        low.set(file, Math.min(low.get(file), low.get(next)))
      } else if (stack.includes(next)) low.set(file, Math.min(low.get(file), index.get(next)))
    }
    if (low.get(file) !== index.get(file)) return
    const circle = stack.splice(stack.indexOf(file))
    if (circle.length > 1) found.push(circle)
  }
  for (const file of files) if (!index.has(file)) visit(file)
  return found
}

const problems = []
const found = circles()
for (const circle of found)
  if (circle.length > limits.circle)
    problems.push(`${circle.length} files import each other in a circle: ${circle.join(', ')}`)
for (const file of files)
  if (linesOf(file) > limits.lines)
    problems.push(`${file} has ${linesOf(file)} lines, more than ${limits.lines}`)
const core = files
  .filter(file => file.startsWith('packages/core/'))
  .reduce((sum, file) => sum + linesOf(file), 0)
if (core > limits.core) problems.push(`packages/core has ${core} lines of source, more than ${limits.core}`)

if (process.argv.includes('--figures')) {
  const largest = Math.max(1, ...found.map(circle => circle.length))
  const longest = Math.max(...files.map(linesOf))
  console.log(
    `${files.length} files; core ${core} lines; largest circle ${largest} files; longest file ${longest} lines`,
  )
}
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
