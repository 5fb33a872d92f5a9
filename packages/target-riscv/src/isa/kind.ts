import type { InsnKind } from '@guestscope/core'
import type { Extension, Row } from './row.ts'

const ofExtension: Partial<Record<Extension, InsnKind>> = {
  A: 'atomic',
  M: 'multiply',
  F: 'float',
  D: 'float',
  Zba: 'bits',
  Zbb: 'bits',
  Zbs: 'bits',
  Zicsr: 'system',
  Zifencei: 'system',
}

/** What an instruction is for, out of its row: how it ends a block, whether it addresses memory, its extension. */
export function kindOf(row: Row): InsnKind {
  if (row.ending !== undefined) return row.ending
  if (row.ext === 'A') return 'atomic'
  if (row.args.includes('(')) return row.regs.rd === null ? 'store' : 'load'
  return row.args === 'pred,succ' ? 'system' : (ofExtension[row.ext] ?? 'integer')
}
