/** Raw binaries: bytes for an address that somebody else knows. */
import type { LoadedImage } from '@guestscope/core'
import { ImageError } from '@guestscope/core/errors'
import type { ImageExpectation } from './elf.ts'

/** The bytes of the file as a program at this physical address, where its first instruction is too. */
export function loadRaw(file: Uint8Array, address: bigint, kind: ImageExpectation): LoadedImage {
  if (file.length === 0) throw new ImageError('image/empty', 'The file is empty.', 'Build the program again.')
  if (address + BigInt(file.length) > 1n << BigInt(kind.bits))
    throw new ImageError(
      'image/segment-address',
      `${file.length} bytes at 0x${address.toString(16)} run over the end of the ${kind.bits}-bit address space.`,
      'Choose a lower address.',
    )
  return {
    machine: kind.machine,
    bits: kind.bits,
    littleEndian: kind.littleEndian ?? true,
    entry: address,
    segments: [
      { physical: address, virtual: address, bytes: file, memorySize: file.length, executable: true },
    ],
    symbols: () => [],
  }
}
