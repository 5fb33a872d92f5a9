/**
 * The layout of an M-profile vCPU's state in linear memory, after the head that generated code knows (`Head`). Core
 * registers and flags are i32 slots, 8 bytes apart as everywhere.
 */
import { defineState, type Offsets, type Promote } from '@guestscope/target-kit'

const slots = {
  /** r0 … r14: r13 is the stack pointer in use, r14 lr. r15 is `Head.pc` (bit 0 clear, EPSR.T is always 1). */
  r: { type: 'i32', count: 15, promote: true },
  /** Where writes that must be lost go. */
  sink: 'i32',
  /** Second result of functions that semantics call. */
  scratch: 'i32',
  /** What a load of many registers has read, by register number. */
  loaded: { type: 'i32', count: 16 },
  /** The same for vldm. */
  loadedFloats: { type: 'i32', count: 32, apart: 4 },
  /** Flags. n and v: the sign bit counts (bit 31 of the slot); z: the flag is set when the slot is 0; c: 0 or 1. */
  n: { type: 'i32', promote: true },
  z: { type: 'i32', promote: true },
  c: { type: 'i32', promote: true },
  v: { type: 'i32', promote: true },
  /** 0 or 1; GE[3:0] in the low four bits. */
  q: { type: 'i32', promote: true },
  ge: { type: 'i32', promote: true },
  /** s0 … s31, 4 bytes apart, so that d0 … d15 are i64 slots at the same place (d(n) = s + 8 n). */
  s: { type: 'i32', count: 32, apart: 4, promote: 'singles' },
  /** FPSCR without NZCV being split: the whole register. */
  fpscr: { type: 'i32', promote: true },
  /** The banked stack pointer that is not in use (PSP while MSP is, and the other way round). */
  otherSp: 'i32',
  /** CONTROL: nPRIV bit 0, SPSEL bit 1, FPCA bit 2. */
  control: 'i32',
  primask: 'i32',
  faultmask: 'i32',
  basepri: 'i32',
  /** Exception number in IPSR; 0: Thread mode. */
  ipsr: 'i32',
  /** Address of the exclusive reservation, -1: none; and the value read. */
  exclusive: 'i32',
  exclusiveValue: 'i32',
  /** Registers of the system control space that generated code reads. */
  cpacr: 'i32',
  fpccr: 'i32',
  fpcar: 'i32',
  fpdscr: 'i32',
  ccr: 'i32',
  /** Event register of WFE, 0 or 1. */
  event: 'i32',
  /** Not 0 while an enabled exception is pending: who lowers a mask then sets `Head.request`. */
  pending: 'i32',
  /**
   * Enabled MPU regions, by rising priority: 16 × (i32 base, i32 last byte, i32 permissions, i32 subregions). See
   * system/mpu.ts.
   */
  mpuRegions: { bytes: 256 },
  /** Number of entries in `mpuRegions`, and MPU_CTRL as it is in force: 0 while HardFault, NMI or FAULTMASK switch it off. */
  mpuCount: 'i32',
  mpuControl: 'i32',
  /** Address and size of the instruction that left with `ArmExit.excReturn`. */
  returnFrom: 'i32',
  returnSize: 'i32',
  /** Bits of xPSR that the core does not have; they read as 0 and are lost when written. */
  psrAbsent: 'i32',
} as const

const layout = defineState(slots)

/** Offset of each slot. */
export const S: Offsets<typeof slots> = layout.offsets

/** Bytes of a vCPU's state. */
export const stateSize: number = layout.size

/** Slots that regions keep in locals: singles where there are no doubles in the same place. */
export const promoter = (doubles: boolean): Promote => layout.promoter('i32', doubles ? [] : ['singles'])

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
