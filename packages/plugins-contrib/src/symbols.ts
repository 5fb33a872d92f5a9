import type { Program } from '@guestscope/plugin-api'

/** Names of code addresses, from the symbols of the program. */
export class SymbolNames {
  readonly #addresses: BigUint64Array
  readonly #names: readonly { readonly name: string; readonly end: bigint }[]

  constructor(program: Program | undefined) {
    const found = new Map<bigint, { name: string; size: number }>()
    // At one address functions come first.
    for (const { address, name, size, kind } of program?.symbols() ?? [])
      if (kind !== 'object' && !found.has(address)) found.set(address, { name, size })
    this.#addresses = BigUint64Array.from(found.keys()).sort()
    this.#names = [...this.#addresses].map((address, i) => {
      const { name, size } = found.get(address) as { name: string; size: number }
      return { name, end: size > 0 ? address + BigInt(size) : (this.#addresses[i + 1] ?? 1n << 64n) }
    })
  }

  /** The symbol that covers an address: one without a size reaches to the next. */
  at(address: bigint): { readonly name: string; readonly start: bigint } | undefined {
    let low = 0
    let high = this.#addresses.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#addresses[middle] as bigint) <= address) low = middle + 1
      else high = middle
    }
    const found = this.#names[low - 1]
    return found !== undefined && address < found.end
      ? { name: found.name, start: this.#addresses[low - 1] as bigint }
      : undefined
  }

  /** The function that an address lies in; without a symbol, the address as its name. */
  function(address: bigint): { readonly name: string; readonly start: bigint } {
    return this.at(address) ?? { name: `0x${address.toString(16)}`, start: address }
  }

  /** `80000010 <main+0x10>`, or the address alone. */
  describe(address: bigint): string {
    const symbol = this.at(address)
    const hex = address.toString(16)
    if (symbol === undefined) return hex
    const offset = address - symbol.start
    return `${hex} <${symbol.name}${offset === 0n ? '' : `+0x${offset.toString(16)}`}>`
  }

  /** All, by ascending address. */
  *all(): Generator<{ readonly name: string; readonly start: bigint; readonly end: bigint }> {
    for (const [i, { name, end }] of this.#names.entries())
      yield { name, start: this.#addresses[i] as bigint, end }
  }
}
