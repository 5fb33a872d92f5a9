import type { PluginApi, ProgramSymbol } from '@guestscope/plugin-api'
import { readElfFiles } from './elf.ts'

/** Names of code addresses. */
export class SymbolNames {
  readonly #addresses: BigUint64Array
  readonly #names: readonly { readonly name: string; readonly end: bigint }[]

  constructor(symbols: readonly ProgramSymbol[]) {
    const found = new Map<bigint, { name: string; size: number }>()
    const rank = ({ kind }: ProgramSymbol): number => (kind === 'function' ? 0 : 1)
    for (const { address, name, size, kind } of symbols.toSorted((a, b) => rank(a) - rank(b)))
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

/** The symbols of the program, and those of further ELF files that an option names. */
export function allSymbols(api: PluginApi, paths: readonly string[]): ProgramSymbol[] {
  return [...(api.program?.symbols() ?? []), ...readElfFiles(api, paths).flatMap(elf => elf.symbols())]
}

/** The option for `allSymbols`. */
export const symbolsOption = {
  type: 'string',
  multiple: true,
  description: 'A further ELF file with symbols, such as that of a raw kernel.',
} as const
