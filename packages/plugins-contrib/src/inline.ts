import {
  type Cell,
  type Condition,
  definePlugin,
  type Instrumentable,
  type PluginApi,
  type PluginDefinition,
} from '@guestscope/plugin-api'
import { table } from './text.ts'

/** How often a condition held while a cell counted 0, 1, … up to below `n`, compared with `k`. */
const expected: Readonly<Record<Condition, (n: number, k: number) => number>> = {
  never: () => 0,
  always: n => n,
  '==': (n, k) => (n > k ? 1 : 0),
  '!=': (n, k) => (n > k ? n - 1 : n),
  '<': (n, k) => Math.min(n, k),
  '<=': (n, k) => Math.min(n, k + 1),
  '>': (n, k) => Math.max(0, n - k - 1),
  '>=': (n, k) => Math.max(0, n - k),
}
const conditions = Object.keys(expected) as Condition[]

/** Tests inline operations and conditional callbacks: each is done by a callback too, and both must agree. */
export const inline: PluginDefinition = definePlugin({
  name: 'inline',
  description: 'Checks every inline operation and condition against callbacks; a mismatch fails the run.',
  apiVersion: 1,
  options: {
    at: {
      type: 'number',
      minimum: 0,
      maximum: 2 ** 32,
      integer: true,
      default: 100,
      description: 'What conditions compare the counts with.',
    },
  },
  install(api, { at }) {
    const checks = {
      block: new Checks(api, 'block', at),
      insn: new Checks(api, 'insn', at),
    }
    const memory = (['read', 'write', 'both'] as const).map(access => ({
      access,
      cells: api.scoreboard('added', 'stored'),
      called: Array.from({ length: api.cpus }, () => 0),
      wrong: Array.from({ length: api.cpus }, () => 0),
    }))

    api.onTranslate(tb => {
      checks.block.instrument(tb, tb.address)
      for (const insn of tb.insns) {
        const { address } = insn
        checks.insn.instrument(insn, address)
        for (const { access, cells, called, wrong } of memory) {
          insn.inlineAddMemory(access, cells.added, 1)
          insn.inlineStoreMemory(access, cells.stored, address)
          insn.onMemory(access, ({ cpu }) => {
            called[cpu] = (called[cpu] ?? 0) + 1
            if (cells.stored.get(cpu) !== address) wrong[cpu] = (wrong[cpu] ?? 0) + 1
          })
        }
      }
    })
    api.onExit(() => {
      const rows: Row[] = []
      for (let cpu = 0; cpu < api.cpus; cpu++) {
        rows.push(...checks.block.rows(cpu), ...checks.insn.rows(cpu))
        for (const { access, cells, called, wrong } of memory) {
          rows.push([cpu, `memory ${access} add`, Number(cells.added.get(cpu)), called[cpu] ?? 0])
          rows.push([cpu, `memory ${access} store, wrong`, wrong[cpu] ?? 0, 0])
        }
      }
      api.output(table([['vCPU', 'operation', 'seen', 'expected'], ...rows]))
      const mismatches = rows.filter(([, , seen, wanted]) => seen !== wanted)
      for (const [cpu, what, seen, wanted] of mismatches)
        api.output(`${api.name}: vCPU ${cpu}: ${what}: ${seen} instead of ${wanted}\n`)
      if (mismatches.length > 0) api.exit(1, `${mismatches.length} inline operations disagree with callbacks`)
    })
  },
})

export default inline

type Row = readonly [cpu: number, operation: string, seen: number, expected: number]

/** All that can be asked for at a block or instruction. */
class Checks {
  readonly #what: string
  readonly #at: number
  readonly #added: Cell
  readonly #stored: Cell
  /** Per vCPU: callbacks, wrong values stored, callbacks by condition. */
  readonly #called: number[]
  readonly #wrong: number[]
  readonly #held: readonly (readonly [Condition, number[]])[]

  constructor(api: PluginApi, what: string, at: number) {
    const { added, stored } = api.scoreboard('added', 'stored')
    this.#what = what
    this.#at = at
    this.#added = added
    this.#stored = stored
    const perCpu = (): number[] => Array.from({ length: api.cpus }, () => 0)
    this.#called = perCpu()
    this.#wrong = perCpu()
    this.#held = conditions.map(condition => [condition, perCpu()])
  }

  instrument(place: Instrumentable, address: bigint): void {
    for (const [condition, held] of this.#held)
      place.onExecIf(this.#added, condition, this.#at, cpu => {
        held[cpu] = (held[cpu] ?? 0) + 1
      })
    place.inlineAdd(this.#added, 1)
    place.inlineStore(this.#stored, address)
    place.onExec(cpu => {
      this.#called[cpu] = (this.#called[cpu] ?? 0) + 1
      if (this.#stored.get(cpu) !== address) this.#wrong[cpu] = (this.#wrong[cpu] ?? 0) + 1
    })
  }

  rows(cpu: number): Row[] {
    const called = this.#called[cpu] ?? 0
    return [
      [cpu, `${this.#what} add`, Number(this.#added.get(cpu)), called],
      [cpu, `${this.#what} store, wrong`, this.#wrong[cpu] ?? 0, 0],
      ...this.#held.map(
        ([condition, held]): Row => [
          cpu,
          `${this.#what} if ${condition} ${this.#at}`,
          held[cpu] ?? 0,
          expected[condition](called, this.#at),
        ],
      ),
    ]
  }
}
