import { definePlugin, type PluginDefinition } from '@guestscope/plugin-api'

const count = { type: 'number', minimum: 1, integer: true } as const

/** Tests that a plugin can drop everything that it has registered, and register anew, while the guest runs. */
export const reset: PluginDefinition = definePlugin({
  name: 'reset',
  description: 'Drops its registrations and registers anew, again and again; a late callback fails the run.',
  apiVersion: 1,
  options: {
    after: { ...count, default: 1000, description: 'Blocks after which it does so.' },
    times: { ...count, default: 10, description: 'How often.' },
  },
  install(api, { after, times }) {
    const { insns, blocks } = api.scoreboard('insns', 'blocks')
    let [asked, done, late] = [0, 0, 0]

    const register = (): void => {
      const phase = done
      api.onTranslate(tb => {
        tb.inlineAdd(blocks, 1)
        if (asked < times)
          tb.onExecIf(blocks, '>=', after, cpu => {
            if (phase !== asked) {
              late++
              return
            }
            asked++
            blocks.set(cpu, 0n)
            void api.reset(() => {
              done++
              register()
            })
          })
        for (const insn of tb.insns) insn.inlineAdd(insns, 1)
      })
      api.onExit(() => {
        api.output(`${done} resets, ${late} late callbacks, ${insns.sum()} insns\n`)
        if (late > 0) api.exit(1, `${late} callbacks came after a reset`)
      })
    }
    register()
  },
})

export default reset
