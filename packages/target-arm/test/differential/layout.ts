/** Where the parts of a random program lie, and the machines that run it. */
import { type Core, cortexM0, cortexM3, cortexM4, cortexM7 } from '../../src/cores.ts'

export const Place = {
  /** Start and handler, after the vectors. */
  runtime: 0x100,
  /** What `data` holds when a chunk begins. */
  pool: 0xc00,
  /** Descriptors of the chunks, then their code. */
  chunks: 0x1000,
  slots: 0x20000000,
  /** What a chunk leaves: `Saved` words, then the hash of its exceptions. */
  saved: 0x20000100,
  /** What chunks load and store. Stack pointers of chunks are within 4 KiB of it. */
  data: 0x20002000,
} as const

export const dataSize = 1024

/** Where the stack pointer is when a chunk begins. */
export const stack: number = Place.data + 768

/** Words at `Place.slots`. */
export const Slot = { hash: 0, index: 1, count: 2, descriptor: 3, repeats: 4, text: 8 } as const

/** Words of a descriptor: r8 … r12, lr, APSR, FPSCR, r0 … r7, code, s0 … s31. */
export const Descriptor = { high: 0, apsr: 6, fpscr: 7, low: 8, code: 16, s: 17, words: 49 } as const

/** APSR, sp, r8 … r12, lr, r0 … r7; then FPSCR, s0 … s31 if there is an FPU. */
export const savedWords = (core: Core): number => (core.fpu === 'none' ? 16 : 49)

export interface Platform {
  readonly core: Core
  readonly machine: string
}

export const platforms: Readonly<Record<string, Platform>> = {
  m0: { core: cortexM0, machine: 'microbit' },
  m3: { core: cortexM3, machine: 'mps2-an385' },
  m4: { core: cortexM4, machine: 'mps2-an386' },
  m7: { core: cortexM7, machine: 'mps2-an500' },
}

export function platformOf(name: string): Platform {
  const found = platforms[name]
  if (!found) throw new Error(`--core ${name}: one of ${Object.keys(platforms).join(', ')}`)
  return found
}
