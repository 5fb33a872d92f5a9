/** The first instructions of every hart. */

/** Bytes of code before the two data words. */
const codeSize = 24

/**
 * Sets a0 to the hart's number and a1 to the device tree's address, then jumps to the entry; also changes t0. The data
 * (entry, device tree) follows the code as two words of `xlen` bits.
 */
export function bootRom(xlen: 32 | 64, entry: bigint, deviceTree: bigint): Uint8Array {
  const t0 = 5
  const a0 = 10
  const a1 = 11
  const funct3 = xlen === 64 ? 3 : 2
  const load = (rd: number, offset: number): number =>
    (offset << 20) | (t0 << 15) | (funct3 << 12) | (rd << 7) | 0x03
  const code = [
    (t0 << 7) | 0x17, // auipc t0, 0
    (0xf14 << 20) | (2 << 12) | (a0 << 7) | 0x73, // csrr a0, mhartid
    load(a1, codeSize + xlen / 8),
    load(t0, codeSize),
    (t0 << 15) | 0x67, // jr t0
    0, // illegal, aligns the data
  ]
  const rom = new Uint8Array(codeSize + xlen / 4)
  const view = new DataView(rom.buffer)
  for (const [i, word] of code.entries()) view.setUint32(4 * i, word, true)
  for (const [i, value] of [entry, deviceTree].entries()) {
    const at = codeSize + (i * xlen) / 8
    if (xlen === 64) view.setBigUint64(at, value, true)
    else view.setUint32(at, Number(value), true)
  }
  return rom
}
