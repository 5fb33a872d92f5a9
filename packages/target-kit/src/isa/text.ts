/** The disassembler: `args` of the row with every operand word replaced by its text. */
import type { Language } from './language.ts'
import type { Insn, Terms } from './row.ts'

const patterns = { ',': /(,?)([a-zA-Z]\w*)/g, ', ': /(, )?([a-zA-Z]\w*)/g } as const

/** Replaces the operand words of `args`, each with the separator before it. */
export function replaceOperands<T extends Terms>(
  { operands, separator }: Language<T>,
  args: string,
  replace: (word: string, separator: string) => string,
): string {
  return args.replaceAll(patterns[separator], (all, before: string | undefined, word: string) =>
    operands[word] === undefined ? all : replace(word, before ?? ''),
  )
}

/** The text of an instruction as the assembler reads it: name, a space, operands. */
export function disassemble<T extends Terms>(
  language: Language<T>,
  insn: Insn<T>,
  place: T['place'],
): string {
  const { row } = insn
  const text = replaceOperands(language, row.args, (word, before) => {
    const value = language.operands[word]?.print(insn, place) ?? ''
    return value === '' ? '' : before + value
  })
  return `${language.nameOf?.(insn) ?? row.name} ${text}`.trim()
}
