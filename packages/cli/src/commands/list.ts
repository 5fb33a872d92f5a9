/** `guestscope list`: what there is to choose from. */
import { allowedValues, type OptionSpec } from '@guestscope/core'
import { columns } from '../args/help.ts'
import type { CommandAction } from '../args/spec.ts'
import { contribNames, contribPlugin } from '../plugins/contrib.ts'
import { guests, type LoadedGuest } from '../run/guests.ts'
import type { ListOptions } from './options.ts'

const sections: Readonly<Record<string, () => Promise<string>>> = {
  targets: async () => columns(guests.map(guest => [guest.name, guest.description])),
  boards: () =>
    perGuest(({ boards }) =>
      boards.map(({ name, description, maxCpus, defaultMemory }) => [
        name,
        `${description}; ${cpusText(maxCpus)}, ${sizeText(defaultMemory)} of memory unless told`,
      ]),
    ),
  cpus: () => perGuest(({ cpus }) => cpus.map(({ name, description }) => [name, description])),
  plugins: async () => {
    const texts = await Promise.all(contribNames().map(pluginText))
    return texts.join('\n\n')
  },
}

export const list: CommandAction<ListOptions> = async (host, _options, [what]) => {
  const wanted = what === undefined ? Object.keys(sections) : [what]
  for (const [i, name] of wanted.entries()) {
    const body = await (sections[name] as () => Promise<string>)()
    host.stdout.write(wanted.length === 1 ? `${body}\n` : `${i === 0 ? '' : '\n'}${name}:\n${body}\n`)
  }
  return 0
}

const cpusText = (most: number): string => (most === 1 ? '1 CPU' : `up to ${most} CPUs`)
const sizeText = (bytes: number): string => (bytes < 2 ** 20 ? `${bytes / 2 ** 10}K` : `${bytes / 2 ** 20}M`)

async function perGuest(rows: (guest: LoadedGuest) => [string, string][]): Promise<string> {
  const all = await Promise.all(
    guests.map(async guest =>
      rows(await guest.load()).map(([name, text]): [string, string] => [name, `${guest.name}: ${text}`]),
    ),
  )
  return columns(all.flat())
}

async function pluginText(name: string): Promise<string> {
  const plugin = await contribPlugin(name)
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
