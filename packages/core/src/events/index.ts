/**
 * The plugin interface: what `@guestscope/plugin-api` exports to authors of plugins, name by name, and nothing else. The
 * plugin host implements it. Imports nothing of the rest of core.
 */
export type { OutputFile, OutputOptions, PluginApi } from './api.ts'
export type {
  CallbackAccess,
  CallbackResult,
  Cell,
  Condition,
  Counter,
  Disposable,
  RegisterAccess,
  Scoreboard,
  TargetNames,
} from './common.ts'
export type { Privilege, Register, TimeControl } from './cpu.ts'
export { apiVersions, type PluginDefinition } from './definition.ts'
export { Discon, type DisconMask, type DisconType } from './discon.ts'
export type { DisconEvent } from './discon-event.ts'
export { type EdgeEvent, type EdgeKind, edgeKinds, type Flow } from './edge.ts'
export { GuestscopeError } from './errors.ts'
export type { InputFile } from './files.ts'
export { type InsnKind, insnKinds } from './kind.ts'
export type {
  MemEvent,
  MemoryAccess,
  MemoryErrorCode,
  MemoryResult,
  MemoryWriteResult,
} from './memory.ts'
export type {
  BooleanOption,
  ChoiceOption,
  NumberOption,
  OptionSpec,
  OptionSpecs,
  OptionValue,
  OptionValues,
  StringOption,
} from './options.ts'
export { PluginError } from './plugin-error.ts'
export type { Program, ProgramSegment, ProgramSymbol } from './program.ts'
export {
  type TraceBatch,
  type TraceBuffer,
  type TraceField,
  TraceKind,
  type TraceOptions,
} from './trace.ts'
export type { InsnHandle, Instrumentable, TbHandle } from './translation.ts'
