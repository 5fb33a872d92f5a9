/** The documentation table. */

import type { Row } from './row.ts'
import { rows } from './rows.ts'

/** Markdown: a section per extension, a line per row. */
export function thumbTable(): string {
  const extensions = [...new Set(rows.map(row => row.ext))]
  return extensions
    .map(ext =>
      section(
        ext,
        rows.filter(row => row.ext === ext),
      ),
    )
    .join('\n')
}

function section(ext: string, members: readonly Row[]): string {
  const head = ['Instruction', 'Encoding', 'Semantics', 'Ends a block']
  const lines = [head, head.map(() => '---'), ...members.map(cells)]
  return `## ${ext}\n\n${lines.map(line => `| ${line.join(' | ')} |\n`).join('')}`
}

const cells = (row: Row): string[] => [
  `\`${`${row.name} ${row.args}`.trim()}\``,
  `\`${row.bits}\``,
  `\`${row.sem}\``,
  row.more.flow ?? '',
]
