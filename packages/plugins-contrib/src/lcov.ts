/** Line coverage from a line table and execution counts, and its text form for lcov, genhtml, Codecov and editors. */
import type { LineRow } from './dwarf/index.ts'

/** How often instructions have run, by ascending address. */
export interface Counts {
  readonly addresses: BigUint64Array
  readonly counts: Float64Array
}

/** A function: where it begins, how often it was entered. */
export interface FunctionCoverage {
  readonly name: string
  readonly line: number
  readonly count: number
}

/** A source file. */
export interface FileCoverage {
  /** Line → executions, for every line with code. */
  readonly lines: Map<number, number>
  readonly functions: FunctionCoverage[]
}

/** Counts as a sorted table. */
export function sortedCounts(counts: ReadonlyMap<bigint, number>): Counts {
  const addresses = BigUint64Array.from(counts.keys()).sort()
  return { addresses, counts: Float64Array.from(addresses, address => counts.get(address) ?? 0) }
}

/** Index of the first element that is not below the value. */
function lowerBound(sorted: BigUint64Array, value: bigint): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as bigint) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The greatest count in a range of addresses. */
function most({ addresses, counts }: Counts, start: bigint, end: bigint): number {
  let most = 0
  for (let i = lowerBound(addresses, start); i < addresses.length && (addresses[i] as bigint) < end; i++)
    most = Math.max(most, counts[i] as number)
  return most
}

/**
 * Coverage by file. A line counts as often as the instruction of it that ran most often. Several statements may begin
 * at one address; rows that are no statements are code that the compiler may have moved: that it ran says nothing, but a
 * line has not run if none of its code has. Sequences at address 0 are functions that the linker dropped.
 */
export function lineCoverage(
  rows: Iterable<LineRow>,
  counts: Counts,
  functions: readonly { readonly name: string; readonly address: bigint }[] = [],
  include: (file: string) => boolean = () => true,
): Map<string, FileCoverage> {
  const files = new Map<string, FileCoverage>()
  const entries = new Map(functions.map(({ name, address }) => [address, name]))
  /** Lines of which no statement is known: their greatest count so far. */
  const moved = new Map<string, Map<number, number>>()
  const chosen = new Map<string, boolean>()
  const wanted = (path: string): boolean => {
    const known = chosen.get(path) ?? include(path)
    chosen.set(path, known)
    return known
  }
  /** Rows whose code the next row with another address ends. */
  let open: LineRow[] = []
  let fresh = true
  let dropped = false
  for (const row of rows) {
    if (fresh) dropped = row.address === 0n
    fresh = row.endSequence
    if (open.length > 0 && (open[0] as LineRow).address !== row.address) {
      for (const one of open) add(one, row.address)
      open = []
    }
    if (row.endSequence) open = []
    else if (!dropped && row.line > 0) open.push(row)
  }
  for (const [path, lines] of moved)
    for (const [line, count] of lines)
      if (count === 0 && files.get(path)?.lines.has(line) !== true) fileOf(path).lines.set(line, 0)
  return files

  function fileOf(path: string): FileCoverage {
    const file = files.get(path) ?? { lines: new Map(), functions: [] }
    files.set(path, file)
    return file
  }

  function add(row: LineRow, end: bigint): void {
    if (!wanted(row.file)) return
    const count = most(counts, row.address, end)
    if (!row.isStatement) {
      const lines = moved.get(row.file) ?? new Map<number, number>()
      moved.set(row.file, lines.set(row.line, Math.max(lines.get(row.line) ?? 0, count)))
      return
    }
    const file = fileOf(row.file)
    file.lines.set(row.line, Math.max(file.lines.get(row.line) ?? 0, count))
    const name = entries.get(row.address)
    if (name === undefined) return
    entries.delete(row.address)
    file.functions.push({ name, line: row.line, count: most(counts, row.address, row.address + 1n) })
  }
}

/** An lcov tracefile (geninfo(1), "FILES"). */
export function lcovText(files: ReadonlyMap<string, FileCoverage>): string {
  const byName = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return byName.map(([path, file]) => `TN:\nSF:${path}\n${record(file)}end_of_record\n`).join('')
}

function record({ lines, functions }: FileCoverage): string {
  const sorted = [...lines].sort(([a], [b]) => a - b)
  const hit = (counts: readonly { count: number }[]): number => counts.filter(c => c.count > 0).length
  return [
    ...functions.map(({ name, line }) => `FN:${line},${name}`),
    ...functions.map(({ name, count }) => `FNDA:${count},${name}`),
    `FNF:${functions.length}`,
    `FNH:${hit(functions)}`,
    ...sorted.map(([line, count]) => `DA:${line},${count}`),
    `LF:${sorted.length}`,
    `LH:${hit(sorted.map(([, count]) => ({ count })))}`,
    '',
  ].join('\n')
}
