import { writeElf } from '@guestscope/images'

/** A program for RISC-V: one segment that can be read, written and executed. */
export const programElf = (xlen: 32 | 64, base: number, bytes: Uint8Array): Uint8Array =>
  writeElf({
    bits: xlen,
    machine: 243,
    flags: 5, // compressed instructions, double-precision ABI
    entry: base,
    segments: [{ base, bytes, flags: 7, align: 0x1000 }],
  })
