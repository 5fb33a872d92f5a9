/** `pnpm bench`: the benchmark guests on Guestscope and QEMU, and what instrumentation costs. */
import { spawnSync } from 'node:child_process'
import { type Arguments, parseArguments, UsageError, usage } from './args.ts'
import { churnTable, measureChurn } from './churn.ts'
import { measureCosts } from './costs.ts'
import { type Emulator, findQemu, guestscope, names, type Qemu } from './emulators.ts'
import { generate } from './generate/files.ts'
import { goals } from './goals.ts'
import { benchmark, startUp } from './guests.ts'
import { historyTable } from './history.ts'
import { compileLimit, limit, limited } from './limit.ts'
import { measure, type Result } from './measure.ts'
import { againstTable, costsTable, goalsTable, meansTable, memoryTable, timesTable } from './report.ts'
import { RunError } from './run.ts'
import { median } from './statistics.ts'
import { complete, means } from './summary.ts'
import { milliseconds } from './table.ts'

async function series(args: Arguments, emulators: readonly Emulator[]): Promise<Result[]> {
  const { suite, runs } = args
  const results: Result[] = []
  const all = [startUp, ...args.names.filter(name => name !== startUp)]
  for (const name of all) {
    const guest = benchmark(suite, name)
    if (guest.generated) generate(name)
    const those = guest.against === undefined ? [...emulators] : emulators.slice(0, 1)
    if (args.limit && limited.includes(name)) {
      compileLimit(name)
      those.push(limit)
    }
    progress(`${name} (${results.length + 1} of ${all.length}) on ${those.map(e => e.name).join(', ')}`)
    const result = await measure(guest, those, runs)
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

/** Seconds that Node takes to start and end with nothing to do. */
function nodeStart(runs: number): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    spawnSync(process.execPath, ['-e', '0'])
    return (performance.now() - start) / 1000
  })
  return median(times)
}

async function run(args: Arguments): Promise<void> {
  const { suite, runs } = args
  const ours = guestscope(suite, args.built)
  if (args.churn !== undefined) return await churn(args, ours, args.churn)
  const qemu = findQemu(suite, args.qemu)
  if (!qemu)
    console.error(`bench: no ${suite.qemuProgram} found (--qemu COMMAND names one): times without ratios`)
  const emulators = qemu ? [ours, qemu] : [ours]

  const results = args.names.length > 0 ? await series(args, emulators) : []
  const rows = complete(results, suite.benchmarks)
  const costs = await measureCosts(args.costs, {
    ...{ suite, ours, runs, progress },
    qemu: costsOfQemu(qemu, args.qemuPlugin),
  })
  for (const { row, errors } of costs)
    for (const error of errors) console.error(`bench: costs, ${row.mode}: ${error}`)

  const firstOutput = (emulator: string): number | undefined =>
    rows.find(({ name }) => name === startUp)?.measured.find(way => way.emulator === emulator)?.firstOutput
  const node = nodeStart(runs)
  const mean = { ratio: means(rows), net: means(rows, row => row.net) }
  const [first, firstOfQemu] = [firstOutput(names.ours), firstOutput(names.qemu)]
  const reached = goals({ rows, means: mean.ratio, costs, start: first && first * 1000 })

  if (args.json) {
    const versions = { node: process.version, qemu: qemu?.version }
    const startSeconds = { guestscope: first, qemu: firstOfQemu, node }
    const all = { versions, runs, built: args.built, startSeconds, rows, means: mean, costs, goals: reached }
    console.log(JSON.stringify(all, undefined, 2))
  } else {
    const tables: string[] = []
    const heads = {
      [names.ours]: names.ours,
      ...(qemu && { [names.qemu]: `${names.qemu} ${qemu.version}` }),
      ...(args.limit && { [names.limit]: names.limit }),
    }
    if (rows.length > 0) tables.push(timesTable(rows, heads), againstTable(rows), memoryTable(rows))
    if (mean.ratio.guests !== undefined) tables.push(meansTable(mean.ratio, mean.net))
    if (costs.length > 0) tables.push(costsTable(costs))
    if (reached.length > 0) tables.push(goalsTable(reached))
    if (args.history) tables.push(historyTable({ rows, means: mean.ratio, start: first }))
    for (const text of tables) if (text !== '') console.log(text)
    if (first !== undefined) {
      const compared = firstOfQemu === undefined ? '' : `, QEMU ${milliseconds(firstOfQemu)}`
      const alone = `Node alone ${milliseconds(node)}`
      console.log(`First guest instruction after ${milliseconds(first)}${compared}; ${alone}.`)
    }
    const times = `medians of ${runs} ${runs === 1 ? 'run' : 'runs'}`
    console.log(`Wall time of whole processes, ${times}; Node ${process.version}.`)
    console.log(`"${startUp}" is start-up alone: part of every time, of "net" and of costs it is not.`)
  }
  const wrong = rows.some(r => r.error !== undefined) || costs.some(({ errors }) => errors.length > 0)
  process.exitCode = wrong ? 1 : 0
}

function costsOfQemu(
  qemu: Qemu | undefined,
  plugin: string | undefined,
): { emulator: Qemu; plugin: string } | undefined {
  return qemu && plugin !== undefined ? { emulator: qemu, plugin } : undefined
}

async function churn({ suite, json }: Arguments, emulator: Emulator, seconds: number): Promise<void> {
  if (suite.endless === undefined) throw new UsageError('--churn is for RISC-V: leave --arm out.')
  const results = await measureChurn(suite, emulator, seconds)
  console.log(json ? JSON.stringify({ seconds, churn: results }, undefined, 2) : churnTable(results))
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
