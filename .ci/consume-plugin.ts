/** A plugin that uses much of the interface; `.ci/consume` checks its types against the packed package, and runs it. */
import { Discon, definePlugin, edgeKinds, TraceKind } from '@guestscope/plugin-api'

export default definePlugin({
  name: 'consumer',
  description: 'Uses the packed interface.',
  apiVersion: 1,
  options: { limit: { type: 'number', default: 10, description: 'A number.' } },
  install(api, { limit }) {
    const { accesses } = api.scoreboard('accesses')
    let called = 0
    let traced = 0
    const edges = api.countEdges(edgeKinds)
    const discons = api.countDiscons(Discon.All)
    const buffer = api.traceBuffer({
      fields: ['pc', 'kind'],
      onBatch(batch) {
        for (let i = 0; i < batch.count; i++) if (batch.number(i, 'kind') !== TraceKind.exec) traced++
      },
    })
    api.onTranslate(tb => {
      for (const insn of tb.insns) {
        insn.inlineAddMemory('both', accesses, 1)
        insn.traceMemory('both', buffer)
        insn.onMemory('both', event => {
          called += event.size > 0 ? 1 : 0
        })
        insn.onExecIf(accesses, '>', limit, () => {})
      }
    })
    api.onExit(() => {
      if (called !== traced) api.exit(1, 'the trace and the callbacks differ')
      api.output(`accesses ${called} = ${accesses.sum()}, edges ${edges.sum()}, events ${discons.sum()}\n`)
    })
  },
})
