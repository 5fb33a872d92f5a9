/** Tables as text. */

export type Cell = string | undefined

/** Aligned columns, all but the first to the right; absent cells are empty. */
export function table(rows: readonly (readonly Cell[])[]): string {
  const columns = Math.max(...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map(row => (row[i] ?? '').length)),
  )
  return rows
    .map(row => {
      const cells = widths.map((width, i) =>
        i === 0 ? (row[i] ?? '').padEnd(width) : (row[i] ?? '').padStart(width),
      )
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}

export const fixed = (value: number | undefined, digits: number): Cell => value?.toFixed(digits)
export const factor = (value: number | undefined): Cell => fixed(value, 2)
export const milliseconds = (seconds: number | undefined): Cell =>
  seconds === undefined ? undefined : `${(seconds * 1000).toFixed(0)} ms`
