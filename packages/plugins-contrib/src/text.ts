import { Discon, type DisconType, type OutputFile, type PluginApi, PluginError } from '@guestscope/plugin-api'

/** Lower-case hexadecimal without prefix, as the logs have it. */
export function hex(value: bigint | number): string {
  return value.toString(16)
}

/** The error for a register that an option names and the target does not have; `more` ends the hint. */
export function unknownRegister(api: PluginApi, name: string, more = ''): PluginError {
  const first = api
    .registers()
    .slice(0, 8)
    .map(register => register.name)
  return new PluginError(
    'plugin/register-unknown',
    `${api.target} has no register '${name}'.`,
    `Its first are: ${first.join(', ')}${more}.`,
  )
}

/** The last line of a log that a limit has cut short. */
export function leftOut(cpu: number, count: number, what: string): string {
  return `# limit: ${count} more ${what} of vcpu ${hex(cpu)} left out\n`
}

/** As QEMU's reports have addresses: 16 digits. */
export function address16(value: bigint): string {
  return `0x${value.toString(16).padStart(16, '0')}`
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

/** Characters that are collected before they go to the file. */
const batch = 1 << 16

/** Collects small pieces, for files that get very many. */
export class BatchedOutput {
  readonly #file: OutputFile
  #pending = ''

  constructor(file: OutputFile) {
    this.#file = file
  }

  write(text: string): void {
    this.#pending += text
    if (this.#pending.length >= batch) this.flush()
  }

  /** To be called when the run ends. */
  flush(): void {
    if (this.#pending !== '') this.#file.write(this.#pending)
    this.#pending = ''
  }
}
