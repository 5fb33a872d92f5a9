/**
 * What generated code assumes of linear memory: the head of each vCPU's state, the soft TLB, the jump cache, and the
 * records of decoded blocks. Everything else belongs to core and the targets.
 */
import { type AccessDescriptor, type Width, widthBytes } from './ir/types.ts'

/** Offsets in the head of a vCPU's state. Target state begins at `Head.size`. */
export const Head = {
  /** i64, zero-extended on 32-bit guests. Exact whenever generated code is not running. */
  pc: 0,
  /** i32: instructions that may still run before the run loop must be asked. */
  budget: 8,
  /** i32: why a region left (`Exit`). */
  exit: 12,
  /** i32: not 0 when the run loop wants control before the next block (interrupts, plugin requests). */
  request: 16,
  /** i32: address of the soft TLB of the current data access mode. */
  tlb: 20,
  /** i32: address of the record of the instruction at which a region left early. */
  rec: 24,
  /** i32: not 0 while the time in the head is exact, for accesses that need it (`Single`). */
  single: 28,
  /** i32, i64: the exception to deliver when `exit` is `Exit.trap`. */
  trapCause: 32,
  trapValue: 40,
  /** i32: not 0 when somebody listens to discontinuities. */
  discon: 36,
  /**
   * i32, i32, compared as one i64, the context of a translation: the target's translation flags, which blocks are specialised
   * on; and core's generation, which a change of address translation counts up.
   */
  flags: 48,
  generation: 52,
  /** i32: address of what is known of the current address space; it begins with the jump cache. */
  space: 56,
  /** i32: 1 when the next single step must not call the plugins' callbacks again. */
  skipHooks: 60,
  /** i64: a value handed between host functions and generated code. */
  value: 64,
  /** i32: bytes of the access that is being translated. */
  accessBytes: 72,
  /** i32: set to 1 by a translation that holds for this access only (protection finer than a page). */
  uncached: 76,
  /** i64: where the current access leads if it could be translated but not entered into the soft TLB, else -1. */
  physical: 80,
  /**
   * i64: the high half of the value of an access of 16 bytes that plugins hear of. It has the place of `physical`,
   * which means nothing between accesses.
   */
  accessHigh: 80,
  /** i64, i64, i32: the access (or the end of a block) that plugins hear of: address, value, `AccessInfo`. */
  accessAddress: 88,
  accessValue: 96,
  accessInfo: 104,
  /** i32: number of the vCPU. */
  index: 108,
  /**
   * i32, i32: accesses of the instruction at `reportedRec` that have been reported to plugins; if it leaves to run alone, they are
   * not reported again. The two are written as one i64.
   */
  reportedRec: 112,
  reported: 116,
  /** i32: accesses of the instruction that runs alone that plugins know already. */
  reportedBefore: 120,
  /**
   * i32: log2 of the bytes that one entry of the page tables serves around the address translated last; a translation
   * writes it where that is more than a page of the soft TLB.
   */
  spanShift: 124,
  /**
   * i32, i64: the record at which a block goes on that was left in its middle without an event (a slice has ended, an
   * instruction ran alone), or 0; and the context at that time. So what counts as a block does not depend on slices.
   */
  resume: 128,
  resumeContext: 136,
  size: 144,
} as const

/** `Head.single`: one instruction runs alone in T0, or one of a region reaches a device. */
export const Single = { alone: 1, inRegion: 2 } as const

/** Why generated code left; 0 means: go on at `pc`. */
export const Exit = {
  next: 0,
  /** A synchronous exception is described in the head. */
  trap: 1,
  /** Run the instruction at `rec` alone. */
  step: 2,
  /** A plugin wants the run to stop before the instruction at `rec`, whose callbacks have run. */
  hook: 3,
  /** No translation block at `pc` in the jump cache. */
  lookup: 4,
  /** The block at `pc` is hot. */
  hot: 5,
  /** The budget is used up. */
  budget: 6,
  /** `request` is set. */
  request: 7,
  /** The CPU waits for an interrupt. */
  wait: 8,
  /** First code for a target's own purposes (host calls). */
  target: 16,
} as const

/** Of `Runtime.lookup`: no block can be fetched, and the fault is described in the head. */
export const fetchFault = -1

/** The engine's page, of guest addresses and of linear memory: what a soft TLB entry serves, where code is tracked. Bytes and log2. */
export const pageSize = 4096
export const pageShift = 12
/** The bits of an address inside its page. */
export const pageMask = 0xfffn

/** Soft TLB: direct mapped, indexed by page number. A tag is the page address, or -1. */
export const Tlb = {
  entries: 256,
  entrySize: 32,
  entryShift: 5,
  readTag: 0,
  writeTag: 8,
  /** i32: guest page address (low half) + addend = linear address. */
  addend: 16,
} as const

/** Jump cache: pc (i64) in a context (i64, as in the head) → block (i32), direct mapped. */
export const JumpCache = { entries: 4096, entrySize: 32, pc: 0, context: 8, block: 16, pcShift: 1 } as const

/** Distance of the entry of the jump cache for a pc, of which the low half is enough. */
export const jumpCacheEntry = (pc: number): number =>
  ((pc >>> JumpCache.pcShift) & (JumpCache.entries - 1)) * JumpCache.entrySize

/** Head of a decoded block; the records follow. */
export const Block = {
  /** i32: table index of the region that starts here, 0 if none. */
  region: 0,
  /** i32: executions in T0. */
  count: 4,
  /** i32: number of instructions; 0 once the block is forgotten. */
  length: 8,
  /** i32: linear page of the second part of an instruction that crosses a page, or -1. */
  secondPage: 12,
  /** i64 */
  pc: 16,
  /** i32: linear address of the first byte of code. */
  code: 24,
  /** i32: translation flags. */
  flags: 28,
  /** i32: address of the next block in the same bucket of the block table, or 0. */
  next: 32,
  /** i32: instructions that must be left in the budget for the region to be entered; `noRegion` if there is none. */
  need: 36,
  /** i32: not 0 in blocks that only the host may enter: protection is finer than a page there. */
  fine: 40,
  size: 48,
} as const

/** `Block.need` of a block without a region: more than any budget. */
export const noRegion = 0x7fffffff

/** Block table: buckets (i32: address of the first block, or 0) by place of the code and translation flags. */
export const BlockTable = { buckets: 262144, flagsFactor: -1640531535, flagsShift: 14 } as const

/** Bucket of the block table for a linear address of code and translation flags. */
export const blockBucket = (code: number, flags: number): number =>
  ((code >>> 1) ^ (code >>> 17) ^ (Math.imul(flags, BlockTable.flagsFactor) >>> BlockTable.flagsShift)) &
  (BlockTable.buckets - 1)

/** Fetch TLB: virtual page (i64) in a context (i64) → linear page (i32) for instruction fetch, direct mapped. */
export const FetchTlb = { entries: 256, entrySize: 32, page: 0, context: 8, linear: 16 } as const

/** What plugins want at an instruction, in `Rec.hooked`: something before it, at its accesses, at its jump. */
export const Hooked = { exec: 1, memory: 2, edge: 4 } as const

/**
 * `Head.accessInfo`: of an access its bytes, with flags; of the end of a block 1 if a branch is taken, 0 if not, 2 for
 * a jump.
 */
export const AccessInfo = { bytes: 0x1f, store: 0x20, signed: 0x40 } as const

/**
 * How a guest access is made, as the slow path hears of it: its bytes, and above them 1 + the number of the soft TLB that it
 * goes through, or 0: the current one (`Head.tlb`).
 */
export const AccessHow = { bytes: 0xff, modeShift: 8 } as const

/** `AccessHow` of an access of so many bytes. */
export const accessHow = (bytes: number, access?: AccessDescriptor): number =>
  bytes | ((access?.mode === undefined ? 0 : access.mode + 1) << AccessHow.modeShift)

/** `Head.accessInfo` of an access. */
export const accessInfo = (width: Width, store: boolean): number =>
  widthBytes[width] | (store ? AccessInfo.store : width.endsWith('s') ? AccessInfo.signed : 0)

/** A decoded instruction in a block. */
export const Rec = {
  /** u16: number of the T0 handler. */
  handler: 0,
  /** u8 */
  size: 2,
  /** u8: what plugins want here: any of `Hooked`. */
  hooked: 3,
  /** u16: distance from the block's pc. */
  pcOffset: 4,
  /** u16: instructions from this one to the end of the block, this one included. */
  left: 6,
  /** 4 × u16: state offsets of the registers. */
  regs: 8,
  imm: 16,
  aux: 20,
  /** i32: address of the block. */
  block: 24,
  word: 28,
  bytes: 32,
  shift: 5,
} as const
