/** The arguments of `pnpm bench`. */
import { parseArgs } from 'node:util'

export interface Arguments {
  /** Benchmarks to run; empty: all. */
  readonly names: readonly string[]
  /** The QEMU command in words; undefined: whatever is found. */
  readonly qemu: readonly string[] | undefined
  readonly runs: number
  readonly json: boolean
  /** Measure what instrumentation costs. */
  readonly costs: boolean
  readonly help: boolean
}

export const usage = `Usage: pnpm bench [NAME …] [OPTION …]

Runs the benchmark guests on Guestscope and, where there is one, on QEMU, in turn, each in a process of its own, and
prints the times (medians, start-up included) and their ratio: over 1 is faster than QEMU.

  --qemu COMMAND   qemu-system-riscv64, or a wrapper with its arguments; default: the environment variable
                   QEMU_RISCV64, else qemu-system-riscv64 on the PATH
  --runs N         runs of each, default 3
  --costs          also measure what plugins cost (default when no names are given); --no-costs: do not
  --json           results as JSON
  --help           this text
`

/** Something to tell the user about the arguments. */
export class UsageError extends Error {}

const words = (command: string): string[] => command.split(/\s+/).filter(word => word !== '')

export function parseArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): Arguments {
  const { values, positionals } = parse(args)
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`There is no benchmark "${unknown}". There are: ${known.join(', ')}.`)
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1)
    throw new UsageError(`--runs takes a number from 1, not "${values.runs}".`)
  const command = words(values.qemu ?? environment.QEMU_RISCV64 ?? '')
  if (values.qemu !== undefined && command.length === 0) throw new UsageError('--qemu takes a command.')
  return {
    names: positionals,
    qemu: command.length > 0 ? command : undefined,
    runs,
    json: values.json,
    costs: values.costs ?? positionals.length === 0,
    help: values.help,
  }
}

function parse(args: readonly string[]): {
  values: { qemu?: string; runs: string; json: boolean; costs?: boolean; help: boolean }
  positionals: string[]
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        qemu: { type: 'string' },
        runs: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        costs: { type: 'boolean' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
