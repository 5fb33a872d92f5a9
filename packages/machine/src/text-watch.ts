/** Looks for a text in bytes that come in pieces (Knuth, Morris and Pratt). */
export class TextWatch {
  found = false
  readonly #needle: Uint8Array
  /** For each length matched: the longest shorter one that its end could also be. */
  readonly #fallback: number[] = [0]
  #matched = 0

  constructor(text: string) {
    this.#needle = new TextEncoder().encode(text)
    let length = 0
    for (let i = 1; i < this.#needle.length; i++) {
      while (length > 0 && this.#needle[i] !== this.#needle[length])
        length = this.#fallback[length - 1] as number
      if (this.#needle[i] === this.#needle[length]) length++
      this.#fallback[i] = length
    }
  }

  /** Takes the next bytes; true once the text has been there. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.found) break
      while (this.#matched > 0 && byte !== this.#needle[this.#matched])
        this.#matched = this.#fallback[this.#matched - 1] as number
      if (byte === this.#needle[this.#matched]) this.#matched++
      this.found = this.#matched === this.#needle.length
    }
    return this.found
  }
}
