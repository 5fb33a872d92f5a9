/** Listens to every discontinuity and does nothing: what does listening alone cost? */
import { Discon, definePlugin, type PluginDefinition } from '@guestscope/plugin-api'

const listen: PluginDefinition = definePlugin({
  name: 'listen',
  description: 'Listens to every discontinuity and does nothing.',
  apiVersion: 1,
  options: {},
  install(api) {
    api.onDiscon(Discon.All, () => {})
  },
})

export default listen
