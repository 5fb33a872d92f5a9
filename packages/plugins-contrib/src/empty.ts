import { definePlugin, type PluginDefinition } from '@guestscope/plugin-api'

/** Listens to translations and does nothing: what it costs is what listening costs. */
export const empty: PluginDefinition = definePlugin({
  name: 'empty',
  description: 'Listens to translations and instruments nothing: for measuring.',
  apiVersion: 1,
  install(api) {
    api.onTranslate(() => {})
  },
})

export default empty
