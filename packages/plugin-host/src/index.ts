export { asPluginDefinition, checkApiVersion } from './definition.ts'
export type { PluginFailure, PluginHostIo, PluginMachine } from './machine.ts'
export {
  allowedValues,
  type OptionInput,
  type PluginRequest,
  parsePluginRequest,
  resolveOptions,
} from './options.ts'
export { PluginHost } from './plugin-host.ts'
