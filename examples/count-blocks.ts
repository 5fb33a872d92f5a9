import { definePlugin } from '@guestscope/plugin-api'

export default definePlugin({
  name: 'count-blocks',
  description: 'Counts executed blocks, inline in the generated code.',
  apiVersion: 1,
  install(api) {
    const { blocks } = api.scoreboard('blocks')
    api.onTranslate(tb => tb.inlineAdd(blocks, 1))
    api.onExit(() => api.output(`${blocks.sum()} blocks\n`))
  },
})
