/** Plain assertions: the contract belongs to no test runner. */

/** Throws if there is anything in the list; says at most ten of it. */
export function none(what: string, faults: readonly string[]): void {
  if (faults.length === 0) return
  const more = faults.length > 10 ? `\n  … and ${faults.length - 10} more` : ''
  throw new Error(`${what}:\n  ${faults.slice(0, 10).join('\n  ')}${more}`)
}

/** A value as text that can be compared. */
export const text = (value: unknown): string =>
  JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `0x${v.toString(16)}` : v)) ?? String(value)

/** Throws unless both are the same as text. */
export function same(what: string, actual: unknown, expected: unknown): void {
  if (text(actual) !== text(expected)) throw new Error(`${what}: ${text(actual)}, expected ${text(expected)}`)
}

/** Throws at the first line that differs. */
export function sameLines(what: string, actual: readonly string[], expected: readonly string[]): void {
  const at = expected.findIndex((line, i) => actual[i] !== line)
  const where = at >= 0 ? at : expected.length
  if (at < 0 && actual.length === expected.length) return
  throw new Error(
    `${what}: line ${where + 1} is '${actual[where] ?? '(missing)'}', expected '${expected[where] ?? '(no more)'}'`,
  )
}
