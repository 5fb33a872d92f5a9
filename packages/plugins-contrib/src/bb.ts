import { definePlugin, type PluginDefinition } from '@guestscope/plugin-api'
import { count } from './counting.ts'

/** Counts executed blocks, and the instructions that they have. */
export const bb: PluginDefinition = definePlugin({
  name: 'bb',
  description: 'Counts executed blocks and their instructions, per vCPU.',
  apiVersion: 1,
  options: {
    inline: { type: 'boolean', default: true, description: 'Count inline; else by callbacks.' },
    idle: { type: 'boolean', description: 'Print the counts of a vCPU whenever it begins to wait.' },
  },
  install(api, { inline, idle }) {
    const { blocks, insns } = api.scoreboard('blocks', 'insns')
    const counts = (n: bigint, m: bigint): string => `bb's: ${n}, insns: ${m}\n`
    const report = (cpu: number): string =>
      blocks.get(cpu) === 0n ? '' : `CPU${cpu}: ${counts(blocks.get(cpu), insns.get(cpu))}`

    api.onTranslate(tb => {
      count(tb, blocks, 1, inline)
      count(tb, insns, tb.insns.length, inline)
    })
    if (idle)
      api.onCpuIdle(cpu => {
        const text = report(cpu)
        if (text !== '') api.output(`Idling ${text}`)
      })
    api.onExit(() => {
      for (let cpu = 0; cpu < api.cpus; cpu++) api.output(report(cpu))
      api.output(`Total: ${counts(blocks.sum(), insns.sum())}`)
    })
  },
})

export default bb
