/** The bit strings of rows. */
import type { Code, Fixed, Letters, More, Run, Terms } from './row.ts'

const wordBits = 32

/** The fixed bits of each word, by all 0 and 1 of the string. `first`: which end of the string the code starts with. */
export function fixedBits(
  name: string,
  bits: string,
  first: 'high' | 'low',
): { readonly size: number; readonly words: readonly Fixed[] } {
  const compact = bits.replaceAll(' ', '')
  const width = compact.length
  if (width === 0 || width % 8 !== 0) throw new Error(`${name}: ${width} bits`)
  const words = Array.from({ length: Math.ceil(width / wordBits) }, () => ({ mask: 0, match: 0 }))
  for (let n = 0; n < width; n++) {
    const symbol = compact.charCodeAt(width - 1 - n) - 0x30
    if (symbol !== 0 && symbol !== 1) continue
    const { word, bit } = first === 'low' ? fromLow(n) : fromHigh(n, width)
    const fixed = words[word] as { mask: number; match: number }
    fixed.mask |= 1 << bit
    fixed.match |= symbol << bit
  }
  return { size: width / 8, words }
}

/** The letters, from the right. `at`: which bits of their value they are. */
export function lettersOf<T extends Terms>(
  name: string,
  bits: string,
  at: More<T>['at'],
  first: 'high' | 'low',
): ReadonlyMap<string, readonly Run[]> {
  const compact = bits.replaceAll(' ', '')
  const width = compact.length
  const letters = new Map<string, Run[]>()
  const lists = new Map(Object.entries(at ?? {}).map(([letter, list]) => [letter, bitList(list).reverse()]))
  const seen = new Map<string, number>()
  const put = (letter: string, word: number, from: number, length: number): void => {
    const index = seen.get(letter) ?? 0
    seen.set(letter, index + length)
    const runs = letters.get(letter) ?? []
    letters.set(letter, runs)
    runs.push(...stretches(word, from, length, index, lists.get(letter)))
  }
  let right = 0
  for (const [text] of [...compact.matchAll(/([01a-zA-Z-])\1*/g)].reverse()) {
    // A run of one symbol may go over the end of a word.
    for (let done = 0; done < text.length; ) {
      const { word, bit, room } = first === 'low' ? fromLow(right) : fromHigh(right, width)
      const length = Math.min(text.length - done, room)
      if (/[a-zA-Z]/.test(text)) put(text.charAt(0), word, bit, length)
      right += length
      done += length
    }
  }
  if (right !== width) throw new Error(`${name}: ${bits} has other symbols than 0, 1, - and letters`)
  for (const [letter, list] of lists)
    if (seen.get(letter) !== list.length)
      throw new Error(`${name}: ${seen.get(letter) ?? 0} letters ${letter} for ${list.length} bits`)
  return letters
}

/** A bit of a word, and how many of the word there are from it up. */
interface Place {
  readonly word: number
  readonly bit: number
  readonly room: number
}

/** Place of the n-th bit from the right, if the code starts there. */
const fromLow = (n: number): Place => {
  const bit = n % wordBits
  return { word: Math.floor(n / wordBits), bit, room: wordBits - bit }
}

/** The same if it starts on the left; the last word may be a short one. */
function fromHigh(n: number, width: number): Place {
  const left = width - 1 - n
  const word = Math.floor(left / wordBits)
  const room = (left % wordBits) + 1
  return { word, bit: Math.min(wordBits, width - wordBits * word) - room, room }
}

/** Bits that follow one another in the code and in the value are one run. */
function stretches(
  word: number,
  from: number,
  length: number,
  index: number,
  list: readonly number[] | undefined,
): Run[] {
  if (list === undefined) return [{ word, from, mask: 2 ** length - 1, to: index }]
  const runs: Run[] = []
  for (let start = 0, end = 1; start < length; start = end, end++) {
    const to = list[index + start] ?? 0
    while (end < length && list[index + end] === to + end - start) end++
    runs.push({ word, from: from + start, mask: 2 ** (end - start) - 1, to })
  }
  return runs
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
  return letter => readAll(code, letters.get(letter) ?? [])
}

/** The value that several runs make. */
export function readAll(code: Code, runs: readonly Run[]): number {
  let value = 0
  for (const run of runs) value |= read(code, run)
  return value
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
