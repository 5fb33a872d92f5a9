import type { CacheModel } from './cache-model.ts'
import { descending } from './counting.ts'

/** The caches of a core. */
export interface Core {
  readonly insn: CacheModel
  readonly data: CacheModel
  readonly second: CacheModel | undefined
}

/** What an instruction missed. */
export interface Misses {
  readonly address: bigint
  readonly text: string
  readonly symbol: string | undefined
  data: number
  insn: number
  second: number
}

type Counts = Pick<CacheModel, 'accesses' | 'misses'>

const rate = ({ accesses, misses }: Counts): string =>
  `${((100 * misses) / Math.max(accesses, 1)).toFixed(4)}%`

const first = (counts: Counts): string =>
  `${String(counts.accesses).padEnd(14)} ${String(counts.misses).padEnd(12)} ${rate(counts).padStart(10)}`
const level2 = (counts: Counts): string =>
  `${String(counts.accesses).padEnd(12)} ${String(counts.misses).padEnd(11)} ${rate(counts).padStart(11)}`

const sum = (all: readonly Counts[]): Counts => ({
  accesses: all.reduce((total, { accesses }) => total + accesses, 0),
  misses: all.reduce((total, { misses }) => total + misses, 0),
})

/** Accesses, misses and rates: a line per core, and if there are several their sum. */
export function rateTable(cores: readonly Core[]): string {
  const withSecond = cores.some(core => core.second !== undefined)
  const line = (name: string, of: readonly Core[]): string => {
    const seconds = of.flatMap(core => core.second ?? [])
    const end = withSecond ? `  ${level2(sum(seconds))}` : ''
    const [data, insn] = [sum(of.map(core => core.data)), sum(of.map(core => core.insn))]
    return `${`${name.padEnd(8)}${first(data)}  ${first(insn)}${end}`.trimEnd()}\n`
  }
  const head =
    'core #, data accesses, data misses, dmiss rate, insn accesses, insn misses, imiss rate' +
    (withSecond ? ', l2 accesses, l2 misses, l2 miss rate' : '')
  const lines = cores.map((core, i) => line(String(i), [core]))
  return `${head}\n${lines.join('')}${cores.length > 1 ? line('sum', cores) : ''}`
}

/** The instructions that missed most. */
export function missTable(
  title: string,
  places: readonly Misses[],
  cache: 'data' | 'insn' | 'second',
  limit: number,
): string {
  const lines = places
    .filter(place => place[cache] > 0)
    .sort((a, b) => descending(a[cache], b[cache]) || -descending(a.address, b.address))
    .slice(0, limit)
    .map(place => {
      const symbol = place.symbol === undefined ? '' : ` (${place.symbol})`
      return `0x${place.address.toString(16)}${symbol}, ${place[cache]}, ${place.text}\n`
    })
  return `address, ${title}, instruction\n${lines.join('')}`
}
