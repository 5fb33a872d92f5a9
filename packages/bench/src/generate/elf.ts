/** The smallest ELF file that loaders take: RISC-V, 64 bits, one segment that is also its own end of memory. */
export function writeElf(base: number, bytes: Uint8Array, memorySize: number): Uint8Array {
  const headers = 64 + 56
  const file = new Uint8Array(headers + bytes.length)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]) // 64 bits, little-endian
  const fields: readonly (readonly [offset: number, bits: 16 | 32 | 64, value: number])[] = [
    [16, 16, 2], // executable
    [18, 16, 243], // RISC-V
    [20, 32, 1],
    [24, 64, base], // entry
    [32, 64, 64], // program headers
    [48, 32, 5], // compressed instructions, double-precision ABI
    [52, 16, 64],
    [54, 16, 56],
    [56, 16, 1],
    [64, 32, 1], // load
    [68, 32, 7], // readable, writable, executable
    [72, 64, headers],
    [80, 64, base],
    [88, 64, base],
    [96, 64, bytes.length],
    [104, 64, memorySize],
    [112, 64, 8],
  ]
  for (const [offset, bits, value] of fields) {
    if (bits === 16) view.setUint16(offset, value, true)
    else if (bits === 32) view.setUint32(offset, value, true)
    else view.setBigUint64(offset, BigInt(value), true)
  }
  file.set(bytes, headers)
  return file
}
