/** Texts of the library call its options by their names, in backticks; the command has names of its own for them. */
import { GuestscopeError, PluginError } from '@guestscope/core'
import { problemOf } from '@guestscope/machine'
import { CommandError } from './errors.ts'

const names: Readonly<Record<string, string>> = {
  image: 'IMAGE',
  address: '@ADDRESS',
  cpus: '--smp',
  limit: '--max-instructions',
  ...Object.fromEntries(
    [
      ...['target', 'board', 'cpu', 'raw', 'memory', 'bios', 'kernel', 'initrd', 'append'],
      ...['semihosting', 'timeout'],
    ].map(name => [name, `--${name}`]),
  ),
}

/** The text with the names of the command. */
export const inOptions = (text: string): string =>
  text.replaceAll(/`(\w+)`/g, (all, name: string) => names[name] ?? all)

/** Does something with the library; its errors come out in the words of the command. */
export async function translated<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof GuestscopeError) || error instanceof PluginError) throw error
    throw new CommandError(error.code, inOptions(problemOf(error)), inOptions(error.hint), { cause: error })
  }
}
