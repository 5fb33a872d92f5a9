/** A whole random program: an ELF file made from a seed. */
import { writeElf } from '@guestscope/images'
import type { Core } from '../../src/cores.ts'
import { Descriptor, dataSize, Place, platformOf } from './layout.ts'
import { runtime } from './runtime.ts'
import { type Code, Stream } from './stream.ts'
import { below, integer, pair, type Rng, seeded, single } from './values.ts'

export interface ProgramOptions {
  /** m0, m3, m4 or m7. */
  readonly core: string
  readonly seed: number
  /** Instructions of all chunks together, about. */
  readonly count: number
  /** How often each chunk runs: the later runs are those in compiled regions. */
  readonly repeats: number
  /** Only this chunk, at another address. */
  readonly only?: number
  /** Only so many pieces of it. */
  readonly pieces?: number
}

export interface Program {
  readonly elf: Uint8Array
  readonly chunks: readonly Code[]
  readonly pieces: number
  readonly count: number
}

const chunkLength = (rng: Rng): number => 50 + below(rng, 100)
const size = 4 * Descriptor.words + 4

export function makeProgram(options: ProgramOptions): Program {
  const { core } = platformOf(options.core)
  const { seed, repeats, only, pieces = Number.POSITIVE_INFINITY } = options
  let number = 0
  for (let left = options.count; left > 0; number++) left -= chunkLength(seeded(seed, number))
  if (only !== undefined) number = 1
  const first = only ?? 0
  const { bytes, labels } = runtime(core)
  if (Place.runtime + bytes.length > Place.pool) throw new Error('the runtime does not fit')
  const label = (name: string): number => labels.get(name) as number

  const chunks: Code[] = []
  const descriptors: number[][] = []
  let made = 0
  let base = (Place.chunks + number * size + 3) & ~3
  for (let i = first; i < first + number; i++) {
    const rng = seeded(seed, i)
    const length = chunkLength(rng)
    descriptors.push([...describe(rng, base, core), repeats])
    const stream = new Stream(core, rng, base)
    made += stream.run(length, pieces)
    const offset = label('end') - stream.code.pc - 4
    stream.code.put((core.baseline ? bl(offset) : bl(offset) & ~0x4000) >>> 0, 4) // b.w keeps lr
    chunks.push(stream.code)
    base = (stream.code.pc + 3) & ~3
  }

  if (base > 256 * 1024) throw new Error('the program does not fit')
  const image = new Uint8Array(base)
  const view = new DataView(image.buffer)
  const vectors = [0x20003ff0, label('start') | 1, ...Array.from({ length: 14 }, () => label('handler') | 1)]
  for (const [i, word] of vectors.entries()) view.setUint32(4 * i, word, true)
  image.set(bytes, Place.runtime)
  const rng = seeded(seed, -1)
  for (let at = 0; at < dataSize; at += 8)
    for (const [i, word] of pair(rng, core.fpu === 'double').entries())
      view.setUint32(Place.pool + at + 4 * i, word, true)
  for (const [i, words] of descriptors.entries())
    for (const [j, word] of words.entries()) view.setUint32(Place.chunks + i * size + 4 * j, word, true)
  for (const { base: at, halves } of chunks)
    for (const [i, half] of halves.entries()) view.setUint16(at + 2 * i, half, true)
  // The slots, as the runtime finds them: RAM is a segment of its own.
  const slots = [0, 0, number, Place.chunks, 0]
  return {
    elf: writeElf({
      bits: 32,
      machine: 40,
      flags: 0x05000000, // EABI 5
      entry: label('start') | 1,
      segments: [
        { base: 0, bytes: image, flags: 7, align: 0x1000 },
        { base: Place.slots, bytes: new Uint8Array(Uint32Array.from(slots).buffer), flags: 6, align: 4 },
      ],
    }),
    chunks,
    pieces: made,
    count: chunks.reduce((sum, code) => sum + code.count, 0),
  }
}

/** BL to this offset. */
function bl(offset: number): number {
  const s = offset < 0 ? 1 : 0
  const j1 = ~((offset >> 23) ^ s) & 1
  const j2 = ~((offset >> 22) ^ s) & 1
  return (
    0xf000d000 |
    (s << 26) |
    (((offset >> 12) & 0x3ff) << 16) |
    (j1 << 13) |
    (j2 << 11) |
    ((offset >> 1) & 0x7ff)
  )
}

/** APSR.Q, which Armv6-M does not have, and QEMU keeps all the same (docs/arm.md). */
const saturated = 1 << 27

function describe(rng: Rng, address: number, core: Core): number[] {
  const any = (below(rng, 32) << 27) | (below(rng, 16) << 16)
  const flags = core.baseline ? any & ~saturated : any
  const control = (below(rng, 4) << 22) | (rng() < 0.3 ? below(rng, 4) << 24 : 0)
  const registers = Array.from({ length: 14 }, () => integer(rng))
  const [high, low] = [registers.slice(0, 6), registers.slice(6)]
  const s = Array.from({ length: 32 }, () => single(rng))
  return [...high, flags, control, ...low, address | 1, ...s]
}
