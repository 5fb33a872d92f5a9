/** Guestscope as a library. */
export type { HostClock } from './clock.ts'
export { createMachine } from './create.ts'
export { problemOf, UsageError } from './errors.ts'
export {
  endMessage,
  GuestMachine,
  type MemoryChoice,
  type RegisterValue,
} from './guest-machine.ts'
export { type MachineNames, machineOf, pickCpu, type Targets } from './guests.ts'
export type {
  ConsoleOptions,
  MachineChoice,
  MemoryContents,
  PluginChoice,
  PluginIo,
  SemihostingOptions,
} from './options.ts'
export {
  type Companion,
  type NamedFile,
  type OpenedProgram,
  openProgram,
  type ProgramOptions,
  programForPlugins,
  type SourceFile,
} from './program.ts'
export type { Pause, RunEnd, RunHost, RunOptions } from './run.ts'
export { type NamedHotSpot, type RunStatistics, type RunTimes, runStatistics } from './statistics.ts'
export { SymbolTable } from './symbols.ts'
export { TextWatch } from './text-watch.ts'
