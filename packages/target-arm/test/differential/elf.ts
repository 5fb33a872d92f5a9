/** The smallest ELF file that loaders take (a small copy of target-riscv's): one segment at 0, one of words in RAM. */
export function writeElf(
  bytes: Uint8Array,
  entry: number,
  ram: readonly number[],
  ramBase: number,
): Uint8Array {
  const offset = 0x1000
  const end = (bytes.length + 0xfff) & ~0xfff
  const file = new Uint8Array(offset + end + 4 * ram.length)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  view.setUint16(16, 2, true) // executable
  view.setUint16(18, 40, true) // Arm
  const words = [1, entry, 52, 0, 0x05000000] // EABI 5
  for (const [i, word] of words.entries()) view.setUint32(20 + 4 * i, word, true)
  const halves = [52, 32, 2, 0, 0, 0]
  for (const [i, half] of halves.entries()) view.setUint16(40 + 2 * i, half, true)
  const header = [1, offset, 0, 0, bytes.length, bytes.length, 7, 0x1000]
  header.push(1, offset + end, ramBase, ramBase, 4 * ram.length, 4 * ram.length, 6, 4)
  for (const [i, word] of header.entries()) view.setUint32(52 + 4 * i, word, true)
  for (const [i, word] of ram.entries()) view.setUint32(offset + end + 4 * i, word, true)
  file.set(bytes, offset)
  return file
}
