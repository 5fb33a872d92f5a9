/** The disassembler: `args` of the row with every operand word replaced by its text. */

import { nameOf } from './names.ts'
import { operands } from './operands.ts'
import type { Insn } from './row.ts'

/** In the words of UAL as GNU objdump writes them, without comments: `addeq.w r0, r1, r2, lsl #2`. */
export function disassemble(insn: Insn, pc: number): string {
  const text = insn.row.args.replaceAll(
    /(, )?([a-zA-Z]\w*)/g,
    (all, comma: string | undefined, word: string) => {
      const operand = operands[word]
      if (operand === undefined) return all
      const value = operand.print(insn, pc)
      return value === '' ? '' : (comma ?? '') + value
    },
  )
  return `${nameOf(insn)} ${text}`.trim()
}
