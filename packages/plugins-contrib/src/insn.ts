import {
  type Cell,
  definePlugin,
  type InsnHandle,
  type PluginApi,
  type PluginDefinition,
} from '@guestscope/plugin-api'
import { count, descending } from './counting.ts'

/** Counts executed instructions, their sizes, and those whose text begins in a certain way. */
export const insn: PluginDefinition = definePlugin({
  name: 'insn',
  description: 'Counts executed instructions, per vCPU.',
  apiVersion: 1,
  options: {
    inline: { type: 'boolean', default: true, description: 'Count inline; else by callbacks.' },
    sizes: { type: 'boolean', description: 'Also count the instructions of each size.' },
    match: {
      type: 'string',
      multiple: true,
      description: 'Also count the instructions whose assembly text begins so.',
    },
    trace: { type: 'boolean', description: 'Print a line at each execution of such an instruction.' },
  },
  install(api, options) {
    const { inline } = options
    const { insns } = api.scoreboard('insns')
    const sizes = new Map<number, Cell>()
    const matches = options.match.map(text => new Match(api, text, insns, options.trace))

    api.onTranslate(tb => {
      for (const handle of tb.insns) {
        count(handle, insns, 1, inline)
        if (options.sizes) {
          const { size } = handle
          const cell = sizes.get(size) ?? api.scoreboard('size').size
          sizes.set(size, cell)
          count(handle, cell, 1, inline)
        }
        if (matches.length > 0) {
          const text = handle.disassemble()
          for (const match of matches) match.instrument(handle, text)
        }
      }
    })
    api.onExit(() => {
      for (let cpu = 0; cpu < api.cpus; cpu++) api.output(`cpu ${cpu} insns: ${insns.get(cpu)}\n`)
      api.output(`total insns: ${insns.sum()}\n`)
      for (const [size, cell] of [...sizes].sort(([a], [b]) => a - b))
        api.output(`len ${size} bytes: ${cell.sum()} insns\n`)
      for (const match of matches) api.output(match.report())
    })
  },
})

export default insn

interface Place {
  readonly address: bigint
  readonly text: string
  hits: number
}

/** Of a vCPU: hits, and its instruction count at the last one. */
interface Hits {
  hits: number
  last: bigint
}

/** The instructions that one `match=` selects. */
class Match {
  readonly #api: PluginApi
  readonly #prefix: string
  readonly #insns: Cell
  readonly #trace: boolean
  readonly #places = new Map<string, Place>()
  readonly #cpus: readonly Hits[]

  constructor(api: PluginApi, prefix: string, insns: Cell, trace: boolean) {
    this.#api = api
    this.#prefix = prefix
    this.#insns = insns
    this.#trace = trace
    this.#cpus = Array.from({ length: api.cpus }, () => ({ hits: 0, last: 0n }))
  }

  instrument(handle: InsnHandle, text: string): void {
    if (!text.startsWith(this.#prefix)) return
    const { address } = handle
    const key = `${address} ${text}`
    const place = this.#places.get(key) ?? { address, text, hits: 0 }
    this.#places.set(key, place)
    handle.onExec(cpu => this.#hit(place, cpu))
  }

  /** The instruction itself has been counted before. */
  #hit(place: Place, cpu: number): void {
    const own = this.#cpus[cpu] as Hits
    place.hits++
    own.hits++
    if (!this.#trace) return
    const now = this.#insns.get(cpu)
    const where = `0x${place.address.toString(16)}, '${place.text}', ${place.hits} hits`
    const since = `${own.hits} match hits, Δ+${now - own.last} since last match`
    this.#api.output(`${where}, ${since}, ${now / BigInt(own.hits)} avg insns/match\n`)
    own.last = now
  }

  report(): string {
    const hits = this.#cpus.reduce((sum, own) => sum + own.hits, 0)
    const lines = [...this.#places.values()]
      .sort((a, b) => descending(a.hits, b.hits) || -descending(a.address, b.address))
      .map(place => `  ${place.address.toString(16)}: ${place.text} (hits ${place.hits})\n`)
    return `Match: ${this.#prefix}, hits ${hits}\n${lines.join('')}`
  }
}
