/** A whole random program: an ELF file made from a seed. */
import type { Hart } from '../../src/hart.ts'
import type { Xlen } from '../../src/isa/index.ts'
import { programElf } from './elf.ts'
import { hartFor } from './hart.ts'
import { Descriptor, dataSize, Place, Slot } from './layout.ts'
import { type Dump, runtime } from './runtime.ts'
import { type Chunk, makeChunk, type Rng } from './stream.ts'
import { floatRegister, integer, memoryWord } from './values.ts'

export interface ProgramOptions {
  readonly xlen: Xlen
  readonly seed: number
  /** Instructions of all chunks together, about. */
  readonly count: number
  /** How often each chunk runs: the later runs are those in compiled regions. */
  readonly repeats: number
  /** Only this chunk; it is the same as in the whole program, though at another address. */
  readonly only?: number
  /** Only so many pieces of it. */
  readonly pieces?: number
  readonly dump?: Dump
  /** Extensions besides the recorded ones. */
  readonly more?: readonly string[]
}

export interface Program {
  readonly elf: Uint8Array
  readonly chunks: readonly Chunk[]
  /** Instructions in the chunks. */
  readonly count: number
}

/** Numbers from a seed and a stream number (splitmix32). */
export function seeded(seed: number, stream: number): Rng {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}

const chunkLength = (rng: Rng): number => 50 + Math.floor(rng() * 150)

export function makeProgram(options: ProgramOptions): Program {
  const { xlen, seed, repeats, only, pieces, dump = 'none', more } = options
  const first = only ?? 0
  // The lengths alone say how many chunks there are: the first number that each chunk's own stream gives.
  let number = 0
  for (let left = options.count; left > 0; number++) left -= chunkLength(seeded(seed, number))
  if (only !== undefined) number = 1

  const chunks: Chunk[] = []
  const descriptors: ((view: DataView, at: number) => void)[] = []
  let base = Place.chunks + number * Descriptor.size
  for (let i = first; i < first + number; i++) {
    const rng = seeded(seed, i)
    const length = chunkLength(rng)
    descriptors.push(describe(rng, hartFor(xlen, more), base))
    const cut = pieces === undefined ? {} : { pieces }
    const chunk = makeChunk({ hart: hartFor(xlen, more), rng, base, length, marked: dump === 'each', ...cut })
    chunks.push(chunk)
    base = (chunk.code.pc + 3) & ~3
    if (base < 0) base += 2 ** 32
  }

  const image = new Uint8Array(base - Place.runtime)
  const view = new DataView(image.buffer)
  const code = runtime({ xlen, dump })
  if (code.length > Place.area - Place.runtime) throw new Error('the runtime does not fit')
  image.set(code)
  const slot = (n: number, value: bigint): void =>
    view.setBigUint64(Place.area - Place.runtime + 8 * n, value, true)
  slot(Slot.multiplier, 0x9e3779b97f4a7c15n)
  slot(Slot.count, BigInt(first + number))
  slot(Slot.index, BigInt(first))
  slot(Slot.repeats, BigInt(repeats))
  slot(Slot.descriptor, BigInt(Place.chunks))
  const rng = seeded(seed, -1)
  for (let at = 0; at < dataSize; at += 8)
    view.setBigUint64(Place.pool - Place.runtime + at, memoryWord(rng), true)
  descriptors.forEach((write, i) => {
    write(view, Place.chunks - Place.runtime + i * Descriptor.size)
  })
  for (const { code } of chunks) image.set(code.bytes, code.base - Place.runtime)
  return {
    elf: programElf(xlen, Place.runtime, image),
    chunks,
    count: chunks.reduce((sum, chunk) => sum + chunk.code.count, 0),
  }
}

function describe(rng: Rng, hart: Hart, address: number): (view: DataView, at: number) => void {
  const { xlen } = hart
  const halves = hart.has('zfhmin')
  const fcsr = BigInt((Math.floor(rng() * 5) << 5) | (rng() < 0.5 ? 0 : Math.floor(rng() * 32)))
  const x = Array.from({ length: 31 }, () => integer(rng))
  const f = Array.from({ length: 32 }, () => floatRegister(rng, halves))
  return (view, at) => {
    const put = (offset: number, value: bigint): void => view.setBigUint64(at + offset, value, true)
    put(Descriptor.code, BigInt(address))
    put(Descriptor.fcsr, fcsr)
    x.forEach((value, i) => {
      put(Descriptor.x + 8 * (i + 1), xlen === 64 ? value : BigInt.asUintN(32, value))
    })
    f.forEach((value, i) => {
      put(Descriptor.f + 8 * i, value)
    })
  }
}
