/** Where things lie in linear memory. */
import { FetchTlb, JumpCache, Tlb } from '@guestscope/codegen'

const tlbBytes = Tlb.entries * Tlb.entrySize
const maxTlbModes = 8
const stateSize = 0x2000
const jumpCache = stateSize + maxTlbModes * tlbBytes
const fetchTlb = jumpCache + JumpCache.entries * JumpCache.entrySize
const cells = fetchTlb + FetchTlb.entries * FetchTlb.entrySize
const maxCells = 0x10000

/** Offsets inside a vCPU's area, and of the areas. */
export const Layout: {
  readonly stateSize: number
  readonly cells: number
  readonly maxCells: number
  readonly tlb: number
  readonly tlbSize: number
  readonly jumpCache: number
  readonly fetchTlb: number
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
  /** Plugin cells: 8 bytes each. Enough for one per block of a large program; those unused take no memory. */
  cells,
  maxCells,
  /** Bytes of one vCPU's area. */
  cpuSize: cells + 8 * maxCells,
  /** Linear address of vCPU 0; below it nothing is mapped, so that null pointers show. */
  firstCpu: 0x10000,
}
