/** `guestscope list`: what there is to choose from. */

import type { OptionSpec, PluginDefinition } from '@guestscope/core'
import type { GuestParts } from '@guestscope/images'
import { nearest } from '@guestscope/machine/text'
import { allowedValues } from '@guestscope/plugin-host'
import { columns } from '../args/help.ts'
import type { CommandAction } from '../args/spec.ts'
import { CommandError } from '../errors.ts'
import { contribNames, contribPlugin } from '../plugins/contrib.ts'
import { isPath, loadPlugin } from '../plugins/load.ts'
import { targets } from '../targets.ts'
import type { ListOptions } from './options.ts'

const sections: Readonly<Record<string, () => Promise<string>>> = {
  targets: async () => columns(targets.map(guest => [guest.name, guest.description])),
  boards: () =>
    perGuest(({ boards }) =>
      boards.map(({ name, description, maxCpus, defaultMemory }) => [
        name,
        `${description}; ${cpusText(maxCpus)}, ${sizeText(defaultMemory)} of memory unless told`,
      ]),
    ),
  cpus: () => perGuest(({ cpus }) => cpus.map(({ name, description }) => [name, description])),
  plugins: async () => {
    const texts = await Promise.all(
      contribNames().map(async name => pluginText(name, await contribPlugin(name))),
    )
    return texts.join('\n\n')
  },
}

export const list: CommandAction<ListOptions> = async (host, _options, [what]) => {
  const section = what === undefined ? undefined : sections[what]
  if (what === undefined) {
    for (const [i, [name, body]] of Object.entries(sections).entries())
      host.stdout.write(`${i === 0 ? '' : '\n'}${name}:\n${await body()}\n`)
  } else if (section !== undefined) host.stdout.write(`${await section()}\n`)
  else {
    const found = await described(what, host.directory)
    if (found === undefined) throw await unknownName(what)
    host.stdout.write(`${found}\n`)
  }
  return 0
}

/** What `help NAME` tells of a target, board, CPU or plugin; undefined: nothing is called so. */
export async function described(name: string, directory: string): Promise<string | undefined> {
  const lines: string[] = []
  for (const section of ['targets', 'boards', 'cpus'])
    for (const line of (await (sections[section] as () => Promise<string>)()).split(/\n(?! {4})/))
      if (line.trimStart().startsWith(`${name} `)) lines.push(line)
  if (lines.length > 0) return lines.join('\n')
  if (!isPath(name)) {
    const plugin = await contribPlugin(name)
    return plugin && pluginText(name, plugin)
  }
  return pluginText(name, await loadPlugin(name, directory))
}

/** Names of all that `described` tells about, but for files. */
export async function namesKnown(): Promise<string[]> {
  const all = await Promise.all(targets.map(guest => guest.load()))
  const models = all.flatMap(({ boards, cpus }) => [...boards, ...cpus])
  return [...contribNames(), ...[...targets, ...models].map(one => one.name)]
}

async function unknownName(name: string): Promise<CommandError> {
  const known = Object.keys(sections)
  const near = nearest(name, [...known, ...(await namesKnown())])
  return new CommandError(
    'usage/operand',
    `'guestscope list' does not know '${name}'.`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Give one of: ${known.join(', ')}; or the name of one of those.`,
  )
}

const cpusText = (most: number): string => (most === 1 ? '1 CPU' : `up to ${most} CPUs`)
const sizeText = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes / 2 ** 10}K` : `${bytes / 2 ** 20}M`)

async function perGuest(rows: (guest: GuestParts) => [string, string][]): Promise<string> {
  const all = await Promise.all(
    targets.map(async guest =>
      rows(await guest.load()).map(([name, text]): [string, string] => [name, `${guest.name}: ${text}`]),
    ),
  )
  return columns(all.flat())
}

function pluginText(name: string, plugin: PluginDefinition | undefined): string {
  const options = Object.entries(plugin?.options ?? {}).map(([option, spec]): [string, string] => [
    `  ${option}=`,
    `${spec.description} (${valuesText(spec)}${defaultText(spec)})`,
  ])
  return [
    `  ${name}: ${plugin?.description ?? ''}`,
    ...(options.length === 0 ? [] : [columns(options)]),
  ].join('\n')
}

function valuesText(spec: OptionSpec): string {
  return spec.type === 'boolean' ? 'on or off' : allowedValues(spec)
}

function defaultText(spec: OptionSpec): string {
  if (spec.type === 'boolean') return `; default ${spec.default === true ? 'on' : 'off'}`
  return spec.default === undefined ? '' : `; default ${spec.default}`
}
