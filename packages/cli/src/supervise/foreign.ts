/** Does a command line run JavaScript that is not ours? */
import { parseArguments } from '../args/parse.ts'
import { runCommand } from '../commands/table.ts'
import { contribNames } from '../plugins/ready.ts'
import type { Limits } from './watch.ts'

/** What the supervisor has to know of a command line. */
export interface ForeignRun {
  readonly limits: Limits
  /** The plugins as the user named them. */
  readonly plugins: readonly string[]
}

/**
 * A run with plugins other than the ready ones; undefined for everything else, mistakes included: `main` reports them.
 * Loads nothing of the emulator.
 */
export function foreignRun([command, ...rest]: readonly string[]): ForeignRun | undefined {
  if (command !== runCommand.name) return undefined
  try {
    const { options, help } = parseArguments(runCommand, rest)
    if (help || options.plugin.length === 0) return undefined
    const ready = new Set(contribNames())
    const plugins = options.plugin.flatMap(request => request.split(',', 1)).filter(name => !ready.has(name))
    if (plugins.length === 0) return undefined
    return { limits: { instructions: options['max-instructions'], seconds: options.timeout }, plugins }
  } catch {
    return undefined
  }
}
