import {
  Discon,
  type DisconType,
  definePlugin,
  type EdgeKind,
  type PluginApi,
  type PluginDefinition,
} from '@guestscope/plugin-api'
import { descending } from './counting.ts'
import { allSymbols, SymbolNames, symbolsOption } from './symbols.ts'
import { openLog, table } from './text.ts'

/** How one instruction went on at another. */
interface Edge {
  readonly from: bigint
  readonly to: bigint
  readonly kind: EdgeKind | 'interrupt' | 'exception' | 'host-call'
  count: number
}

/** Counts how control flows: branches, jumps, calls, returns, and discontinuities. */
export const cflow: PluginDefinition = definePlugin({
  name: 'cflow',
  description: 'Counts control-flow edges, discontinuities among them, and prints the most frequent.',
  apiVersion: 1,
  options: {
    out: { type: 'string', description: 'File to write; default: the plugin output.' },
    sort: {
      type: 'choice',
      choices: ['hottest', 'popular', 'event'],
      default: 'hottest',
      description: 'Edges by their counts; places by the number of places that come there; events alone.',
    },
    format: {
      type: 'choice',
      choices: ['text', 'dot'],
      default: 'text',
      description: 'A table, or a graph of functions for Graphviz.',
    },
    limit: {
      type: 'number',
      minimum: 1,
      integer: true,
      default: 20,
      description: 'Print so many lines of the table.',
    },
    elf: symbolsOption,
  },
  install(api, options) {
    const out = openLog(api, options.out)
    const symbols = new SymbolNames(allSymbols(api, options.elf))
    const edges = collect(api)
    api.onExit(() => {
      if (options.format === 'dot') out.write(graph(edges(), symbols))
      else if (options.sort === 'popular') out.write(popular(edges(), options.limit, symbols))
      else out.write(hottest(edges(), options.sort === 'event', options.limit, symbols))
    })
  },
})

export default cflow

const eventKinds: Readonly<Record<DisconType, Edge['kind']>> = {
  [Discon.Interrupt]: 'interrupt',
  [Discon.Exception]: 'exception',
  [Discon.HostCall]: 'host-call',
}
const isEvent = ({ kind }: Edge): boolean =>
  kind === 'interrupt' || kind === 'exception' || kind === 'host-call'

/** Counts edges from now on; gives all so far. */
function collect(api: PluginApi): () => Edge[] {
  const byFrom = new Map<bigint, Edge[]>()
  const add = (from: bigint, to: bigint, kind: Edge['kind']): void => {
    const own = byFrom.get(from)
    const edge = own?.find(edge => edge.to === to && edge.kind === kind)
    if (edge !== undefined) edge.count++
    else if (own !== undefined) own.push({ from, to, kind, count: 1 })
    else byFrom.set(from, [{ from, to, kind, count: 1 }])
  }
  api.onEdge(({ from, to, kind }) => add(from, to, kind))
  api.onDiscon(Discon.All, ({ from, to, type }) => add(from, to, eventKinds[type]))
  return () => [...byFrom.values()].flat()
}

const byAddress = (a: bigint, b: bigint): number => -descending(a, b)

function hottest(edges: readonly Edge[], events: boolean, limit: number, symbols: SymbolNames): string {
  const shown = edges
    .filter(edge => !events || isEvent(edge))
    .sort((a, b) => b.count - a.count || byAddress(a.from, b.from) || byAddress(a.to, b.to))
    .slice(0, limit)
  const rows = shown.map(({ from, to, kind, count }) => [
    count,
    kind,
    symbols.describe(from),
    symbols.describe(to),
  ])
  return `${summary(edges)}${table([['count', 'kind', 'from', 'to'], ...rows])}`
}

function popular(edges: readonly Edge[], limit: number, symbols: SymbolNames): string {
  const places = new Map<bigint, { to: bigint; from: Set<bigint>; count: number }>()
  for (const { from, to, count } of edges) {
    const place = places.get(to) ?? { to, from: new Set(), count: 0 }
    places.set(to, place)
    place.from.add(from)
    place.count += count
  }
  const rows = [...places.values()]
    .sort((a, b) => b.from.size - a.from.size || b.count - a.count || byAddress(a.to, b.to))
    .slice(0, limit)
    .map(({ to, from, count }) => [from.size, count, symbols.describe(to)])
  return `${summary(edges)}${table([['from', 'count', 'to'], ...rows])}`
}

function summary(edges: readonly Edge[]): string {
  const events = edges.filter(isEvent)
  const sum = (some: readonly Edge[]): number => some.reduce((all, { count }) => all + count, 0)
  const places = new Set(edges.map(({ from }) => from)).size
  return `${edges.length} edges from ${places} places, taken ${sum(edges)} times, ${sum(events)} of them events\n`
}

/** Functions and the edges between them; what stays inside a function is left out. */
function graph(edges: readonly Edge[], symbols: SymbolNames): string {
  const lines = new Map<string, number>()
  for (const { from, to, kind, count } of edges) {
    const [a, b] = [symbols.function(from).name, symbols.function(to).name]
    if (a === b && kind !== 'call') continue
    const key = `  ${JSON.stringify(a)} -> ${JSON.stringify(b)} [label="${kind} `
    lines.set(key, (lines.get(key) ?? 0) + count)
  }
  const body = [...lines].map(([key, count]) => `${key}${count}"];\n`).sort()
  return `digraph cflow {\n${body.join('')}}\n`
}
