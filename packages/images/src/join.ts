/** Several program files in one machine. */
import type { ImageSymbol, LoadedImage } from '@guestscope/core'

const order = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

/** Several images as one: it starts as the first does, and has the segments and symbols of all. */
export function joinImages(first: LoadedImage, others: readonly LoadedImage[]): LoadedImage {
  const all = [first, ...others]
  let symbols: ImageSymbol[] | undefined
  return {
    ...first,
    segments: all.flatMap(({ segments }) => segments),
    symbols: () => {
      symbols ??= all.flatMap(image => image.symbols()).sort((a, b) => order(a.address, b.address))
      return symbols
    },
  }
}
