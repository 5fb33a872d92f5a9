/**
 * The first instructions of every hart, with what they hand over; all as QEMU's `virt` board has it, to the byte.
 * OpenSBI's firmware of the kind fw_dynamic learns from `struct fw_dynamic_info` (include/sbi/fw_dynamic.h) where to
 * go on.
 */

/** What the harts are told. */
export interface BootRomOptions {
  readonly xlen: 32 | 64
  /** Where they go. */
  readonly entry: bigint
  /** Address of the device tree. */
  readonly deviceTree: bigint
  /** Where firmware goes on; 0n: it knows itself. */
  readonly nextEntry: bigint
}

/** Bytes before the data: entry and device tree, 8 bytes each; then what firmware is told. */
const codeSize = 24
const infoOffset = codeSize + 16
/** Fields of `struct fw_dynamic_info`, in words of `xlen` bits; next_mode 1 is S-mode, version 2 has boot_hart. */
const fwDynamic = { magic: 0x4942534fn, version: 2n, nextMode: 1n, options: 0n, bootHart: 0n }

/**
 * Sets a0 to the hart's number, a1 to the device tree's address and a2 to that of `struct fw_dynamic_info`, then jumps
 * to the entry; also changes t0.
 */
export function bootRom({ xlen, entry, deviceTree, nextEntry }: BootRomOptions): Uint8Array {
  const t0 = 5
  const [a0, a1, a2] = [10, 11, 12]
  const funct3 = xlen === 64 ? 3 : 2
  const load = (rd: number, offset: number): number =>
    (offset << 20) | (t0 << 15) | (funct3 << 12) | (rd << 7) | 0x03
  const code = [
    (t0 << 7) | 0x17, // auipc t0, 0
    (infoOffset << 20) | (t0 << 15) | (a2 << 7) | 0x13, // addi a2, t0, info
    (0xf14 << 20) | (2 << 12) | (a0 << 7) | 0x73, // csrr a0, mhartid
    load(a1, codeSize + 8),
    load(t0, codeSize),
    (t0 << 15) | 0x67, // jr t0
  ]
  const { magic, version, nextMode, options, bootHart } = fwDynamic
  const info = [magic, version, nextEntry, nextMode, options, bootHart]
  const rom = new Uint8Array(infoOffset + (info.length * xlen) / 8)
  const view = new DataView(rom.buffer)
  for (const [i, word] of code.entries()) view.setUint32(4 * i, word, true)
  view.setBigUint64(codeSize, entry, true)
  view.setBigUint64(codeSize + 8, deviceTree, true)
  for (const [i, value] of info.entries()) {
    const at = infoOffset + (i * xlen) / 8
    if (xlen === 64) view.setBigUint64(at, value, true)
    else view.setUint32(at, Number(value), true)
  }
  return rom
}
