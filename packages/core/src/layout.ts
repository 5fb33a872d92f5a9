/** Where things lie in linear memory. */
import { JumpCache, Tlb } from '@guestscope/codegen'

const tlbBytes = Tlb.entries * Tlb.entrySize
const maxTlbModes = 8

/** Offsets inside a vCPU's area, and of the areas. */
export const Layout: {
  readonly cells: number
  readonly maxCells: number
  readonly tlb: number
  readonly tlbSize: number
  readonly jumpCache: number
  readonly cpuSize: number
  readonly firstCpu: number
} = {
  /** Plugin cells: 8 bytes each. */
  cells: 0x2000,
  maxCells: 1024,
  /** Soft TLBs, one after the other, `tlbSize` bytes each. */
  tlb: 0x4000,
  tlbSize: tlbBytes,
  jumpCache: 0x4000 + maxTlbModes * tlbBytes,
  /** Bytes of one vCPU's area. */
  cpuSize: 0x4000 + maxTlbModes * tlbBytes + JumpCache.entries * JumpCache.entrySize,
  /** Linear address of vCPU 0; below it nothing is mapped, so that null pointers show. */
  firstCpu: 0x10000,
}
