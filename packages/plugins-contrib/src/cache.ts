import { type Cell, definePlugin, type PluginDefinition, PluginError } from '@guestscope/plugin-api'
import { CacheModel, type CacheShape, type Eviction, shapeFault } from './cache-model.ts'
import { type Core, type Misses, missTable, rateTable } from './cache-report.ts'
import { physicalOf } from './memory.ts'

const positive = { type: 'number', minimum: 1, integer: true } as const
const bytes = { ...positive, unit: 'bytes' } as const
const defaults = { size: 2 ** 21, block: 64, ways: 16 }

/** Models caches: what would have missed, and which instructions are to blame. */
export const cache: PluginDefinition = definePlugin({
  name: 'cache',
  description: 'Models first and second level caches; lists the instructions that miss most.',
  apiVersion: 1,
  options: {
    limit: { ...positive, minimum: 0, default: 32, description: 'Instructions in each list.' },
    icachesize: { ...bytes, default: 16384, description: 'Bytes of the instruction cache.' },
    iblksize: { ...bytes, default: 64, description: 'Bytes of its blocks, a power of two.' },
    iassoc: { ...positive, default: 8, description: 'Blocks of its sets.' },
    dcachesize: { ...bytes, default: 16384, description: 'Bytes of the data cache.' },
    dblksize: { ...bytes, default: 64, description: 'Bytes of its blocks, a power of two.' },
    dassoc: { ...positive, default: 8, description: 'Blocks of its sets.' },
    evict: {
      type: 'choice',
      choices: ['lru', 'fifo', 'rand'],
      default: 'lru',
      description: 'What makes room: the least recently used, the oldest, or a random block.',
    },
    cores: { ...positive, description: 'Cores with caches of their own; default: one per vCPU.' },
    l2: { type: 'boolean', description: 'Model a second level for each core, for instructions and data.' },
    l2cachesize: { ...bytes, description: 'Bytes of the second level, 2 MiB unless given; implies l2.' },
    l2blksize: { ...bytes, description: 'Bytes of its blocks, 64 unless given; implies l2.' },
    l2assoc: { ...positive, description: 'Blocks of its sets, 16 unless given; implies l2.' },
  },
  install(api, options) {
    const { evict, limit } = options
    const make = (name: string, size: number, block: number, ways: number): (() => CacheModel) =>
      maker(name, { size, block, ways }, evict)
    const newInsn = make('icachesize', options.icachesize, options.iblksize, options.iassoc)
    const newData = make('dcachesize', options.dcachesize, options.dblksize, options.dassoc)
    const { l2cachesize, l2blksize, l2assoc } = options
    const second = options.l2 || [l2cachesize, l2blksize, l2assoc].some(given => given !== undefined)
    const newSecond = make(
      'l2cachesize',
      l2cachesize ?? defaults.size,
      l2blksize ?? defaults.block,
      l2assoc ?? defaults.ways,
    )

    const cores = Array.from({ length: options.cores ?? api.cpus }, () => ({
      insn: newInsn(),
      data: newData(),
      second: second ? newSecond() : undefined,
    }))
    const coreOf = (cpu: number): Core => cores[cpu % cores.length] as Core
    // Fetches from the block of the instruction before are hits that change nothing: these are counted inline.
    const { sameBlock } = api.scoreboard('sameBlock')
    const places = new Map<string, Misses>()
    const one = newInsn()

    api.onTranslate(tb => {
      let before: number | undefined
      for (const insn of tb.insns) {
        const { address } = insn
        const physical = Number(insn.physical)
        const key = `${address} ${physical}`
        const place = places.get(key) ?? {
          address,
          text: insn.disassemble(),
          symbol: insn.symbol(),
          data: 0,
          insn: 0,
          second: 0,
        }
        places.set(key, place)

        if (one.blockOf(physical) === before) insn.inlineAdd(sameBlock, 1)
        else
          insn.onExec(cpu => {
            const core = coreOf(cpu)
            if (core.insn.access(physical)) return
            place.insn++
            if (core.second?.access(physical) === false) place.second++
          })
        before = one.blockOf(physical)

        insn.onMemory('both', event => {
          if (event.isIo) return
          const core = coreOf(event.cpu)
          const at = Number(physicalOf(event))
          if (core.data.access(at)) return
          place.data++
          if (core.second?.access(at) === false) place.second++
        })
      }
    })
    api.onExit(() => {
      addInline(cores, sameBlock, api.cpus)
      const all = [...places.values()]
      api.output(rateTable(cores))
      api.output(`\n${missTable('data misses', all, 'data', limit)}`)
      api.output(`\n${missTable('fetch misses', all, 'insn', limit)}`)
      if (second) api.output(`\n${missTable('L2 misses', all, 'second', limit)}`)
    })
  },
})

export default cache

function maker(name: string, shape: CacheShape, evict: Eviction): () => CacheModel {
  const fault = shapeFault(shape)
  if (fault !== undefined)
    throw new PluginError('plugin/option-value', `${name}: ${fault}.`, 'Give other sizes.')
  return () => new CacheModel(shape, evict)
}

/** Fetches that were counted inline. */
function addInline(cores: readonly Core[], fetches: Cell, cpus: number): void {
  for (let cpu = 0; cpu < cpus; cpu++) {
    const core = cores[cpu % cores.length]
    if (core !== undefined) core.insn.accesses += Number(fetches.get(cpu))
  }
}
