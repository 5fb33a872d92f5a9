/**
 * The layout of a hart's state in linear memory, after the head that generated code knows (`Head`). Offsets are from
 * the vCPU's base. x and f registers are 8 bytes apart on RV32 too; CSR slots that hold `xlen` bits are i64 slots on
 * both widths (zero-extended on RV32 – the CSR access functions see to it).
 */
import { Head } from '@guestscope/codegen'

let at: number = Head.size
const slots = (count: number, bytes = 8): number => {
  const first = at
  at += count * bytes
  return first
}

type Slot =
  | 'x'
  | 'sink'
  | 'f'
  | 'fflags'
  | 'frm'
  | 'priv'
  | 'reservation'
  | 'reservedValue'
  | 'mstatus'
  | 'medeleg'
  | 'mideleg'
  | 'mie'
  | 'mip'
  | 'softMip'
  | 'lines'
  | 'mtvec'
  | 'mcounteren'
  | 'mcountinhibit'
  | 'mscratch'
  | 'mepc'
  | 'mcause'
  | 'mtval'
  | 'menvcfg'
  | 'stimecmp'
  | 'stvec'
  | 'scounteren'
  | 'sscratch'
  | 'sepc'
  | 'scause'
  | 'stval'
  | 'senvcfg'
  | 'satp'
  | 'cycleOffset'
  | 'instretOffset'
  | 'pmpcfg'
  | 'pmpaddr'
  | 'pmpLow'
  | 'pmpHigh'
  | 'pmpActive'

/** Offset of each slot. `x + 8 * n` is a register; the type is `i64` (RV64) or `i32` (RV32), CSR slots are i64. */
export const S: Readonly<Record<Slot, number>> = {
  /** x0 … x31; x0 stays 0. */
  x: slots(32),
  /** Where writes to x0 go. */
  sink: slots(1),
  /** f0 … f31, always 64 bits, singles NaN-boxed. */
  f: slots(32),
  /** i32: fflags (bits 0–4). Promotable. */
  fflags: slots(1),
  /** i32: frm. Promotable. */
  frm: slots(1),
  /** i32: privilege mode 0 U, 1 S, 3 M. */
  priv: slots(1),
  /** i64: address of the reservation of lr, -1: none; and the value read. */
  reservation: slots(1),
  reservedValue: slots(1),
  // CSRs, i64 each.
  mstatus: slots(1),
  medeleg: slots(1),
  mideleg: slots(1),
  mie: slots(1),
  /** What is pending: `softMip` and `lines` together. */
  mip: slots(1),
  /** The bits of mip that software wrote; SEIP may be held by a line at the same time (3.1.9). */
  softMip: slots(1),
  /** i32: interrupt lines held by devices (bits as in mip). */
  lines: slots(1),
  mtvec: slots(1),
  mcounteren: slots(1),
  mcountinhibit: slots(1),
  mscratch: slots(1),
  mepc: slots(1),
  mcause: slots(1),
  mtval: slots(1),
  menvcfg: slots(1),
  stimecmp: slots(1),
  stvec: slots(1),
  scounteren: slots(1),
  sscratch: slots(1),
  sepc: slots(1),
  scause: slots(1),
  stval: slots(1),
  senvcfg: slots(1),
  satp: slots(1),
  /** What to add to the clock to get mcycle and minstret; their values while mcountinhibit stops them. */
  cycleOffset: slots(1),
  instretOffset: slots(1),
  /** mhpmcounter3 … and mhpmevent3 … are hardwired to 0. */
  pmpcfg: slots(16, 1),
  pmpaddr: slots(16),
  /** What `pmp.ts` makes of them: per entry the first physical address and the one after the last; both 0: off. */
  pmpLow: slots(16),
  pmpHigh: slots(16),
  /** i32: 1 + number of the last entry that matches anything. */
  pmpActive: slots(1),
}

/** Bytes of a hart's state. */
export const stateSize: number = (at + 15) & ~15

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
