/**
 * The layout of a hart's state in linear memory, after the head that generated code knows (`Head`). Offsets are from
 * the vCPU's base. x and f registers are 8 bytes apart on RV32 too; CSR slots that hold `xlen` bits are i64 slots on
 * both widths (zero-extended on RV32 – the CSR access functions see to it).
 */
import { defineState, type Offsets, type Promote } from '@guestscope/target-kit'

const slots = {
  /** x0 … x31; x0 stays 0. */
  x: { type: 'word', count: 32, skip: 1, promote: true },
  /** Where writes to x0 go. */
  sink: 'word',
  /** f0 … f31, always 64 bits, singles NaN-boxed. */
  f: { type: 'i64', count: 32, promote: true },
  /** Bits 0–4. */
  fflags: { type: 'i32', promote: true },
  frm: { type: 'i32', promote: true },
  /** Privilege mode 0 U, 1 S, 3 M. */
  priv: 'i32',
  /** Address of the reservation of lr, -1: none; and the value read. */
  reservation: 'i64',
  reservedValue: 'i64',
  // CSRs.
  mstatus: 'i64',
  medeleg: 'i64',
  mideleg: 'i64',
  mie: 'i64',
  /** What is pending: `softMip` and `lines` together. */
  mip: 'i64',
  /** The bits of mip that software wrote; SEIP may be held by a line at the same time (3.1.9). */
  softMip: 'i64',
  /** Interrupt lines held by devices (bits as in mip). */
  lines: 'i32',
  mtvec: 'i64',
  mcounteren: 'i64',
  mcountinhibit: 'i64',
  mscratch: 'i64',
  mepc: 'i64',
  mcause: 'i64',
  mtval: 'i64',
  menvcfg: 'i64',
  stimecmp: 'i64',
  stvec: 'i64',
  scounteren: 'i64',
  sscratch: 'i64',
  sepc: 'i64',
  scause: 'i64',
  stval: 'i64',
  senvcfg: 'i64',
  satp: 'i64',
  /** What to add to the clock to get mcycle and minstret; their values while mcountinhibit stops them. */
  cycleOffset: 'i64',
  instretOffset: 'i64',
  /** mhpmcounter3 … and mhpmevent3 … are hardwired to 0. */
  pmpcfg: { bytes: 16 },
  pmpaddr: { type: 'i64', count: 16 },
  /** What `pmp.ts` makes of them: per entry the first physical address and the one after the last; both 0: off. */
  pmpLow: { type: 'i64', count: 16 },
  pmpHigh: { type: 'i64', count: 16 },
  /** 1 + number of the last entry that matches anything. */
  pmpActive: 'i32',
} as const

const layout = defineState(slots)

/** Offset of each slot; `x + 8 * n` is a register. */
export const S: Offsets<typeof slots> = layout.offsets

/** Bytes of a hart's state. */
export const stateSize: number = layout.size

/** Slots that regions keep in locals, where addresses have this type. */
export const promoter = (word: 'i32' | 'i64'): Promote => layout.promoter(word)

type StatusField =
  | 'SIE'
  | 'MIE'
  | 'SPIE'
  | 'MPIE'
  | 'SPP'
  | 'MPP'
  | 'FS'
  | 'MPRV'
  | 'SUM'
  | 'MXR'
  | 'TVM'
  | 'TW'
  | 'TSR'
  | 'UXL'
  | 'SXL'

/** Bits of mstatus (privileged specification, 3.1.6). */
export const Mstatus: Readonly<Record<StatusField, bigint>> = {
  SIE: 1n << 1n,
  MIE: 1n << 3n,
  SPIE: 1n << 5n,
  MPIE: 1n << 7n,
  SPP: 1n << 8n,
  MPP: 3n << 11n,
  FS: 3n << 13n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  TVM: 1n << 20n,
  TW: 1n << 21n,
  TSR: 1n << 22n,
  UXL: 3n << 32n,
  SXL: 3n << 34n,
}

/**
 * Translation flags (`Head.flags`): what blocks are specialised on. Privilege mode in bits 0–1, FS in
 * bits 2–3 (0 off, 1 on, 3 on and already dirty), bit 4: the semihosting sequence is a host call, bit 5: a PMP entry is
 * locked, so that even M-mode may be refused; bit 6: data accesses are neither translated nor protected.
 */
export const Flags = {
  privMask: 3,
  fsShift: 2,
  fsMask: 0b1100,
  fsOff: 0,
  fsOn: 1,
  fsDirty: 3,
  semihosting: 0b10000,
  locked: 0b100000,
  flat: 0b1000000,
} as const

/** The field ASID of satp, by xlen (4.1.11): where it lies, and as many ones as it has bits. */
export const asidField = { 32: { shift: 22, mask: 0x1ff }, 64: { shift: 44, mask: 0xffff } } as const

/** Soft TLB modes: which data translations may share a TLB. */
export const TlbMode = { user: 0, supervisor: 1, supervisorSum: 2, machine: 3, count: 4 } as const

/** Cause numbers inside the emulator: exceptions as in mcause; interrupts with this bit set; host calls apart. */
export const Cause = { interrupt: -0x80000000, semihosting: 63 } as const
