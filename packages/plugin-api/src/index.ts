/**
 * What the author of a plugin imports:
 *
 *     import { definePlugin, Discon } from '@guestscope/plugin-api'
 */
export {
  apiVersions,
  type BooleanOption,
  type Cell,
  type ChoiceOption,
  Discon,
  type DisconEvent,
  type DisconMask,
  type DisconType,
  type Disposable,
  GuestscopeError,
  type InsnHandle,
  type Instrumentable,
  type MemoryResult,
  type NumberOption,
  type OptionSpec,
  type OptionSpecs,
  type OptionValue,
  type OptionValues,
  type OutputFile,
  type PluginApi,
  type PluginDefinition,
  PluginError,
  type Register,
  type RegisterAccess,
  type Scoreboard,
  type StringOption,
  type StringsOption,
  type TbHandle,
} from '@guestscope/core'
export { definePlugin } from './define-plugin.ts'
