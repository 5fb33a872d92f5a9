/** Decoding without a machine. */
import { type CodeReader, type DecodedInsn, FetchFault } from '@guestscope/core'
import { seeded } from '../random.ts'
import type { ContractOptions } from './options.ts'

/** Reads these bytes, at a place in a page; behind them nothing can be fetched. */
export function reader(bytes: readonly number[], inPage = 0x800): CodeReader {
  return {
    inPage,
    u16: offset => {
      if (offset < 0 && inPage + offset >= 0) return 0
      const [low, high] = [bytes[offset], bytes[offset + 1]]
      if (low === undefined || high === undefined) throw new FetchFault(BigInt(offset))
      return low | (high << 8)
    },
  }
}

/** Instructions of the target's random generator, decoded under these flags; default: the first. */
export function randomInsns(
  options: ContractOptions,
  count: number,
  flags: number = options.flags?.[0] ?? 0,
): DecodedInsn[] {
  const random = seeded(options.seed ?? 1)
  return Array.from({ length: count }, () => {
    const bytes = options.random.instruction(random)
    return options.target.decode(reader([...bytes, ...new Array(16).fill(0)]), flags)
  })
}
