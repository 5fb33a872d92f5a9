/**
 * Random instruction streams on Guestscope and on QEMU: `pnpm differential [--seed N] [--count N] [--core m4]`. QEMU
 * comes from the environment variable QEMU_ARM (a command, may hold several words) or from the PATH. A program has up
 * to 10,000 instructions; the next one has the next seed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { DifferentialStream, tiersOf } from '@guestscope/testkit'
import { platformOf, platforms } from './layout.ts'
import { localise } from './localise.ts'
import { makeProgram, type ProgramOptions } from './program.ts'
import { digest, type Recorded, recordedFile, toRecord } from './recorded.ts'
import { runOnOurs, runOnQemu } from './run.ts'

const usage = `pnpm differential [options]
  --count N     instructions, default 10000 (for each core)
  --seed N      first seed, default 1
  --core LIST   of m0, m3, m4, m7; default all
  --tier LIST   of 0, 1, oracle; default 0,1
  --repeats N   runs of each chunk, default 3: the later ones are in compiled regions
  --chunk N     look at this chunk alone
  --show N      say where at most so many differences are, default 3
  --record      record again what the tests expect
QEMU: environment variable QEMU_ARM`

const perProgram = 10_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
    core: { type: 'string', default: Object.keys(platforms).join(',') },
    tier: { type: 'string', default: '0,1' },
    repeats: { type: 'string', default: '3' },
    chunk: { type: 'string' },
    show: { type: 'string', default: '3' },
    record: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const number = (name: 'seed' | 'count' | 'repeats' | 'chunk' | 'show'): number => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} ${values[name]} is not a number`)
  return value
}

const stream = new DifferentialStream<ProgramOptions>(
  {
    label: ({ core }) => core,
    argument: ({ core }) => `--core ${core}`,
    make: makeProgram,
    ours: ({ core }, elf, tier) => runOnOurs(core, elf, tier),
    reference: ({ core }, elf) => runOnQemu(core, elf),
    localise,
  },
  { tiers: tiersOf(values.tier), show: number('show'), say: line => console.log(line) },
)

async function record(): Promise<void> {
  const all: Recorded[] = []
  for (const options of toRecord) {
    const { elf } = makeProgram(options)
    const output = (await runOnQemu(options.core, elf)).trimEnd().split('\n')
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
  for (const core of values.core.split(',')) {
    platformOf(core)
    differing += await stream.through({ core, ...options }, perProgram)
  }
  process.exitCode = differing ? 1 : 0
}

await main()
