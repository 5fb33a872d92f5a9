/** Errors of those who ask for a machine. In their texts, names of options stand in backticks. */
import { GuestscopeError, ImageError } from '@guestscope/core'

/** What is asked for does not exist, or does not go together. Codes start with `usage/`. */
export class UsageError extends GuestscopeError {}

/** Puts the file's name before errors about a program: the error stays an `ImageError` of the same code. */
export function naming<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    throw new ImageError(error.code, `${name}: ${problemOf(error)}`, error.hint, { cause: error })
  }
}

/** The message without the hint at its end. */
export const problemOf = ({ message, hint }: GuestscopeError): string =>
  message.slice(0, -hint.length).trimEnd()
