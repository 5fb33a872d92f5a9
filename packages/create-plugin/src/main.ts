import { parseArgs } from 'node:util'
import { CreateError, createPlugin } from './create.ts'

const usage = 'npm create guestscope-plugin NAME'

const help = `Makes a folder with a Guestscope plugin to begin with.

Usage:
  ${usage}

Arguments:
  NAME  Name of the package, such as my-plugin or @me/my-plugin. The folder is called like the part
        after the slash; if it exists, it must be empty.

Options:
  -h, --help  This text. npm keeps it for itself unless -- stands before it.
`

/** Where the command writes, and the folder it starts from. */
export interface Streams {
  readonly directory: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

const ofProcess: Streams = {
  directory: process.cwd(),
  stdout: text => process.stdout.write(text),
  stderr: text => process.stderr.write(text),
}

/** Runs the command; returns the exit status: 0, or 2 if it was refused. */
export function main(args: readonly string[], { directory, stdout, stderr }: Streams = ofProcess): number {
  try {
    const name = nameOf(args)
    if (name === undefined) {
      stdout(help)
      return 0
    }
    const { folder, plugin } = createPlugin(directory, name)
    stdout(
      `Made the plugin ${plugin} in ${folder}. Now:\n\n` + `  cd ${folder} && npm install\n  npm start\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof CreateError)) throw error
    stderr(`create-guestscope-plugin: ${error.message}\n`)
    return 2
  }
}

/** The one argument, or undefined if help was asked for. */
function nameOf(args: readonly string[]): string | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  const names: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') names.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help') return undefined
    throw new CreateError(`There is no option ${token.rawName}. Write '${usage}'.`)
  }
  const [name, extra] = names
  if (name === undefined) throw new CreateError(`A name for the plugin is missing. Write '${usage}'.`)
  if (extra !== undefined)
    throw new CreateError(`One name is enough: there is no use for '${extra}'. Write '${usage}'.`)
  return name
}
