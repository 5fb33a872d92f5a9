/** The smallest ELF file that loaders take: one header, one segment that can be read, written and executed. */
export function writeElf(xlen: 32 | 64, base: number, bytes: Uint8Array): Uint8Array {
  const wide = xlen === 64
  const headerSize = wide ? 64 : 52
  const programHeaderSize = wide ? 56 : 32
  const offset = 0x1000 // congruent to the address, page by page
  const file = new Uint8Array(offset + bytes.length)
  const view = new DataView(file.buffer)
  let at = 0
  const u16 = (...values: number[]): void => {
    for (const value of values) {
      view.setUint16(at, value, true)
      at += 2
    }
  }
  const u32 = (...values: number[]): void => {
    for (const value of values) {
      view.setUint32(at, value, true)
      at += 4
    }
  }
  const word = (...values: number[]): void => {
    for (const value of values) {
      u32(value)
      if (wide) u32(0)
    }
  }
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1, 1])
  at = 16
  u16(2, 243) // executable, RISC-V
  u32(1)
  word(base, headerSize, 0)
  u32(5) // compressed instructions, double-precision ABI
  u16(headerSize, programHeaderSize, 1, 0, 0, 0)
  if (wide) {
    u32(1, 7)
    word(offset, base, base, bytes.length, bytes.length, 0x1000)
  } else {
    u32(1, offset, base, base, bytes.length, bytes.length, 7, 0x1000)
  }
  file.set(bytes, offset)
  return file
}
