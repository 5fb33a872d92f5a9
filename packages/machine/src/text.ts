/** How people write numbers and misspell names: for machines and for commands that start them. Imports nothing. */

const numeral = /^(0x[\da-f]+|\d+(?:\.\d+)?(?:e\d+)?)([kmg]?)$/i
const exponents: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3 }

/**
 * The one way in which whole numbers are written: decimal, also with a fraction or an exponent (1e9), or `0x…`; underscores
 * between digits; then k, M or G, which are powers of `unit`. NaN: it is none. Numbers of plugin options are the same.
 */
export function wholeNumber(given: string, unit: 1000 | 1024): number {
  const [, digits = '', suffix = ''] = numeral.exec(given.replaceAll(/(?<=\w)_(?=\w)/g, '')) ?? []
  const value = Number(digits || Number.NaN) * unit ** (exponents[suffix.toLowerCase()] ?? 0)
  // A fraction of a thousand may miss the whole number by the last bit: 1.1k.
  const whole = Math.round(value)
  return Number.isSafeInteger(whole) && Math.abs(whole - value) <= value * Number.EPSILON ? whole : Number.NaN
}

/** Bytes from a text such as `128M`: k, M and G are powers of 1024. NaN: it is no size. */
export function sizeOf(given: string): number {
  return wholeNumber(given.replace(/(?<=[kmg])i?b$|(?<=^\d+)b$/i, ''), 1024)
}

/** The known name that a misspelt one resembles most, if any does. */
export function nearest(wrong: string, known: readonly string[]): string | undefined {
  const limit = wrong.length < 3 ? 1 : Math.max(2, Math.floor(wrong.length / 3))
  const ranked = known
    // No fewer changes than letters too many: names in a file may be of any length.
    .filter(name => Math.abs(name.length - wrong.length) <= limit)
    .map(name => ({ name, distance: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/** Levenshtein's: insertions, deletions and replacements that make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[b.length] ?? 0
}
