/** Texts that other parts of a file name by their offset: string tables of ELF, string sections of DWARF. */

const decoder = new TextDecoder()

/**
 * A table of texts that end with a zero byte. Each is decoded once. Texts may share their ends, as linkers make them
 * do, but not without measure: altogether eight times the table is decoded, then there are no more. So a damaged
 * file, in which thousands of names begin inside one long text, costs no more than its size allows.
 */
export class StringTable {
  readonly #bytes: Uint8Array
  /** Behind the last zero byte: no text begins there. */
  readonly #end: number
  readonly #known = new Map<number, string | undefined>()
  #left: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.lastIndexOf(0) + 1
    this.#left = 8 * bytes.length + 65536
  }

  /** The text at an offset, as UTF-8; `undefined`: there is none, or too much has been decoded already. */
  at(offset: number): string | undefined {
    if (this.#known.has(offset)) return this.#known.get(offset)
    const text = this.#decode(offset)
    this.#known.set(offset, text)
    return text
  }

  #decode(offset: number): string | undefined {
    if (!(offset >= 0 && offset < this.#end) || this.#left < 0) return undefined
    const end = this.#bytes.indexOf(0, offset)
    this.#left -= end - offset
    return this.#left < 0 ? undefined : decoder.decode(this.#bytes.subarray(offset, end))
  }
}
