/** The bit strings of rows. */
import type { Code, Fixed, Letters, More, Run, Terms } from './row.ts'

const wordBits = 32

/** Fixed bits of each word, and the letters. */
export interface Layout {
  readonly size: number
  readonly words: readonly Fixed[]
  readonly letters: ReadonlyMap<string, readonly Run[]>
}

/** `at`: which bits of their value the letters are; `first`: which end of the string the code starts with. */
export function layOut<T extends Terms>(
  name: string,
  bits: string,
  at: More<T>['at'],
  first: 'high' | 'low',
): Layout {
  const compact = bits.replaceAll(' ', '')
  const width = compact.length
  if (width === 0 || width % 8 !== 0) throw new Error(`${name}: ${width} bits`)
  const words = Array.from({ length: Math.ceil(width / wordBits) }, () => ({ mask: 0, match: 0 }))
  const letters = new Map<string, Run[]>()
  const lists = new Map(Object.entries(at ?? {}).map(([letter, list]) => [letter, bitList(list).reverse()]))
  const seen = new Map<string, number>()
  for (let n = 0; n < width; n++) {
    const symbol = compact.charAt(width - 1 - n)
    const { word, bit } = first === 'low' ? fromLow(n) : fromHigh(n, width)
    if (symbol === '0' || symbol === '1') {
      const fixed = words[word] as { mask: number; match: number }
      fixed.mask |= 1 << bit
      fixed.match |= Number(symbol) << bit
    } else if (symbol !== '-') {
      if (!/[a-zA-Z]/.test(symbol)) throw new Error(`${name}: ${symbol} in ${bits}`)
      const index = seen.get(symbol) ?? 0
      seen.set(symbol, index + 1)
      const list = lists.get(symbol)
      const runs = letters.get(symbol) ?? []
      letters.set(symbol, addBit(runs, word, bit, list === undefined ? index : (list[index] ?? -1)))
    }
  }
  for (const [letter, list] of lists)
    if (seen.get(letter) !== list.length)
      throw new Error(`${name}: ${seen.get(letter) ?? 0} letters ${letter} for ${list.length} bits`)
  return { size: width / 8, words, letters }
}

/** Place of the n-th bit from the right, if the code starts there. */
const fromLow = (n: number): { word: number; bit: number } => ({
  word: Math.floor(n / wordBits),
  bit: n % wordBits,
})

/** The same if it starts on the left; the last word may be a short one. */
function fromHigh(n: number, width: number): { word: number; bit: number } {
  const left = width - 1 - n
  const word = Math.floor(left / wordBits)
  const bits = Math.min(wordBits, width - wordBits * word)
  return { word, bit: bits - 1 - (left % wordBits) }
}

/** Bits that follow one another in the code and in the value are one run. */
function addBit(runs: readonly Run[], word: number, bit: number, to: number): Run[] {
  const last = runs.at(-1)
  const bits = last === undefined ? 0 : widthOf(last)
  const joins = last?.word === word && bit === last.from + bits && to === last.to + bits
  if (!joins) return [...runs, { word, from: bit, mask: 1, to }]
  return [...runs.slice(0, -1), { ...last, mask: 2 ** (bits + 1) - 1 }]
}

/** '12|10:5' → 12, 10, 9, 8, 7, 6, 5 */
function bitList(list: string): number[] {
  return list.split('|').flatMap(part => {
    const [high = 0, low = high] = part.split(':').map(Number)
    return Array.from({ length: high - low + 1 }, (_, i) => high - i)
  })
}

/** Number of bits of a run. */
export const widthOf = ({ mask }: Run): number => 32 - Math.clz32(mask)

/** The run's part of the letter's value. */
export function read(code: Code, { word, from, mask, to }: Run): number {
  return (((word === 0 ? code.word : (code.rest[word - 1] ?? 0)) >>> from) & mask) << to
}

/** The value of a letter, 0 if it does not occur. */
export function letterOf(letters: ReadonlyMap<string, readonly Run[]>, code: Code): Letters {
  return letter => letters.get(letter)?.reduce((sum, run) => sum | read(code, run), 0) ?? 0
}

/** A code that can be written to, with the fixed bits of a row. */
export interface Draft {
  readonly size: number
  readonly words: number[]
}

/** Puts a run's part of a value into the code. */
export function write({ words }: Draft, { word, from, mask, to }: Run, value: number): void {
  words[word] = (words[word] ?? 0) | (((value >>> to) & mask) << from)
}

/** The finished code. */
export function finished({ size, words }: Draft): Code {
  const [word = 0, ...rest] = words.map(w => w >>> 0)
  return { size, word, rest: rest.length === 0 ? none : rest }
}

const none: readonly number[] = []

/** The code of an instruction of at most 32 bits. */
export const shortCode = (word: number, size: number): Code => ({ size, word: word >>> 0, rest: none })
