/** Results as tables. */
import type { CostResult } from './costs.ts'
import type { Goal } from './goals.ts'
import type { Means, Row } from './summary.ts'
import { type Cell, factor, fixed, milliseconds, table } from './table.ts'

const percent = (value: number | undefined): Cell =>
  value === undefined ? undefined : `±${Math.round(50 * value)}%`

const ratios = ['ratio', 'net', 'limit'] as const

/** One line per guest: name, the times with their spreads, the ratios. `emulators`: names and heads of the columns. */
export function timesTable(rows: readonly Row[], emulators: Readonly<Record<string, string>>): string {
  const columns = ratios.filter(ratio => rows.some(row => row[ratio] !== undefined))
  const head = ['seconds', 'group', ...Object.values(emulators).flatMap(name => [name, '']), ...columns]
  const lines = rows.map(row => [
    row.name,
    row.group,
    ...Object.keys(emulators).flatMap(name => {
      const time = row.measured.find(({ emulator }) => emulator === name)?.time
      return [fixed(time?.median, 3), time && time.times.length > 1 ? percent(time.spread) : undefined]
    }),
    ...(row.error === undefined ? columns.map(ratio => factor(row[ratio])) : ['failed']),
  ])
  return table([head, ...lines])
}

export function meansTable(ratio: Means, net: Means): string {
  const line = (name: string, of: (means: Means) => number | undefined): Cell[] => [
    name,
    factor(of(ratio)),
    factor(of(net)),
  ]
  const hot = ratio.hot
  return table([
    ['geometric mean', 'ratio', 'net'],
    ...Object.keys(ratio.groups).map(name => line(name, means => means.groups[name])),
    line('all guests', means => means.guests),
    line('all groups', means => means.overGroups),
    ...(hot
      ? [
          line('hot set', means => means.hot?.mean),
          line(`worst of the hot set: ${[hot.worst, net.hot?.worst].join(', ')}`, means => means.hot?.ratio),
        ]
      : []),
  ])
}

/** Guests against guests, on our side. */
export function againstTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, against }) =>
    against ? [[`${name} against ${against.name}`, factor(against.factor)]] : [],
  )
  return lines.length > 0 ? table([['times the time', 'guestscope'], ...lines]) : ''
}

/** Resident memory of the guests that churn code. */
export function memoryTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, group, measured }) =>
    group === 'churn'
      ? measured.flatMap(({ emulator, memory }) =>
          memory ? [[`${name}, ${emulator}`, ...memory.map(value => fixed(value, 0))]] : [],
        )
      : [],
  )
  return lines.length > 0 ? table([['resident MB, at most', '25 %', '50 %', '75 %', '100 %'], ...lines]) : ''
}

export function costsTable(costs: readonly CostResult[]): string {
  const lines = costs.map(({ row, ours, qemu, errors }) => [
    row.about,
    errors.length > 0 ? 'failed' : factor(ours.mean),
    factor(qemu?.mean),
    factor(row.most),
    Object.keys(ours.byGuest).join(' '),
  ])
  return table([['times the time without', 'guestscope', 'QEMU', 'goal', 'mean over'], ...lines])
}

export function goalsTable(goals: readonly Goal[]): string {
  const lines = goals.map(({ what, least, most, unit, value, reached }) => {
    const show = (figure: number): Cell => (unit === 'ms' ? milliseconds(figure / 1000) : factor(figure))
    const goal = least !== undefined ? `>= ${show(least)}` : `<= ${show(most ?? Number.NaN)}`
    return [what, goal, show(value), reached ? 'reached' : 'missed']
  })
  return table([['goal', '', '', ''], ...lines])
}
