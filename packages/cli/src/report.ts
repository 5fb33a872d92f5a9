/** How problems are told: one paragraph, naming what is wrong and what to do. */
import { styleText } from 'node:util'
import { isUserError, messageOf } from './errors.ts'
import { ExitStatus } from './exit-status.ts'
import type { Output } from './host/host.ts'

/** Writes the paragraph and gives the exit status that belongs to the error. */
export function reportError(stderr: Output, error: unknown): number {
  if (isUserError(error)) {
    problem(stderr, error.message, error.code)
    return ExitStatus.refused
  }
  problem(
    stderr,
    `This is a fault of Guestscope, not of your program: ${messageOf(error)}. Please report it with the lines below.`,
  )
  const stack = error instanceof Error ? error.stack : undefined
  if (stack !== undefined) stderr.write(`${stack}\n`)
  return ExitStatus.fault
}

/** Something was thrown where nobody could catch it. */
export function reportStray(stderr: Output, error: unknown): number {
  const text = `An error was thrown outside of every callback, perhaps by a plugin's timer or promise: ${messageOf(error)}.`
  problem(stderr, `${text} The lines below tell where.`)
  if (error instanceof Error && error.stack !== undefined) stderr.write(`${error.stack}\n`)
  return ExitStatus.fault
}

/** The program waits for something that cannot come any more: a promise of a plugin, as far as `note` tells. */
export function reportUnsettled(stderr: Output, note: string): number {
  const what = note === '' ? 'Something' : note.replace(/^p/, 'P')
  problem(
    stderr,
    `${what}: it awaits something that cannot come any more. Mend the plugin, or leave it out.`,
    'plugin/unsettled',
  )
  return ExitStatus.refused
}

/** One paragraph for the user. */
export function problem(stderr: Output, text: string, code?: string): void {
  const tail = code === undefined ? '' : ` ${style(stderr, 'dim', `(${code})`)}`
  stderr.write(`${style(stderr, 'red', 'guestscope:')} ${text}${tail}\n`)
}

/** Good to know, no problem. */
export function note(stderr: Output, text: string): void {
  stderr.write(`${style(stderr, 'dim', `guestscope: ${text}`)}\n`)
}

/** Coloured on a terminal, unless NO_COLOR asks otherwise. */
function style(output: Output, format: 'red' | 'dim', text: string): string {
  const plain = !output.isTerminal || process.env.NO_COLOR || process.env.TERM === 'dumb'
  return plain ? text : styleText(format, text, { validateStream: false })
}
