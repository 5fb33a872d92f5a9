import { definePlugin, type PluginApi, type PluginDefinition, PluginError } from '@guestscope/plugin-api'
import { BlockCounter, executions } from './blocks.ts'
import { SkipCounter } from './conditions.ts'
import { type LineRow, programLines } from './dwarf/index.ts'
import { isElf, readElf } from './elf.ts'
import { type FileCoverage, lcovText, lineCoverage, sortedCounts } from './lcov.ts'
import { allSymbols } from './symbols.ts'
import { table } from './text.ts'

/** Line coverage without a special build: executed addresses and the program's debug information give an lcov file. */
export const coverage: PluginDefinition = definePlugin({
  name: 'coverage',
  description: "Writes line coverage as an lcov file, from the program's debug information.",
  apiVersion: 1,
  options: {
    out: { type: 'string', default: 'lcov.info', description: 'File to write.' },
    elf: {
      type: 'string',
      multiple: true,
      description: 'A further ELF file with debug information for code in memory.',
    },
    include: {
      type: 'string',
      multiple: true,
      description: 'Only source files whose path contains this text; default: all.',
    },
    exclude: {
      type: 'string',
      multiple: true,
      description: 'No source files whose path contains this text.',
    },
    existing: {
      type: 'boolean',
      description:
        'Only source files that exist here: genhtml stops at others, such as those of the C library.',
    },
    summary: { type: 'boolean', description: 'Print a line per source file.' },
  },
  install(api, { out, elf, include, exclude, existing, summary }) {
    const tables = lineTables(api, elf)
    const functions = allSymbols(api, elf).filter(({ kind }) => kind === 'function')
    const file = api.openOutput(out)
    const counter = new BlockCounter(api)
    const skips = new SkipCounter(api)
    const named = (path: string): boolean =>
      (include.length === 0 || include.some(text => path.includes(text))) &&
      !exclude.some(text => path.includes(text))
    const missing = new Set<string>()
    const wanted = (path: string): boolean => {
      if (!named(path)) return false
      if (existing && !api.fileExists(path)) missing.add(path)
      return !missing.has(path)
    }
    api.onExit(() => {
      const executed = countsOf(counter)
      skips.apply(executed)
      const counts = sortedCounts(executed)
      const files = lineCoverage(
        tables.flatMap(rows => [...rows]),
        counts,
        functions,
        wanted,
      )
      file.write(lcovText(files))
      if (missing.size > 0)
        api.output(`coverage: ${missing.size} source files do not exist here and are left out\n`)
      if (summary) api.output(report(files))
    })
  },
})

export default coverage

/** The line tables of the program and of the files that the user named. */
function lineTables(api: PluginApi, paths: readonly string[]): Iterable<LineRow>[] {
  const bytes = api.program?.bytes()
  const own = bytes === undefined ? [] : [{ path: api.program?.name ?? '', bytes }]
  const files = [...own, ...paths.map(path => ({ path, bytes: api.readFile(path) }))]
  const tables = files.flatMap(({ path, bytes }, i) => {
    // The program itself may be something else, if other files were named.
    if (i === 0 && own.length > 0 && paths.length > 0 && !isElf(bytes)) return []
    const rows = programLines(readElf(path, bytes))
    if (rows !== undefined) return [rows]
    if (i === 0 && own.length > 0 && paths.length > 0) return []
    throw new PluginError(
      'coverage/no-lines',
      `${path} has no line table (section .debug_line).`,
      'Compile the program with -g and do not strip it, or name a file that has one with elf=.',
    )
  })
  if (tables.length > 0) return tables
  throw new PluginError(
    'coverage/no-lines',
    'There is no program with debug information.',
    'Name an ELF file with elf=.',
  )
}

/** Address → executions. */
function countsOf(counter: BlockCounter): Map<bigint, number> {
  const counts = new Map<bigint, number>()
  for (const block of counter.blocks())
    executions(block).forEach((count, i) => {
      const address = block.places[i] as bigint
      counts.set(address, (counts.get(address) ?? 0) + count)
    })
  return counts
}

function report(files: ReadonlyMap<string, FileCoverage>): string {
  const rows = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { lines }]) => {
      const hit = [...lines.values()].filter(count => count > 0).length
      return [path, lines.size, hit, `${Math.round((100 * hit) / lines.size)} %`]
    })
  return table([['file', 'lines', 'covered', ''], ...rows])
}
