/** Decoding without a machine. */
import { BytesReader, type CodeReader, type DecodedInsn } from '@guestscope/core'
import { seeded } from '../random.ts'
import type { ContractOptions } from './options.ts'

/** Reads these bytes, at a place in a page, with zeros before them; behind them nothing can be fetched. */
export function reader(bytes: readonly number[], inPage = 0x800): CodeReader {
  const before = Math.min(inPage, 16)
  return new BytesReader(Uint8Array.from([...new Array(before).fill(0), ...bytes]), before, inPage)
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
