import type { ImageSymbol, LoadedImage } from '@guestscope/core'

/** Finds symbols by address. */
export class SymbolTable {
  readonly all: readonly ImageSymbol[]

  constructor(image: LoadedImage) {
    this.all = image.symbols()
  }

  /** The symbol that covers the address: one without a size reaches to the next. */
  at(address: bigint): ImageSymbol | undefined {
    let low = 0
    let high = this.all.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.all[middle] as ImageSymbol).address <= address) low = middle + 1
      else high = middle
    }
    // At one address functions stand first; they are to win.
    for (let i = low - 1; i >= 0; i--) {
      const symbol = this.all[i] as ImageSymbol
      const before = this.all[i - 1]
      if (before !== undefined && before.address === symbol.address && before.kind !== 'label') continue
      const inside = symbol.size === 0 || address < symbol.address + BigInt(symbol.size)
      return inside ? symbol : undefined
    }
    return undefined
  }

  /** An address by a symbol: `main+0x10`. */
  nameOf(address: bigint): string | undefined {
    const symbol = this.at(address)
    if (symbol === undefined) return undefined
    const offset = address - symbol.address
    return `${symbol.name}${offset === 0n ? '' : `+0x${offset.toString(16)}`}`
  }

  /** An address for a person: `0x80000010 <main+0x10>`. */
  describe(address: bigint): string {
    const name = this.nameOf(address)
    const hex = `0x${address.toString(16)}`
    return name === undefined ? hex : `${hex} <${name}>`
  }
}
