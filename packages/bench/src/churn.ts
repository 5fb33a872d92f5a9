/** Code churn for a long time: resident memory must stay where it is. */
import type { Emulator } from './emulators.ts'
import type { Suite } from './guests.ts'
import { run } from './run.ts'
import { fixed, table } from './table.ts'

export interface ChurnResult {
  readonly name: string
  /** The most in each quarter of the time, MB. */
  readonly memory: readonly number[] | undefined
}

/** Runs each endless guest for so many seconds. */
export async function measureChurn(
  suite: Suite,
  emulator: Emulator,
  seconds: number,
): Promise<ChurnResult[]> {
  const results: ChurnResult[] = []
  for (const name of suite.endless ?? []) {
    const guest = { name, group: 'churn', check: 'ended', about: '' }
    const { memory } = await run(emulator, guest, { seconds, expected: true })
    results.push({ name, memory })
  }
  return results
}

export function churnTable(results: readonly ChurnResult[]): string {
  return table([
    ['resident MB, at most', '25 %', '50 %', '75 %', '100 %'],
    ...results.map(({ name, memory }) => [name, ...(memory ?? []).map(value => fixed(value, 0))]),
  ])
}
