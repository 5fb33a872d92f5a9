/**
 * Random instruction streams on Guestscope and on QEMU: `pnpm differential [--seed N] [--count N] [--core m4]`. QEMU
 * comes from the environment variable QEMU_ARM (a command, may hold several words) or from the PATH. A program has up
 * to 10,000 instructions; the next one has the next seed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Tier } from '@guestscope/core'
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

const tiers = values.tier.split(',').map((t): Tier => (t === 'oracle' ? t : t === '0' ? 0 : 1))
let shown = 0

async function look(options: ProgramOptions, tier: Tier): Promise<void> {
  const { core, seed, count, only, repeats } = options
  shown++
  console.log(`Different: ${core}, tier ${tier}, seed ${seed}, chunk ${only}`)
  for (const line of await localise(options, tier)) console.log(line)
  console.log(
    `  Again: pnpm differential --core ${core} --tier ${tier} --seed ${seed} --count ${count} --repeats ${repeats} --chunk ${only}`,
  )
}

/** Runs one program everywhere; returns the number of chunks that differ. */
async function compare(options: ProgramOptions): Promise<number> {
  const { core, seed } = options
  const program = makeProgram(options)
  const reference = runOnQemu(core, program.elf)
  const mine = tiers.map(tier => ({ tier, lines: runOnOurs(core, program.elf, tier).split('\n') }))
  const expected = (await reference).split('\n')
  let differing = 0
  for (const { tier, lines } of mine) {
    for (let i = 0; i < Math.max(expected.length, lines.length); i++) {
      if (expected[i] === lines[i]) continue
      differing++
      if (i < program.chunks.length && shown < number('show')) await look({ ...options, only: i }, tier)
    }
  }
  const result = differing ? `${differing} differences` : 'equal'
  console.log(
    `${core} seed ${seed}: ${program.count} instructions in ${program.chunks.length} chunks: ${result}`,
  )
  return differing
}

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
  const [count, seed, repeats] = [number('count'), number('seed'), number('repeats')]
  let differing = 0
  for (const core of values.core.split(',')) {
    platformOf(core)
    if (values.chunk !== undefined) {
      for (const tier of tiers) await look({ core, seed, count, repeats, only: number('chunk') }, tier)
      continue
    }
    for (let i = 0; i * perProgram < count; i++) {
      const part = Math.min(perProgram, count - i * perProgram)
      differing += await compare({ core, seed: seed + i, count: part, repeats })
    }
  }
  process.exitCode = differing ? 1 : 0
}

await main()
