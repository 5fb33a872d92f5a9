import { Discon, type DisconType, type PluginApi } from '@guestscope/plugin-api'

/** Lower-case hexadecimal without prefix, as the logs have it. */
export function hex(value: bigint | number): string {
  return value.toString(16)
}

/** A category in words. */
export function typeName(type: DisconType): string {
  return type === Discon.Interrupt ? 'interrupt' : type === Discon.Exception ? 'exception' : 'host call'
}

/** The file that an `out=` option names, or the plugin output. */
export function openLog(api: PluginApi, path: string | undefined): { write(text: string): void } {
  return path === undefined ? { write: text => api.output(text) } : api.openOutput(path)
}

/** Aligned columns; numbers to the right. The first row is the head. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map(row => String(row[i] ?? '').length)))
  const isNumber = widths.map((_, i) => rows.slice(1).every(row => typeof row[i] === 'number'))
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, i) => {
        const text = String(cell)
        return isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)
      })
      .join('  ')
      .trimEnd()
  return rows.map(row => `${line(row)}\n`).join('')
}
