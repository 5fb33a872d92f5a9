/** The line of a run for the table "History" in docs/performance.md. */
import { spawnSync } from 'node:child_process'
import type { Means, Row } from './summary.ts'
import { factor, milliseconds } from './table.ts'

interface Figures {
  readonly rows: readonly Row[]
  readonly means: Means
  /** Seconds from the start of the process to the first guest instruction. */
  readonly start: number | undefined
}

type Column = readonly [head: string, of: (figures: Figures) => string | undefined]

const group = (name: string): Column => [name, ({ means }) => factor(means.groups[name])]
const guest = (head: string, name: string): Column => [
  head,
  ({ rows }) => factor(rows.find(row => row.name === name)?.ratio),
]

const columns: readonly Column[] = [
  ['hot set', ({ means }) => factor(means.hot?.mean)],
  ['its worst', ({ means: { hot } }) => hot && `${factor(hot.ratio)} ${hot.worst}`],
  group('ecall'),
  group('timer'),
  guest('50,000 functions', 'cold-functions'),
  guest('Linux', 'linux'),
  group('churn'),
  ['data beside code', ({ rows }) => factor(rows.find(row => row.name === 'data-beside')?.against?.factor)],
  ['start-up', ({ start }) => milliseconds(start)],
]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`

/** The table's head and one line, in Markdown; what the step was is for its author to say. */
export function historyTable(figures: Figures, commit: string = currentCommit()): string {
  const heads = ['commit', 'step', ...columns.map(([head]) => head)]
  const cells = [commit, '…', ...columns.map(([, of]) => of(figures) ?? '–')]
  return line(heads) + line(heads.map(() => '---')).replaceAll(' ', '') + line(cells)
}

/** With a + if there are changes that are not committed; ? outside a checkout. */
function currentCommit(): string {
  const found = spawnSync('git', ['describe', '--always', '--dirty=+'], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : '?'
}
