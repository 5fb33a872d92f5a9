/**
 * Random instruction streams on Guestscope and on QEMU: `pnpm differential [--seed N] [--count N] [--xlen 32|64]`.
 * QEMU comes from the environment variables QEMU_RISCV64 and QEMU_RISCV32 (commands, may hold several words) or from
 * the PATH. A program has up to 20,000 instructions; the next one has the next seed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Tier } from '@guestscope/core'
import type { Xlen } from '../../src/isa/index.ts'
import { localise, type Run } from './localise.ts'
import { runOnOurs } from './ours.ts'
import { makeProgram, type ProgramOptions } from './program.ts'
import { runOnQemu } from './qemu.ts'
import { digest, type Recorded, recordedFile, toRecord } from './recorded.ts'

const usage = `pnpm differential [options]
  --count N     instructions, default 20000 (for each width)
  --seed N      first seed, default 1
  --xlen N      32 or 64; default both
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
const tiers = values.tier.split(',').map((t): Tier => (t === 'oracle' ? t : t === '0' ? 0 : 1))

let shown = 0

async function look(options: ProgramOptions, tier: Tier): Promise<void> {
  const { xlen, seed, count, only, repeats } = options
  shown++
  console.log(`Different: RV${xlen}, tier ${tier}, seed ${seed}, chunk ${only}`)
  const ours: Run = async elf => runOnOurs(xlen, elf, tier)
  for (const line of await localise(options, ours, elf => runOnQemu(xlen, elf))) console.log(line)
  console.log(
    `  Again: pnpm differential --xlen ${xlen} --tier ${tier} --seed ${seed} --count ${count} --repeats ${repeats} --chunk ${only}`,
  )
}

/** Runs one program everywhere; returns the number of chunks that differ. */
async function compare(options: ProgramOptions): Promise<number> {
  const { xlen, seed } = options
  const program = makeProgram(options)
  const reference = runOnQemu(xlen, program.elf)
  const mine = tiers.map(tier => ({ tier, lines: runOnOurs(xlen, program.elf, tier).split('\n') }))
  const expected = (await reference).split('\n')
  let differing = 0
  for (const { tier, lines } of mine) {
    for (const [i, line] of expected.entries()) {
      if (line === lines[i]) continue
      differing++
      if (i < program.chunks.length && shown < number('show')) await look({ ...options, only: i }, tier)
    }
  }
  const result = differing ? `${differing} differences` : 'equal'
  console.log(
    `RV${xlen} seed ${seed}: ${program.count} instructions in ${program.chunks.length} chunks: ${result}`,
  )
  return differing
}

async function record(): Promise<void> {
  const all: Recorded[] = []
  for (const options of toRecord) {
    const { elf } = makeProgram(options)
    const output = (await runOnQemu(options.xlen, elf)).trimEnd().split('\n')
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
  for (const xlen of widths) {
    if (values.chunk !== undefined) {
      const options = { xlen, seed, count, repeats, only: number('chunk') }
      for (const tier of tiers) await look(options, tier)
      continue
    }
    for (let i = 0; i * perProgram < count; i++) {
      const part = Math.min(perProgram, count - i * perProgram)
      differing += await compare({ xlen, seed: seed + i, count: part, repeats })
    }
  }
  process.exitCode = differing ? 1 : 0
}

await main()
