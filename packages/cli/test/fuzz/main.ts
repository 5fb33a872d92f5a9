/**
 * `pnpm fuzz:guests`: random hostile guests, each in a process of its own; every one must end within a second or so of the
 * time when it is told to (`--timeout`, SIGINT, `--max-instructions`).
 */
import { parseArgs } from 'node:util'
import { type Ending, fault, fuzzOnce } from './run.ts'

const { values } = parseArgs({
  options: {
    guests: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '2' },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  process.stdout.write(
    'pnpm fuzz:guests [--guests N] [--seed N] [--seconds S] [--jobs N]\n' +
      'Runs N guests, those of the seeds from --seed on, for S seconds each, so many at a time.\n',
  )
  process.exit(0)
}
const [guests, first, seconds, jobs] = [values.guests, values.seed, values.seconds, values.jobs].map(
  Number,
) as [number, number, number, number]
const endings: Ending[] = []
let faults = 0
let next = first
const begin = performance.now()

async function work(): Promise<void> {
  while (next < first + guests) {
    const ending = await fuzzOnce(next++, { seconds, patience: seconds + 30 })
    endings.push(ending)
    const what = fault(ending)
    if (what === undefined) continue
    faults++
    process.stdout.write(`seed ${ending.seed}: ${what}\n  ${ending.args.join(' ')}\n${ending.stderr}\n`)
  }
}
await Promise.all(Array.from({ length: jobs }, work))

for (const by of ['timeout', 'SIGINT', 'limit'] as const) {
  const list = endings.filter(e => e.by === by)
  if (list.length === 0) continue
  const late = list.map(e => e.late).sort((a, b) => a - b)
  const at = (share: number): string => ((late[Math.floor(share * (late.length - 1))] ?? 0) / 1000).toFixed(2)
  process.stdout.write(
    `${by}: ${list.length} guests; seconds after it: median ${at(0.5)}, 99 % ${at(0.99)}, most ${at(1)}\n`,
  )
}
const slow = endings.filter(e => e.late > 3000).sort((a, b) => b.late - a.late)
for (const e of slow.slice(0, 10))
  process.stdout.write(`slow: seed ${e.seed}, ${(e.late / 1000).toFixed(1)} s: ${e.args.join(' ')}\n`)
process.stdout.write(
  `${endings.length} guests, ${faults} faults, ${slow.length} later than 3 s, in ${Math.round((performance.now() - begin) / 1000)} s\n`,
)
process.exitCode = faults > 0 ? 1 : 0
