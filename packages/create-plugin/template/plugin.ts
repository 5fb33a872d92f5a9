import { Discon, definePlugin, type PluginDefinition } from '@guestscope/plugin-api'

const plugin: PluginDefinition = definePlugin({
  name: 'plugin-name',
  description: 'Counts executed instructions and discontinuities.',
  apiVersion: 1,
  // On the command line: -p ./plugin-name.ts,list,limit=3
  options: {
    list: { type: 'boolean', description: 'Print a line per discontinuity.' },
    limit: { type: 'number', default: 20, minimum: 0, integer: true, description: 'At most so many lines.' },
  },
  install(api, { list, limit }) {
    // A cell per vCPU. Generated code adds to it without a call: this costs next to nothing.
    const { insns } = api.scoreboard('insns')
    api.onTranslate(tb => tb.insns.forEach(insn => insn.inlineAdd(insns, 1)))

    // Interrupts, exceptions and calls to the host. Costs nothing where none happens.
    let discons = 0
    api.onDiscon(Discon.All, ({ cpu, from, to, cause }) => {
      discons++
      if (list && discons <= limit)
        api.output(`vCPU ${cpu}: ${cause.name} at 0x${from.toString(16)}, goes on at 0x${to.toString(16)}\n`)
    })

    // Once, when the run has ended, however it ended.
    api.onExit(() => api.output(`${insns.sum()} instructions, ${discons} discontinuities\n`))
  },
})

export default plugin
