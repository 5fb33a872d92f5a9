/** `pnpm bench`: the benchmark guests on Guestscope and QEMU, and what plugins cost. */
import { fileURLToPath } from 'node:url'
import { type Arguments, parseArguments, UsageError, usage } from './args.ts'
import { type Emulator, findQemu, guestscope, RunError } from './emulators.ts'
import { benchmark, type Suite, startUp } from './guests.ts'
import { measure, type Result } from './measure.ts'
import { means, meansTable, timesTable } from './report.ts'

const listenPlugin = fileURLToPath(new URL('plugins/listen.ts', import.meta.url))

async function series(
  suite: Suite,
  names: readonly string[],
  emulators: readonly Emulator[],
  runs: number,
): Promise<Result[]> {
  const results: Result[] = []
  for (const name of names) {
    progress(`${name} (${results.length + 1} of ${names.length}) on ${emulators.map(e => e.name).join(', ')}`)
    const result = await measure(benchmark(suite, name), emulators, runs)
    progress('')
    if (result.error !== undefined) console.error(`bench: ${result.error}`)
    results.push(result)
  }
  return results
}

/** What is going on, on a terminal; '' erases it. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

/** Where traps never happen, listening must cost nothing; where nothing else happens, how much is it? */
async function costs(suite: Suite, runs: number): Promise<{ listen: Result[]; traps: Result[] }> {
  const plain = guestscope(suite, 'plain')
  const listening = guestscope(suite, 'onDiscon', ['-p', listenPlugin])
  const counting = guestscope(suite, 'traps', ['-p', 'traps'])
  return {
    listen: await series(suite, suite.trapFree, [plain, listening], runs),
    traps: await series(suite, suite.trapping, [plain, counting], runs),
  }
}

async function run(args: Arguments): Promise<void> {
  const { suite } = args
  const qemu = findQemu(suite, args.qemu)
  const emulators = [guestscope(suite), ...(qemu ? [qemu] : [])]
  const all = suite.benchmarks.map(b => b.name)
  const chosen = args.names.length > 0 ? args.names : all
  const names = [startUp, ...chosen.filter(name => name !== startUp)]
  if (!qemu)
    console.error(`bench: no ${suite.qemuProgram} found (--qemu COMMAND names one): times without ratios`)

  const results = await series(suite, names, emulators, args.runs)
  const mean = means(results.filter(result => result.name !== startUp))
  const cost = args.costs ? await costs(suite, args.runs) : undefined

  if (args.json) {
    const versions = { node: process.version, qemu: qemu?.version }
    console.log(
      JSON.stringify({ versions, runs: args.runs, results, means: mean, costs: cost }, undefined, 2),
    )
  } else {
    const heads = emulators.map(e => (e === qemu ? `QEMU ${qemu.version}` : e.name))
    console.log(timesTable(results, heads, qemu ? 'QEMU/ours' : ''))
    if (mean.guests !== undefined) console.log(meansTable(mean))
    if (cost) {
      console.log(timesTable(cost.listen, ['plain', 'empty onDiscon'], 'cost'))
      console.log(timesTable(cost.traps, ['plain', 'traps'], 'cost'))
    }
    const times = `medians of ${args.runs} ${args.runs === 1 ? 'run' : 'runs'}`
    console.log(`Wall time of whole processes, ${times}; Node ${process.version}.`)
    console.log(`"${startUp}" is start-up alone; it is part of every time.`)
  }
  const wrong = [...results, ...(cost?.listen ?? []), ...(cost?.traps ?? [])].some(r => r.error !== undefined)
  process.exitCode = wrong ? 1 : 0
}

async function main(): Promise<void> {
  try {
    const args = parseArguments(process.argv.slice(2), process.env)
    if (args.help) process.stdout.write(usage)
    else await run(args)
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RunError)) throw error
    console.error(`bench: ${error.message}`)
    process.exitCode = 2
  }
}

await main()
