/** Where things lie in linear memory. */
import { FetchTlb, JumpCache, Tlb } from '@guestscope/codegen'

const tlbBytes = Tlb.entries * Tlb.entrySize
const maxTlbModes = 8
const jumpCache = 0x4000 + maxTlbModes * tlbBytes
const fetchTlb = jumpCache + JumpCache.entries * JumpCache.entrySize

/** Offsets inside a vCPU's area, and of the areas. */
export const Layout: {
  readonly cells: number
  readonly maxCells: number
  readonly tlb: number
  readonly tlbSize: number
  readonly jumpCache: number
  readonly fetchTlb: number
  readonly cpuSize: number
  readonly firstCpu: number
} = {
  /** Plugin cells: 8 bytes each. */
  cells: 0x2000,
  maxCells: 1024,
  /** Soft TLBs, one after the other, `tlbSize` bytes each. */
  tlb: 0x4000,
  tlbSize: tlbBytes,
  jumpCache,
  fetchTlb,
  /** Bytes of one vCPU's area. */
  cpuSize: fetchTlb + FetchTlb.entries * FetchTlb.entrySize,
  /** Linear address of vCPU 0; below it nothing is mapped, so that null pointers show. */
  firstCpu: 0x10000,
}
