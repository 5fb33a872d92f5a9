/** Puts bytes into a machine's memory. */
import type { LoadedImage } from './elf.ts'
import { ImageError } from './errors.ts'
import type { GuestMemory } from './memory.ts'

const hex = (x: bigint): string => `0x${x.toString(16)}`

/** Writes bytes at a physical address; `length` bytes must be there, those after `bytes` stay as they are. */
export function place(
  memory: GuestMemory,
  physical: bigint,
  bytes: Uint8Array,
  what: string,
  length: number = bytes.length,
): void {
  const end = physical + BigInt(length)
  const region = memory.regions.find(r => physical >= r.base && end <= r.base + BigInt(r.size))
  if (!region) {
    const own = memory.regions.filter((r, i, all) => all.findIndex(o => o.linear === r.linear) === i)
    const ranges = own.map(r => `${r.name} ${hex(r.base)}…${hex(r.base + BigInt(r.size) - 1n)}`)
    throw new ImageError(
      'image/outside-memory',
      `A ${what} (${hex(physical)}, ${length} bytes) lies outside the machine's memory (${ranges.join(', ')}).`,
      'Link the program to an address in RAM, or give the machine more memory with --memory.',
    )
  }
  memory.bytes.set(bytes, region.linear + Number(physical - region.base))
}

/** Loads a program. */
export function loadImage(memory: GuestMemory, image: LoadedImage): void {
  for (const s of image.segments) place(memory, s.physical, s.bytes, 'segment of the image', s.memorySize)
}
