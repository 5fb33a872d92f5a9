/** The command: finds out what is asked for, loads what does it, reports what goes wrong. */

import { nearest } from '@guestscope/machine/text'
import { commandHelp, generalHelp } from './args/help.ts'
import { parseArguments } from './args/parse.ts'
import type { CommandSpec } from './args/spec.ts'
import { commands } from './commands/table.ts'
import { CommandError } from './errors.ts'
import { deliver } from './host/deliver.ts'
import { failures, flush } from './host/flush.ts'
import type { Host } from './host/host.ts'
import { reportError } from './report.ts'

/** Runs the command with these arguments; gives the exit status. All output has been written then. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  let status: number
  try {
    status = await dispatch(args, host)
  } catch (error) {
    status = reportError(host.stderr, error)
  }
  await deliver(host, () => false)
  const lost = flush(host)
  for (const failure of failures(host)) reportError(host.stderr, failure)
  await deliver(host, () => false)
  return lost ?? status
}

async function dispatch([name, ...rest]: readonly string[], host: Host): Promise<number> {
  if (name === undefined) return (await import('./demo.ts')).demo(host)
  if (name === '--version' || name === '-V' || name === 'version') {
    host.stdout.write(`guestscope ${(await import('./version.ts')).version(host.files)}\n`)
    return 0
  }
  if (name === 'help' || name === '--help' || name === '-h') {
    const topic = rest.find(argument => !argument.startsWith('-'))
    host.stdout.write(topic === undefined ? generalHelp(commands) : await helpAbout(topic, host))
    return 0
  }
  const command = find(name)
  const { options, operands, help } = parseArguments(command, rest)
  if (help) {
    host.stdout.write(commandHelp(command))
    return 0
  }
  const action = await command.load()
  return action(host, options, operands)
}

/** Of a command, or of what `list` knows. */
async function helpAbout(topic: string, host: Host): Promise<string> {
  const command = commands.find(one => one.name === topic)
  if (command !== undefined) return commandHelp(command)
  const { described, namesKnown } = await import('./commands/list.ts')
  const found = await described(topic, host.directory)
  return found === undefined ? commandHelp(find(topic, await namesKnown())) : `${found}\n`
}

function find(name: string, more: readonly string[] = []): CommandSpec<never> {
  const found = commands.find(command => command.name === name)
  if (found !== undefined) return found
  const names = [...commands.map(command => command.name), 'help']
  if (name.startsWith('-'))
    throw new CommandError(
      'usage/option-unknown',
      `There is no option ${name} before the command.`,
      `Begin with a command: ${names.join(', ')}.`,
    )
  const near = nearest(name, [...names, ...more])
  const hint =
    near !== undefined
      ? `Did you mean '${near}'?`
      : /[./\\]/.test(name)
        ? `To run a program, write 'guestscope run ${name}'.`
        : `The commands are: ${names.join(', ')}.`
  throw new CommandError('usage/command-unknown', `There is no command '${name}'.`, hint)
}
