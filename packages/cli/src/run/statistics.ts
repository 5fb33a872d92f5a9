/** The figures of `--stats` and `--hot` in words. */
import type { RunStatistics } from '@guestscope/machine'
import { columns } from '../args/help.ts'

const number = (n: number): string => n.toLocaleString('en', { maximumFractionDigits: 0 })
const ms = (n: number): string => `${n.toFixed(n < 10 ? 1 : 0)} ms`
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const bytes = (n: number): string =>
  n < 1024 ? `${n} B` : n < 2 ** 20 ? `${(n / 1024).toFixed(0)} KiB` : `${(n / 2 ** 20).toFixed(1)} MiB`
const tierNames = ['interpreter', 'regions', 'optimised regions']

/** For a person: a line per matter. */
export function statisticsText(run: RunStatistics): string {
  const { blocks } = run
  const rows: [string, string][] = [
    ['start', `${ms(run.startMs)} from the start of the process to the first instruction`],
    ['instructions', `${number(run.instructions)} in ${ms(run.runMs)}: ${run.mips.toFixed(1)} MIPS`],
    ['clock', `${number(run.clock)}, sleep included`],
    [
      'blocks',
      `${number(blocks.translated)} translated with ${number(blocks.instructions)} instructions; ` +
        `${number(blocks.dropped)} dropped, ${number(blocks.flushes)} times all thrown away; ${number(blocks.present)} at hand`,
    ],
    ['block pool', `${bytes(blocks.poolUsed)} of ${bytes(blocks.poolSize)}`],
    ['regions', `${bytes(run.regionBytes)} at hand; ${number(run.evicted)} modules given up for room`],
    ...run.tiers.map((tier): [string, string] => [
      `tier ${tier.tier}`,
      `${tierNames[tier.tier] ?? 'code'}: ${number(tier.functions)} functions (${number(tier.released)} released) ` +
        `in ${number(tier.modules)} modules, ${bytes(tier.bytes)}; ` +
        `made in ${ms(tier.generateMs)}, compiled in ${ms(tier.compileMs)}`,
    ]),
    ...run.shares.map(({ tier, instructions, time }): [string, string] => [
      `executed in ${tier}`,
      `${percent(instructions)} of the instructions, ${percent(time)} of the time (${number(run.samples)} samples)`,
    ]),
    [
      'soft TLBs',
      `emptied ${number(run.tlbFlushes)} times; a single page forgotten ${number(run.pagesForgotten)} times`,
    ],
  ]
  return `${columns(rows)}\n`
}

/** The list of hot code. */
export function hotText({ hot, samples }: RunStatistics): string {
  if (samples === 0) return '  No samples: the run was too short.\n'
  const cells = hot.map(({ share, tier, blocks, address, symbol }) => [
    percent(share),
    String(tier),
    String(blocks),
    address,
    symbol ?? '',
  ])
  const table = [['share', 'tier', 'blocks', 'address', 'symbol'], ...cells]
  const widths = [0, 1, 2, 3].map(i => Math.max(...table.map(row => (row[i] as string).length)))
  const line = (row: string[]): string =>
    row
      .map((cell, i) => (i < 3 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
  return `${table.map(row => `  ${line(row)}`.trimEnd()).join('\n')}\n`
}
