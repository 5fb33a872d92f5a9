/** The documentation table. */
import type { Row, Terms } from './row.ts'

/** A column besides those of every table. */
export interface Column<T extends Terms> {
  readonly title: string
  readonly cell: (row: Row<T>) => string
}

/** Markdown: a section per extension, a line per row. `columns` stand before the last one. */
export function isaTable<T extends Terms>(rows: readonly Row<T>[], columns: readonly Column<T>[]): string {
  const extensions = [...new Set(rows.map(row => row.ext))]
  return extensions
    .map(ext =>
      section(
        ext,
        rows.filter(row => row.ext === ext),
        columns,
      ),
    )
    .join('\n')
}

function section<T extends Terms>(
  title: string,
  rows: readonly Row<T>[],
  columns: readonly Column<T>[],
): string {
  const head = ['Instruction', 'Encoding', ...columns.map(column => column.title), 'Ends a block']
  const lines = rows.map(row => [
    `\`${`${row.name} ${row.args}`.trim()}\``,
    `\`${row.bits}\``,
    ...columns.map(({ cell }) => cell(row)),
    row.ending ?? '',
  ])
  return `## ${title}\n\n${[head, head.map(() => '---'), ...lines].map(line => `| ${line.join(' | ')} |\n`).join('')}`
}
