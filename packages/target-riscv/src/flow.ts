/** What an instruction does to the flow of control. */
import type { Flow } from '@guestscope/core'
import type { Insn } from './isa/index.ts'

/** x1 and x5 are link registers by convention ("Unconditional Jumps", table of return-address stack hints). */
const isLink = (n: number): boolean => n === 1 || n === 5

const returns: readonly string[] = ['mret', 'sret']

export function flowOf(insn: Insn): Flow {
  const { row, rd, rs1 } = insn
  switch (row.ending) {
    case 'branch':
    case 'trap':
      return row.ending
    case 'jump':
      return isLink(rd) ? 'call' : 'jump'
    case 'indirect':
      if (isLink(rd)) return 'indirect-call'
      return isLink(rs1) ? 'return' : 'indirect-jump'
    case 'system':
      return returns.includes(row.sem) ? 'trap-return' : 'next'
    case undefined:
      return 'next'
  }
}
