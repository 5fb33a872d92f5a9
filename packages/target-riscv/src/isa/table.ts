/** The documentation table. */

import type { Row } from './row.ts'
import { rows } from './rows.ts'

/** Markdown: a section per extension, a line per row. */
export function isaTable(): string {
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
  const short = members.some(row => row.expands !== undefined)
  const head = ['Instruction', 'Encoding', 'Base', 'Ends a block', ...(short ? ['Expands to'] : [])]
  const lines = [head, head.map(() => '---'), ...members.map(row => cells(row, short))]
  return `## ${ext}\n\n${lines.map(line => `| ${line.join(' | ')} |\n`).join('')}`
}

function cells(row: Row, short: boolean): string[] {
  const base = row.xlen === undefined ? '' : `RV${row.xlen}`
  const expands = short ? [`\`${row.expands}\``] : []
  return [`\`${`${row.name} ${row.args}`.trim()}\``, `\`${row.bits}\``, base, row.flow ?? '', ...expands]
}
