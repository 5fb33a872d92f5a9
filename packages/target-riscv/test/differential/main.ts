/**
 * Random instruction streams on Guestscope and on QEMU: `pnpm differential [--seed N] [--count N] [--xlen 32|64]`.
 * QEMU comes from the environment variables QEMU_RISCV64 and QEMU_RISCV32 (commands, may hold several words) or from
 * the PATH. A program has up to 20,000 instructions; the next one has the next seed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { DifferentialStream, tiersOf } from '@guestscope/testkit'
import type { Xlen } from '../../src/isa/index.ts'
import { addable } from './hart.ts'
import { localise } from './localise.ts'
import { runOnOurs } from './ours.ts'
import { makeProgram, type ProgramOptions } from './program.ts'
import { runOnQemu } from './qemu.ts'
import { digest, type Recorded, recordedFile, toRecord } from './recorded.ts'

const usage = `pnpm differential [options]
  --count N     instructions, default 20000 (for each width)
  --seed N      first seed, default 1
  --xlen N      32 or 64; default both
  --with LIST   extensions besides the recorded ones, such as zicond,zfh; or all
  --tier LIST   of 0, 1, oracle; default 0,1
  --repeats N   runs of each chunk, default 3: the later ones are in compiled regions
  --chunk N     look at this chunk alone
  --show N      stop after so many differences, default 5
  --record      record again what the tests expect
QEMU: environment variables QEMU_RISCV64, QEMU_RISCV32`

const perProgram = 20_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '20000' },
    xlen: { type: 'string' },
    with: { type: 'string' },
    tier: { type: 'string', default: '0,1' },
    repeats: { type: 'string', default: '3' },
    chunk: { type: 'string' },
    show: { type: 'string', default: '5' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const number = (name: 'seed' | 'count' | 'repeats' | 'chunk' | 'show'): number => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} ${values[name]} is not a number`)
  return value
}

const widths: readonly Xlen[] = values.xlen === undefined ? [64, 32] : [values.xlen === '32' ? 32 : 64]

/** The extensions that `--with` asks for. */
const more = (xlen: Xlen): readonly string[] =>
  values.with === 'all' ? addable(xlen) : (values.with?.split(',') ?? [])

const stream = new DifferentialStream<ProgramOptions>(
  {
    label: ({ xlen }) => `RV${xlen}`,
    argument: ({ xlen, more = [] }) => `--xlen ${xlen}${more.length === 0 ? '' : ` --with ${more.join()}`}`,
    make: makeProgram,
    ours: ({ xlen, more }, elf, tier) => runOnOurs(xlen, elf, tier, more),
    reference: ({ xlen, more }, elf) => runOnQemu(xlen, elf, more),
    localise: (options, tier) =>
      localise(
        options,
        async elf => runOnOurs(options.xlen, elf, tier, options.more),
        elf => runOnQemu(options.xlen, elf, options.more),
      ),
  },
  { tiers: tiersOf(values.tier), show: number('show'), say: line => console.log(line) },
)

async function record(): Promise<void> {
  const all: Recorded[] = []
  for (const options of toRecord) {
    const { elf } = makeProgram(options)
    const output = (await runOnQemu(options.xlen, elf, options.more)).trimEnd().split('\n')
    all.push({ ...options, elf: digest(elf), output })
  }
  writeFileSync(recordedFile, `${JSON.stringify(all, undefined, 2)}\n`)
  console.log(`Recorded ${all.length} programs.`)
}

async function main(): Promise<void> {
  if (values.help) return console.log(usage)
  if (values.record) return record()
  const only = values.chunk === undefined ? {} : { only: number('chunk') }
  const options = { seed: number('seed'), count: number('count'), repeats: number('repeats'), ...only }
  let differing = 0
  for (const xlen of widths)
    differing += await stream.through({ xlen, more: more(xlen), ...options }, perProgram)
  process.exitCode = differing ? 1 : 0
}

await main()
