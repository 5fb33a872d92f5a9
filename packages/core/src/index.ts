export type { Board, BoardHost, BoardOptions, BuiltBoard, MemoryRegionSpec } from './board.ts'
export type { AccessSize, Console, DeviceHost, Line, MmioDevice } from './device.ts'
export { type ImageExpectation, type ImageSymbol, type LoadedImage, loadElf, type Segment } from './elf.ts'
export { ConfigError, GuestscopeError, ImageError } from './errors.ts'
export { Cpu } from './cpu.ts'
export { Discon, type DisconMask, type DisconType } from './discon.ts'
export { coreHost, linearCallee } from './functions.ts'
export { Layout } from './layout.ts'
export { Machine, type MachineOptions, type RunState, type Tier } from './machine.ts'
export { GuestMemory, type MemoryRegion } from './memory.ts'
export {
  Access,
  type CauseInfo,
  type CodeReader,
  type DecodedInsn,
  type HostImport,
  type RegisterInfo,
  type Semantics,
  type Target,
} from './target.ts'
