export type { Board, BoardHost, BoardOptions, BuiltBoard, MemoryRegionSpec } from './board.ts'
export type { AccessSize, Console, DeviceHost, Line, MmioDevice } from './device.ts'
export { type ImageExpectation, type ImageSymbol, type LoadedImage, loadElf, type Segment } from './elf.ts'
export { ConfigError, GuestscopeError, ImageError } from './errors.ts'
