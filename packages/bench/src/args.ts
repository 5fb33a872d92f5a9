/** The arguments of `pnpm bench`. */
import { parseArgs } from 'node:util'
import { arm, riscv, type Suite } from './guests.ts'

export interface Arguments {
  readonly suite: Suite
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

  --arm            the guests for Cortex-M instead of those for RISC-V
  --qemu COMMAND   qemu-system-riscv64 (with --arm qemu-system-arm), or a wrapper with its arguments; default: the
                   environment variable QEMU_RISCV64 (QEMU_ARM), else the program on the PATH
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
): Arguments {
  const { values, positionals } = parse(args)
  const suite = values.arm ? arm : riscv
  const known = suite.benchmarks.map(b => b.name)
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined)
    throw new UsageError(`There is no benchmark "${unknown}". There are: ${known.join(', ')}.`)
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1)
    throw new UsageError(`--runs takes a number from 1, not "${values.runs}".`)
  const command = words(values.qemu ?? environment[suite.qemuVariable] ?? '')
  if (values.qemu !== undefined && command.length === 0) throw new UsageError('--qemu takes a command.')
  return {
    suite,
    names: positionals,
    qemu: command.length > 0 ? command : undefined,
    runs,
    json: values.json,
    costs: values.costs ?? positionals.length === 0,
    help: values.help,
  }
}

function parse(args: readonly string[]): {
  values: { arm: boolean; qemu?: string; runs: string; json: boolean; costs?: boolean; help: boolean }
  positionals: string[]
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        arm: { type: 'boolean', default: false },
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
