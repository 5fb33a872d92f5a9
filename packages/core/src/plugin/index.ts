/**
 * The types of the plugin interface. `@guestscope/plugin-api` exports these to plugin authors; the plugin host
 * (`plugin-host.ts`) implements them.
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
export type { DisconEvent } from './discon.ts'
export { type EdgeEvent, type EdgeKind, edgeKinds, type Flow } from './edge.ts'
export type { InputFile } from './files.ts'
export { type InsnKind, insnKinds } from './kind.ts'
export type {
  MemEvent,
  MemoryAccess,
  MemoryErrorCode,
  MemoryResult,
  MemoryWriteResult,
} from './memory.ts'
export type { Program, ProgramSegment, ProgramSymbol } from './program.ts'
export {
  type TraceBatch,
  type TraceBuffer,
  type TraceField,
  TraceKind,
  type TraceOptions,
} from './trace.ts'
export type { InsnHandle, Instrumentable, TbHandle } from './translation.ts'
