export type {
  Board,
  BoardHost,
  BoardOptions,
  BootFiles,
  BootPlan,
  BuiltBoard,
  CpuWiring,
  MemoryRegionSpec,
} from './board/board.ts'
export { defaultStartTime } from './board/board.ts'
export type { AccessSize, Console, DeviceHost, Line, MmioDevice, Stateful, Timer } from './board/device.ts'
export {
  Errno,
  type GuestFile,
  GuestFileError,
  type GuestFileMode,
  type GuestFiles,
  type SemihostingHost,
} from './board/guest-files.ts'
export type { ImageSymbol, LoadedImage, Segment } from './board/image.ts'
export { loadImage, withoutHeaders } from './board/load.ts'
export { BytesReader, FetchFault } from './code/code-reader.ts'
export { type AddressRange, Cpu, type CpuHost, type TrapReturn, type UnfinishedCall } from './cpu.ts'
export { coreHost, linearCallee, updateEntryCallee } from './engine/callees.ts'
export type { TierStatistics } from './engine/tiers.ts'
export { ConfigError, ImageError } from './events/errors.ts'
export * from './events/index.ts'
export type { StringsOption } from './events/options.ts'
export { Machine } from './machine/machine.ts'
export type { MachineOptions, Tier } from './machine/machine-options.ts'
export { type HotSpot, Profile, type TierShare } from './machine/profile.ts'
export type { RunState } from './machine/run-loop.ts'
export type { CpuState, MachineState, MemoryState } from './machine/snapshot.ts'
export type { BlockStatistics, MachineStatistics } from './machine/statistics.ts'
export { pluginErrorStatus, type StopReason, stopMessage, stopStatus } from './machine/stop.ts'
export { forgetPageCallee } from './memory/forget.ts'
export { Layout, Space } from './memory/layout.ts'
export { GuestMemory, type MemoryRegion } from './memory/memory.ts'
export {
  Access,
  accessMode,
  type CauseInfo,
  type CodeReader,
  type DecodedInsn,
  type HostImport,
  type InsnDescription,
  type RegisterInfo,
  type Semantics,
  type Target,
} from './target.ts'
