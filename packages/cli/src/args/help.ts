/** Help texts, from the descriptions of the commands. */
import { statusMeanings } from '../exit-status.ts'
import type { CommandSpec, FlagSpec, ValueSpec } from './spec.ts'

const width = 100

/** Help for all: the commands, and what exit statuses mean. */
export function generalHelp(commands: readonly CommandSpec<never>[]): string {
  return `${[
    'Guestscope runs machine code of a guest computer and lets plugins watch every discontinuity.',
    section(
      'Usage',
      columns([
        ['guestscope', 'run the demo guest under the plugin traps'],
        ...commands.map(command => [usage(command), command.summary] as const),
        ['guestscope help [NAME]', 'This text, or all about a command, plugin, board or CPU.'],
        ['guestscope --version', 'The version.'],
      ]),
    ),
    section('Exit status', columns(statusMeanings)),
  ].join('\n\n')}\n`
}

/** Help for one command. */
export function commandHelp<Options>(command: CommandSpec<Options>): string {
  const options = Object.entries<FlagSpec | ValueSpec<unknown>>(command.options)
  const parts = [
    command.summary,
    section('Usage', `  ${usage(command)}`),
    section('Arguments', columns(command.operands.map(o => [o.name, o.description]))),
    section(
      'Options',
      columns([
        ...options.map(([name, spec]) => [optionTitle(name, spec), spec.description] as const),
        ['-h, --help', 'This text.'],
      ]),
    ),
    ...(command.notes ?? []).map(note => wrap(note, width).join('\n')),
    section('Examples', (command.examples ?? []).map(example => `  ${example}`).join('\n')),
    ...(command.name === 'run' ? [section('Exit status', columns(statusMeanings))] : []),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

function usage<Options>(command: CommandSpec<Options>): string {
  const operands = command.operands.map(({ name, optional }) => (optional === true ? `[${name}]` : name))
  const options = Object.keys(command.options).length > 0 ? ['[OPTION …]'] : []
  return ['guestscope', command.name, ...operands, ...options].join(' ')
}

function optionTitle(name: string, spec: FlagSpec | ValueSpec<unknown>): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `
  return `${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`
}

const section = (title: string, body: string): string => (body === '' ? '' : `${title}:\n${body}`)

/** Two columns, the second wrapped. */
export function columns(rows: readonly (readonly [string, string])[]): string {
  const left = Math.max(0, ...rows.map(([title]) => title.length))
  return rows
    .flatMap(([title, text]) =>
      wrap(text, width - left - 4).map((line, i) =>
        `  ${(i === 0 ? title : '').padEnd(left)}  ${line}`.trimEnd(),
      ),
    )
    .join('\n')
}

/** Lines of at most so many characters. */
export function wrap(text: string, limit: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length <= limit) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
