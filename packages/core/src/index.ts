export type {
  Board,
  BoardHost,
  BoardOptions,
  BootFiles,
  BootPlan,
  BuiltBoard,
  CpuWiring,
  MemoryRegionSpec,
} from './board.ts'
export { defaultStartTime } from './board.ts'
export { Cpu, type UnfinishedCall } from './cpu.ts'
export type { AccessSize, Console, DeviceHost, Line, MmioDevice } from './device.ts'
export { Discon, type DisconMask, type DisconType } from './discon.ts'
export {
  type ImageExpectation,
  type ImageSymbol,
  type LoadedImage,
  loadElf,
  type Segment,
} from './elf.ts'
export { type ElfFile, type ElfSection, isElf, readElf } from './elf-file.ts'
export { ConfigError, GuestscopeError, ImageError } from './errors.ts'
export { forgetPageCallee } from './forget.ts'
export { coreHost, linearCallee, updateEntryCallee } from './functions.ts'
export {
  Errno,
  type GuestFile,
  GuestFileError,
  type GuestFileMode,
  type GuestFiles,
  type SemihostingHost,
} from './guest-files.ts'
export { isHex, loadHex } from './hex.ts'
export { Layout, Space } from './layout.ts'
export { withoutHeaders } from './load.ts'
export { Machine } from './machine.ts'
export type { MachineOptions, Tier } from './machine-options.ts'
export { GuestMemory, type MemoryRegion } from './memory.ts'
export {
  allowedValues,
  type BooleanOption,
  type ChoiceOption,
  type NumberOption,
  type OptionInput,
  type OptionSpec,
  type OptionSpecs,
  type OptionValue,
  type OptionValues,
  type PluginRequest,
  parsePluginRequest,
  resolveOptions,
  type StringOption,
  type StringsOption,
} from './options.ts'
export {
  type CallbackAccess,
  type CallbackResult,
  type Cell,
  type Condition,
  type Counter,
  type DisconEvent,
  type Disposable,
  type EdgeEvent,
  type EdgeKind,
  edgeKinds,
  type Flow,
  type InputFile,
  type InsnHandle,
  type InsnKind,
  type Instrumentable,
  insnKinds,
  type MemEvent,
  type MemoryAccess,
  type MemoryErrorCode,
  type MemoryResult,
  type MemoryWriteResult,
  type OutputFile,
  type OutputOptions,
  type PluginApi,
  type Privilege,
  type Program,
  type ProgramSegment,
  type ProgramSymbol,
  type Register,
  type RegisterAccess,
  type Scoreboard,
  type TargetNames,
  type TbHandle,
  type TimeControl,
  type TraceBatch,
  type TraceBuffer,
  type TraceField,
  TraceKind,
  type TraceOptions,
} from './plugin/index.ts'
export {
  apiVersions,
  asPluginDefinition,
  checkApiVersion,
  type PluginDefinition,
} from './plugin-definition.ts'
export { PluginError } from './plugin-error.ts'
export type { PluginFailure, PluginHostIo, PluginMachine } from './plugin-host/machine.ts'
export { PluginHost } from './plugin-host.ts'
export { type HotSpot, Profile, type TierShare } from './profile.ts'
export { loadRaw } from './raw.ts'
export type { RunState } from './run-loop.ts'
export type { BlockStatistics, MachineStatistics, TierStatistics } from './statistics.ts'
export { pluginErrorStatus, type StopReason, stopMessage, stopStatus } from './stop.ts'
export { StringTable } from './string-table.ts'
export {
  Access,
  type CauseInfo,
  type CodeReader,
  type DecodedInsn,
  type HostImport,
  type InsnDescription,
  type RegisterInfo,
  type Semantics,
  type Target,
} from './target.ts'
