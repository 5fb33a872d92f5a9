/**
 * The layout of an M-profile vCPU's state in linear memory, after the head that generated code knows (`Head`). Core
 * registers and flags are i32 slots, 8 bytes apart as everywhere.
 */
import { Head } from '@guestscope/codegen'

let at: number = Head.size
const slots = (count: number, bytes = 8): number => {
  const first = at
  at += count * bytes
  return first
}

interface StateOffsets {
  readonly r: number
  readonly sink: number
  readonly scratch: number
  readonly loaded: number
  readonly loadedFloats: number
  readonly n: number
  readonly z: number
  readonly c: number
  readonly v: number
  readonly q: number
  readonly ge: number
  readonly s: number
  readonly fpscr: number
  readonly otherSp: number
  readonly control: number
  readonly primask: number
  readonly faultmask: number
  readonly basepri: number
  readonly ipsr: number
  readonly exclusive: number
  readonly exclusiveValue: number
  readonly cpacr: number
  readonly fpccr: number
  readonly fpcar: number
  readonly fpdscr: number
  readonly ccr: number
  readonly event: number
  readonly pending: number
  readonly mpuRegions: number
  readonly mpuCount: number
  readonly mpuControl: number
  readonly returnFrom: number
  readonly returnSize: number
  readonly psrAbsent: number
}

/** Offset of each slot. */
export const S: StateOffsets = {
  /** r0 … r14, i32: r13 is the stack pointer in use, r14 lr. r15 is `Head.pc` (bit 0 clear, EPSR.T is always 1). */
  r: slots(16),
  /** Where writes that must be lost go. */
  sink: slots(1),
  /** i32: second result of functions that semantics call. */
  scratch: slots(1),
  /** 16 × i32: what a load of many registers has read, by register number. */
  loaded: slots(16),
  /** 32 × i32, 4 bytes apart: the same for vldm. */
  loadedFloats: slots(32, 4),
  /** Flags, i32. n and v: the sign bit counts (bit 31 of the slot); z: the flag is set when the slot is 0; c: 0 or 1. */
  n: slots(1),
  z: slots(1),
  c: slots(1),
  v: slots(1),
  /** i32: 0 or 1; GE[3:0] in the low four bits. */
  q: slots(1),
  ge: slots(1),
  /** s0 … s31, i32, 4 bytes apart, so that d0 … d15 are i64 slots at the same place (d(n) = s + 8 n). */
  s: slots(32, 4),
  /** i32: FPSCR without NZCV being split: the whole register. */
  fpscr: slots(1),
  /** i32: the banked stack pointer that is not in use (PSP while MSP is, and the other way round). */
  otherSp: slots(1),
  /** i32: CONTROL: nPRIV bit 0, SPSEL bit 1, FPCA bit 2. */
  control: slots(1),
  primask: slots(1),
  faultmask: slots(1),
  basepri: slots(1),
  /** i32: exception number in IPSR; 0: Thread mode. */
  ipsr: slots(1),
  /** i32: address of the exclusive reservation, -1: none; and the value read. */
  exclusive: slots(1),
  exclusiveValue: slots(1),
  /** i32: registers of the system control space that generated code reads. */
  cpacr: slots(1),
  fpccr: slots(1),
  fpcar: slots(1),
  fpdscr: slots(1),
  ccr: slots(1),
  /** i32: event register of WFE, 0 or 1. */
  event: slots(1),
  /** i32: not 0 while an enabled exception is pending: who lowers a mask then sets `Head.request`. */
  pending: slots(1),
  /**
   * Enabled MPU regions, by rising priority: 16 × (i32 base, i32 last byte, i32 permissions, i32 subregions). See
   * system/mpu.ts.
   */
  mpuRegions: slots(16, 16),
  /** i32: number of entries in `mpuRegions`, and MPU_CTRL as it is in force: 0 while HardFault, NMI or FAULTMASK switch it off. */
  mpuCount: slots(1),
  mpuControl: slots(1),
  /** i32: address and size of the instruction that left with `ArmExit.excReturn`. */
  returnFrom: slots(1),
  returnSize: slots(1),
  /** i32: bits of xPSR that the core does not have; they read as 0 and are lost when written. */
  psrAbsent: slots(1),
}

/** Bytes of a vCPU's state. */
export const stateSize: number = (at + 15) & ~15

/**
 * Translation flags and decoding state (`Head.flags`): ITSTATE in bits 0–7 (0 outside IT blocks);
 * bit 8: floating point may be used at once (enabled for this privilege, FPCA set or not kept, no lazy state pending);
 * bit 9: unprivileged; bit 10: unaligned halfwords and words fault too (CCR.UNALIGN_TRP, Armv6-M); bit 11: EPSR.T is
 * clear: whatever stands at pc raises INVSTATE (the decoder looks at it; who writes pc with bit 0 clear sets it, and
 * exception entry and return write it).
 */
export const Flags = {
  itMask: 0xff,
  fpReady: 0x100,
  unprivileged: 0x200,
  strictAlign: 0x400,
  notThumb: 0x800,
} as const

/** Soft TLB modes: privileged and unprivileged data accesses. */
export const TlbMode = { privileged: 0, unprivileged: 1, count: 2 } as const

/** Slots of `DecodedOperands.regs` for Thumb: destination, first and second source, third source or second destination. */
export const Slot = { rd: 0, rn: 1, rm: 2, ra: 3 } as const
