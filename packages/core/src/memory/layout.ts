/** Where things lie in linear memory. */
import { FetchTlb, JumpCache, Tlb } from '@guestscope/codegen'

const tlbBytes = Tlb.entries * Tlb.entrySize
const maxTlbModes = 8
const stateSize = 0x2000
const maxCells = 0x10000
const maxTraces = 64

// The jump cache comes first: see `Head.space`.
const fetchTlb = JumpCache.entries * JumpCache.entrySize
const maxFetched = 4096
const fetched = fetchTlb + FetchTlb.entries * FetchTlb.entrySize
const facts = fetched + 4 * maxFetched
const tlb = facts + 4096

/** Offsets in what a vCPU knows of one address space, and how many it knows at most. */
export const Space: {
  readonly fetchTlb: number
  readonly fetched: number
  readonly maxFetched: number
  readonly largeFirst: number
  readonly largeLast: number
  readonly key: number
  readonly asid: number
  readonly generation: number
  readonly unguarded: number
  readonly pagesForgotten: number
  readonly tlb: number
  readonly size: number
  readonly count: number
} = {
  fetchTlb,
  /** Generation in which code was last fetched from a page, by a hash of the virtual page: i32 each. */
  fetched,
  maxFetched,
  /** i64, i64: a range of virtual addresses in which all large pages lie that the soft TLBs may know parts of. */
  largeFirst: facts,
  largeLast: facts + 8,
  /** i64, i32: what the target calls it, and its ASID; -1: this place is free. */
  key: facts + 16,
  asid: facts + 24,
  /** i32: of its entries, as in `Head.generation`; while it is not the current one. */
  generation: facts + 28,
  /** i32: pages began to hold code while it was not the current one. */
  unguarded: facts + 32,
  /** i64: how often a single page was forgotten. */
  pagesForgotten: facts + 40,
  /** Soft TLBs, one after the other, `Layout.tlbSize` bytes each. */
  tlb,
  size: tlb + maxTlbModes * tlbBytes,
  count: 4,
}

const cells = stateSize + Space.count * Space.size
const plugins = cells + 8 * maxCells

/** Offsets inside a vCPU's area, and of the areas. */
export const Layout: {
  readonly stateSize: number
  readonly spaces: number
  readonly tlb: number
  readonly tlbSize: number
  readonly maxTlbModes: number
  readonly cells: number
  readonly maxCells: number
  readonly plugins: number
  readonly maxTraces: number
  readonly cpuSize: number
  readonly firstCpu: number
} = {
  /** Most bytes of the head and the target's registers, which begin the area. */
  stateSize,
  /** What is known of address spaces: `Space.count` times `Space`. */
  spaces: stateSize,
  /** Soft TLBs of the first address space: all there are where the target never enters another one. */
  tlb: stateSize + Space.tlb,
  tlbSize: tlbBytes,
  maxTlbModes,
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
