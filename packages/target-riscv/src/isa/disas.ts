/** The disassembler: `args` of the row with every operand name replaced by its text. */

import { operands, orderings } from './operands.ts'
import type { Insn, Xlen } from './row.ts'

/** In the words of GNU objdump without aliases, one space after the name: `beq a0,zero,0x80000010`. */
export function disassemble(insn: Insn, pc: bigint, xlen: Xlen): string {
  const { name, args, bits } = insn.row
  const place = { pc, xlen }
  const suffix = bits.includes('a') ? (orderings[insn.aux] ?? '') : ''
  const text = args.replaceAll(/(,?)([a-zA-Z]\w*)/g, (all, comma: string, word: string) => {
    const operand = operands[word]
    if (operand === undefined) return all
    const value = operand.print(insn[operand.slot], place)
    return value === '' ? '' : comma + value
  })
  return text === '' ? name + suffix : `${name}${suffix} ${text}`
}
