/** What an instruction does to the flow of control. */
import type { Flow } from '@guestscope/core'
import type { Insn } from './isa/thumb/index.ts'

const lr = 14

/** Calls link; returns branch to lr, or take the PC off the stack (Armv7-M ARM, A2.3.1). */
export function flowOf(insn: Insn): Flow {
  const { row, sem } = insn
  switch (row.ending) {
    case 'branch':
    case 'trap':
      return row.ending
    case 'jump':
      return sem === 'bl' ? 'call' : 'jump'
    case 'indirect':
      if (sem === 'blx') return 'indirect-call'
      if (sem === 'bx' || sem === 'mov.pc') return insn.rm === lr ? 'return' : 'indirect-jump'
      return insn.rn === 13 ? 'return' : 'indirect-jump'
    default:
      return 'next'
  }
}
