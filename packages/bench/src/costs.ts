/** What instrumentation costs: each kind against no plugin, ours and QEMU's. */
import { fileURLToPath } from 'node:url'
import type { CostRow } from './cost-rows.ts'
import { type Emulator, withArguments } from './emulators.ts'
import { benchmark, type Suite, startUp } from './guests.ts'
import { type Measured, measure, netRatio, type Result } from './measure.ts'
import type { run } from './run.ts'
import { geometricMean } from './statistics.ts'

const plugin = fileURLToPath(new URL('plugins/cost.ts', import.meta.url))

export interface CostSetting {
  readonly suite: Suite
  readonly ours: Emulator
  /** QEMU, and the plugin for it. */
  readonly qemu: { readonly emulator: Emulator; readonly plugin: string } | undefined
  readonly runs: number
  readonly progress: (text: string) => void
  /** Runs a guest once; tests have their own. */
  readonly once?: typeof run
}

/** How many times the time without plugin. */
export interface Slowdown {
  readonly mean: number | undefined
  readonly byGuest: Readonly<Record<string, number>>
}

export interface CostResult {
  readonly row: CostRow
  readonly ours: Slowdown
  readonly qemu: Slowdown | undefined
  /** What our plugin counted in each guest. */
  readonly counts: Readonly<Record<string, number>>
  readonly errors: readonly string[]
}

/** Measures the rows. Both sides without start-up: the time of the guest that does nothing, under the same plugin. */
export async function measureCosts(rows: readonly CostRow[], setting: CostSetting): Promise<CostResult[]> {
  const results: CostResult[] = []
  for (const row of rows) results.push(await measureRow(row, setting))
  return results.map((result, i) => ({
    ...result,
    errors: [...result.errors, ...disagreements(result, results.slice(0, i))],
  }))
}

/**
 * Rows that count the same must find the same number in the same guest. Blocks almost: where the run loop interrupts a
 * block to look at the world, the rest of it begins as another, and when that is depends on time.
 */
const slack = { blocks: 1e-4, instructions: 0, accesses: 0, events: 0, nothing: 0 }

function disagreements({ row, counts }: CostResult, earlier: readonly CostResult[]): string[] {
  const like = earlier.find(other => other.row.counts === row.counts && other.row.guests === row.guests)
  return Object.entries(counts).flatMap(([guest, count]) => {
    const before = like?.counts[guest]
    if (like === undefined || before === undefined) return []
    if (Math.abs(before - count) <= slack[row.counts] * before) return []
    return [`${guest}: ${row.mode} counted ${count} ${row.counts}, ${like.row.mode} ${before}`]
  })
}

async function measureRow(row: CostRow, setting: CostSetting): Promise<CostResult> {
  const { suite, ours, qemu, runs, progress, once } = setting
  const theirs = qemu && row.qemu !== undefined ? [qemu.emulator, withQemuPlugin(qemu, row.qemu)] : []
  const emulators = [ours, withArguments(ours, row.mode, ['-p', `${plugin},mode=${row.mode}`]), ...theirs]
  const guests = suite[row.guests]
  const results: Result[] = []
  for (const name of [startUp, ...guests]) {
    progress(`${row.mode}: ${name}`)
    results.push(await measure(benchmark(suite, name), emulators, runs, once))
    progress('')
  }
  return {
    row,
    ours: slowdown(results, 0),
    qemu: theirs.length > 0 ? slowdown(results, 2) : undefined,
    counts: Object.fromEntries(
      results.slice(1).flatMap(({ name, measured }) => {
        const count = measured[1]?.count
        return count === undefined ? [] : [[name, count]]
      }),
    ),
    errors: [...results.flatMap(({ error }) => error ?? []), ...miscounts(row, results)],
  }
}

function withQemuPlugin(qemu: NonNullable<CostSetting['qemu']>, mode: string): Emulator {
  const { emulator, plugin } = qemu
  return withArguments(emulator, `${emulator.name}, ${mode}`, ['-plugin', `${plugin},mode=${mode}`])
}

/** Of the way after `base` against the way `base`. */
function slowdown(results: readonly Result[], base: number): Slowdown {
  const [start, ...guests] = results
  const startOf = (way: Measured | undefined): number | undefined => way?.time.median
  const starts = { other: startOf(start?.measured[base + 1]), base: startOf(start?.measured[base]) }
  const byGuest: Record<string, number> = {}
  for (const { name, measured } of guests) {
    const ratio = netRatio(measured[base + 1], measured[base], starts)
    if (ratio !== undefined) byGuest[name] = ratio
  }
  return { mean: geometricMean(Object.values(byGuest)), byGuest }
}

/** A plugin that counted nothing where there is something to count has measured nothing. */
function miscounts({ mode, counts }: CostRow, results: readonly Result[]): string[] {
  return results.flatMap(({ name, measured }) => {
    const count = measured[1]?.count
    if (measured.length === 0 || name === startUp) return []
    if (count === undefined) return [`${name}: ${mode} printed no count`]
    const expected = counts === 'nothing' ? count === 0 : count > 0
    return expected ? [] : [`${name}: ${mode} counted ${count}`]
  })
}
