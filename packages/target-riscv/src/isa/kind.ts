import type { InsnKind } from '@guestscope/core'
import { extensions } from '../extensions.ts'
import type { Row } from './row.ts'

const kinds: ReadonlyMap<string, InsnKind | undefined> = new Map(
  extensions.map(({ title, kind }) => [title, kind]),
)

/** Kinds of extensions whose accesses to memory are not loads and stores. */
const ofAccesses: readonly InsnKind[] = ['atomic', 'system']

/** What an instruction is for, out of its row: how it ends a block, whether it addresses memory, its extension. */
export function kindOf(row: Row): InsnKind {
  const kind = kinds.get(row.ext) ?? 'integer'
  if (row.ending !== undefined) return row.ending
  if (row.args.includes('(') && !ofAccesses.includes(kind)) return row.regs.rd === null ? 'store' : 'load'
  return row.args === 'pred,succ' ? 'system' : kind
}
