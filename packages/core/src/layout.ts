/** Where things lie in linear memory. */
import { FetchTlb, JumpCache, Tlb } from '@guestscope/codegen'

const tlbBytes = Tlb.entries * Tlb.entrySize
const maxTlbModes = 8
const stateSize = 0x2000
const jumpCache = stateSize + maxTlbModes * tlbBytes
const fetchTlb = jumpCache + JumpCache.entries * JumpCache.entrySize
const maxFetched = 4096
const fetched = fetchTlb + FetchTlb.entries * FetchTlb.entrySize
const known = fetched + 4 * maxFetched
const cells = known + 4096
const maxCells = 0x10000
const plugins = cells + 8 * maxCells
const maxTraces = 64

/** Offsets inside a vCPU's area, and of the areas. */
export const Layout: {
  readonly stateSize: number
  readonly cells: number
  readonly maxCells: number
  readonly plugins: number
  readonly maxTraces: number
  readonly tlb: number
  readonly tlbSize: number
  readonly jumpCache: number
  readonly fetchTlb: number
  readonly fetched: number
  readonly maxFetched: number
  readonly cpuSize: number
  readonly firstCpu: number
} = {
  /** Most bytes of the head and the target's registers, which begin the area. */
  stateSize,
  /** Soft TLBs, one after the other, `tlbSize` bytes each. */
  tlb: stateSize,
  tlbSize: tlbBytes,
  jumpCache,
  fetchTlb,
  /** Generation in which code was last fetched from a page, by a hash of the virtual page: i32 each. */
  fetched,
  maxFetched,
  /** Plugin cells: 8 bytes each. Enough for one per block of a large program; those unused take no memory. */
  cells,
  maxCells,
  /** What generated code keeps for plugins besides: `PluginArea`. */
  plugins,
  maxTraces,
  /** Bytes of one vCPU's area. */
  cpuSize: plugins + 4096,
  /** Linear address of vCPU 0; below it nothing is mapped, so that null pointers show. */
  firstCpu: 0x10000,
}

/** Type of the slots of plugins that generated code uses: cells, and where trace records go. */
export const sharedSlot = (offset: number): 'i32' | 'i64' | undefined =>
  offset >= PluginArea.traces ? 'i32' : offset >= Layout.cells && offset < Layout.plugins ? 'i64' : undefined

/** Offsets in a vCPU's area of what else must be known to forget translations page by page. */
export const Known: {
  readonly largeFirst: number
  readonly largeLast: number
  readonly pagesForgotten: number
} = {
  /** i64, i64: a range of virtual addresses in which all large pages lie that the soft TLBs may know parts of. */
  largeFirst: known,
  largeLast: known + 8,
  /** i64: how often a single page was forgotten. */
  pagesForgotten: known + 16,
}

/** Offsets in a vCPU's area of what plugins need besides cells. */
export const PluginArea: {
  readonly disconCounts: number
  readonly sliceEnd: number
  readonly traces: number
} = {
  /** 3 × i64: interrupts, exceptions, host calls, counted while somebody wants to know. */
  disconCounts: plugins,
  /** i64: the clock when the budget of the current slice is used up. */
  sliceEnd: plugins + 24,
  /** Trace buffers: where the next record goes, and where the vCPU's part ends (i32 each). */
  traces: plugins + 64,
}
