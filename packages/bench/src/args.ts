/** The arguments of `pnpm bench`. */
import { parseArgs } from 'node:util'
import { type CostRow, costRows } from './cost-rows.ts'
import { arm, hotSet, riscv, type Suite, withLinux } from './guests.ts'
import { linuxOptions } from './linux.ts'

export interface Arguments {
  readonly suite: Suite
  /** Benchmarks to run. */
  readonly names: readonly string[]
  /** Kinds of instrumentation to measure. */
  readonly costs: readonly CostRow[]
  /** The QEMU command in words; undefined: whatever is found. */
  readonly qemu: readonly string[] | undefined
  /** QEMU's plugin for costs. */
  readonly qemuPlugin: string | undefined
  readonly runs: number
  /** Instead of all: let code churn for so many seconds. */
  readonly churn: number | undefined
  /** Measure the guests compiled straight to WebAssembly besides. */
  readonly limit: boolean
  /** Run what was built, not the sources. */
  readonly built: boolean
  /** Print a line for the table of the history as well. */
  readonly history: boolean
  readonly json: boolean
  readonly help: boolean
}

export const usage = `Usage: pnpm bench [NAME …] [OPTION …]

Runs the benchmark guests on Guestscope and, where there is one, on QEMU, in turn, each in a process of its own, and
prints the times (medians, start-up included) and their ratio: over 1 is faster than QEMU.

NAME is a benchmark, a group of them, "hot" (the set that the engine is measured by), "costs" (what instrumentation
costs), or one kind of instrumentation. Default: everything.

  --arm                 the guests for Cortex-M instead of those for RISC-V
  --qemu COMMAND        qemu-system-riscv64 (with --arm qemu-system-arm), or a wrapper with its arguments; default: the
                        environment variable QEMU_RISCV64 (QEMU_ARM), else the program on the PATH
  --qemu-plugin FILE    a plugin for QEMU that takes mode=tb-inline, insn-inline, mem-inline, tb-cb, mem-cb, insn-cb,
                        discon-count, discon-empty: its costs are measured besides; or QEMU_COST_PLUGIN
  --linux-bios FILE     with the next two: boots Linux, too, until it powers off. It has to print a line GUEST-OK
  --linux-kernel FILE   before. Or GUESTSCOPE_LINUX_BIOS, GUESTSCOPE_LINUX_KERNEL, GUESTSCOPE_LINUX_INITRD
  --linux-initrd FILE
  --runs N              runs of each, default 3
  --churn SECONDS       instead: let code churn on Guestscope for this time, and print the resident memory
  --limit               also the hot guests' C sources compiled straight to WebAssembly (needs clang and wasm-ld)
  --built               run what "pnpm build" made, not the sources
  --history             also a line for the table "History" in docs/performance.md
  --json                results as JSON
  --help                this text
`

/** Something to tell the user about the arguments. */
export class UsageError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>

const words = (command: string): string[] => command.split(/\s+/).filter(word => word !== '')

export function parseArguments(args: readonly string[], environment: Environment): Arguments {
  const { values, positionals } = parse(args)
  const suite = chooseSuite(values, environment)
  const command = words(values.qemu ?? environment[suite.qemuVariable] ?? '')
  if (values.qemu !== undefined && command.length === 0) throw new UsageError('--qemu takes a command.')
  const { built, limit, history, json, help, churn } = values
  if (limit && values.arm) throw new UsageError('--limit is for RISC-V: leave --arm out.')
  return {
    suite,
    ...choose(suite, positionals),
    qemu: command.length > 0 ? command : undefined,
    qemuPlugin: values['qemu-plugin'] ?? environment.QEMU_COST_PLUGIN,
    runs: wholeNumber('runs', values.runs),
    churn: churn === undefined ? undefined : wholeNumber('churn', churn),
    limit,
    built,
    history,
    json,
    help,
  }
}

/** Benchmarks and kinds of instrumentation by their names. */
function choose(suite: Suite, given: readonly string[]): Pick<Arguments, 'names' | 'costs'> {
  const all = suite.benchmarks.map(({ name }) => name)
  if (given.length === 0) return { names: all, costs: costRows }
  const names = new Set<string>()
  const costs = new Set<CostRow>()
  for (const word of given) {
    const inGroup = suite.benchmarks.filter(b => b.name === word || b.group === word).map(b => b.name)
    const chosen = word === 'hot' ? hotSet : inGroup
    const rows = costRows.filter(row => word === 'costs' || row.mode === word)
    if (chosen.length + rows.length === 0) {
      const groups = new Set(suite.benchmarks.map(({ group }) => group))
      const known = [...all, ...groups, 'hot', 'costs', ...costRows.map(({ mode }) => mode)]
      throw new UsageError(`There is no benchmark "${word}". There are: ${known.join(', ')}.`)
    }
    for (const name of chosen) names.add(name)
    for (const row of rows) costs.add(row)
  }
  // What is compared with another guest needs it.
  for (const { name, against } of suite.benchmarks)
    if (against !== undefined && names.has(name)) names.add(against)
  return { names: [...names], costs: [...costs] }
}

function chooseSuite(values: Values, environment: Environment): Suite {
  const suite = values.arm ? arm : riscv
  const files = Object.entries(linuxOptions).map(([file, { option, variable }]) => {
    return [file, values[option] ?? (values.arm ? undefined : environment[variable])] as const
  })
  const { bios, kernel, initrd } = Object.fromEntries(files)
  if (bios && kernel && initrd) {
    if (values.arm)
      throw new UsageError('Linux does not run on Cortex-M: leave --arm or the --linux options out.')
    return withLinux(suite, { bios, kernel, initrd })
  }
  if (bios || kernel || initrd)
    throw new UsageError('Linux needs all of --linux-bios, --linux-kernel and --linux-initrd.')
  return suite
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`--${option} takes a number from 1, not "${text}".`)
  return value
}

const optionTypes = {
  arm: { type: 'boolean', default: false },
  qemu: { type: 'string' },
  'qemu-plugin': { type: 'string' },
  'linux-bios': { type: 'string' },
  'linux-kernel': { type: 'string' },
  'linux-initrd': { type: 'string' },
  runs: { type: 'string', default: '3' },
  churn: { type: 'string' },
  limit: { type: 'boolean', default: false },
  built: { type: 'boolean', default: false },
  history: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

interface Values {
  readonly arm: boolean
  readonly qemu?: string
  readonly 'qemu-plugin'?: string
  readonly 'linux-bios'?: string
  readonly 'linux-kernel'?: string
  readonly 'linux-initrd'?: string
  readonly runs: string
  readonly churn?: string
  readonly limit: boolean
  readonly built: boolean
  readonly history: boolean
  readonly json: boolean
  readonly help: boolean
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: optionTypes })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
