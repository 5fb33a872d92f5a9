/** Instruments a guest in one way and prints what it counted: what does that way cost? */
import {
  type Cell,
  Discon,
  definePlugin,
  type MemEvent,
  type PluginApi,
  type PluginDefinition,
  type TraceBatch,
} from '@guestscope/plugin-api'

/** Sets the instrumentation up; the result gives the count at the end of the run. */
type Mode = (api: PluginApi) => () => bigint | number

/** Counts in a cell, by whatever the block is told. */
const counted =
  (instrument: (tb: Parameters<Parameters<PluginApi['onTranslate']>[0]>[0], cell: Cell) => void): Mode =>
  api => {
    const { cell } = api.scoreboard('cell')
    api.onTranslate(tb => instrument(tb, cell))
    return () => cell.sum()
  }

/** A consumer that looks at every record, as an analysis would. It mixes bits, which costs next to nothing itself. */
function consumer(field: 'pc' | 'address'): {
  batch(batch: TraceBatch<'pc' | 'address'>): void
  records(): number
} {
  let records = 0
  let mix = 0
  return {
    batch({ words, stride, count, offset }) {
      // In a local: a variable that outlives the call is written to memory each time.
      let mixed = mix
      for (let at = offset[field]; at < words.length; at += stride) mixed ^= words[at] as number
      mix = mixed
      records += count
    },
    // What came of it is used, so that no compiler leaves it out.
    records: () => (Number.isInteger(mix) ? records : Number.NaN),
  }
}

const calledPerBlock =
  (access: 'none' | 'deferred'): Mode =>
  api => {
    let count = 0
    const callback = (): void => {
      count++
    }
    api.onTranslate(tb => tb.onExec(callback, access))
    return () => count
  }

const calledPerAccess =
  (access: 'none' | 'deferred'): Mode =>
  api => {
    let count = 0
    let mix = 0
    const callback = (event: MemEvent): void => {
      count++
      mix ^= event.addressLow
    }
    api.onTranslate(tb => {
      for (const insn of tb.insns) insn.onMemory('both', callback, access)
    })
    return () => (Number.isInteger(mix) ? count : Number.NaN)
  }

const modes = {
  'block-counter': counted((tb, cell) => tb.inlineAdd(cell, 1)),
  'insn-counter': counted((tb, cell) => {
    for (const insn of tb.insns) insn.inlineAdd(cell, 1)
  }),
  'memory-counter': counted((tb, cell) => {
    for (const insn of tb.insns) insn.inlineAddMemory('both', cell, 1)
  }),
  'block-callback': calledPerBlock('none'),
  'block-deferred': calledPerBlock('deferred'),
  'memory-callback': calledPerAccess('none'),
  'memory-deferred': calledPerAccess('deferred'),
  'memory-trace'(api) {
    const { batch, records } = consumer('address')
    const buffer = api.traceBuffer({ fields: ['pc', 'address'], onBatch: batch })
    api.onTranslate(tb => {
      for (const insn of tb.insns) insn.traceMemory('both', buffer)
    })
    return records
  },
  'insn-trace'(api) {
    const { batch, records } = consumer('pc')
    const buffer = api.traceBuffer({ fields: ['pc'], onBatch: batch })
    api.onTranslate(tb => {
      for (const insn of tb.insns) insn.trace(buffer)
    })
    return records
  },
  'discon-counter'(api) {
    const counter = api.countDiscons(Discon.All)
    return () => counter.sum()
  },
  'discon-callback'(api) {
    let count = 0
    api.onDiscon(Discon.All, () => {
      count++
    })
    return () => count
  },
  'discon-unused'(api) {
    let count = 0
    api.onDiscon(Discon.All, () => {
      count++
    })
    return () => count
  },
} satisfies Record<string, Mode>

const cost: PluginDefinition = definePlugin({
  name: 'cost',
  description: 'Instruments a guest in one way and counts.',
  apiVersion: 1,
  options: {
    mode: {
      type: 'choice',
      choices: Object.keys(modes) as (keyof typeof modes)[],
      default: 'block-counter',
      description: 'What to instrument.',
    },
  },
  install(api, { mode }) {
    const count = (modes as Record<string, Mode>)[mode]?.(api)
    api.onExit(() => api.output(`mode ${mode} count ${count?.()}\n`))
  },
}) as PluginDefinition

export default cost
