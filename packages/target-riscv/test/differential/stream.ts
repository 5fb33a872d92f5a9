/**
 * Random chunks of code: valid instructions of every extension, accesses within the data area, forward branches and
 * jumps, short loops, calls, reserved pairs of lr and sc, CSR accesses, and now and then something that traps. A chunk
 * depends on its seed alone.
 */
import type { Hart } from '../../src/hart.ts'
import type { Insn, Row, Xlen } from '../../src/isa/index.ts'
import { Code, type Patch } from './code.ts'
import { Place } from './layout.ts'
import { Picker } from './picker.ts'
import { marker } from './runtime.ts'
import { structures } from './structures.ts'

export type Rng = () => number

export interface ChunkOptions {
  readonly hart: Hart
  readonly rng: Rng
  readonly base: number
  /** Instructions, about. */
  readonly length: number
  /** Stop after so many pieces (an instruction with what prepares it, or a loop with its body). */
  readonly pieces?: number
  /** Put a marker, at which the runtime prints the state, after each instruction. */
  readonly marked?: boolean
}

export interface Chunk {
  readonly code: Code
  readonly pieces: number
}

export function makeChunk(options: ChunkOptions): Chunk {
  const stream = new Stream(options)
  return { code: stream.code, pieces: stream.run(options.length, options.pieces ?? Number.POSITIVE_INFINITY) }
}

/** What one kind of piece is: appends itself. */
type Piece = (stream: Stream) => void

export class Stream {
  readonly xlen: Xlen
  readonly code: Code
  readonly pick: Picker
  readonly rng: Rng
  /** Registers that what is being made needs later: loop counters, link registers. */
  readonly reserved: Set<number> = new Set()
  /** Registers that hold an address near the data area, if the code before has run. */
  pointers: Map<number, number> = new Map()
  /** How many structures enclose what is being made. */
  depth = 0
  /** Between lr and sc there is no place for a marker. */
  quiet = false
  readonly #marked: boolean

  constructor({ hart, rng, base, marked = false }: ChunkOptions) {
    const { xlen } = hart
    this.xlen = xlen
    this.rng = rng
    this.code = new Code(xlen, base)
    this.pick = new Picker(hart, rng)
    this.#marked = marked
  }

  run(length: number, pieces: number): number {
    // Marked and cut chunks make the same choices, so the length is counted without markers.
    let made = 0
    while (this.#unmarked < length && made < pieces) {
      this.piece()
      made++
    }
    this.#end()
    return made
  }

  #unmarked = 0

  /** One piece of any kind. */
  piece(): void {
    const kinds = this.depth < 2 ? all : flat
    let at = this.rng() * total(kinds)
    for (const [weight, make] of kinds) {
      at -= weight
      if (at < 0) return make(this)
    }
  }

  /** Up to `most` pieces inside a structure. */
  body(most: number): void {
    this.depth++
    for (let n = this.below(most) + 1; n > 0; n--) this.piece()
    this.depth--
  }

  /** The same without structures in it, for jumps that do not reach far. */
  shortBody(most: number): void {
    this.depth += 2
    this.body(most)
    this.depth -= 2
  }

  below(n: number): number {
    return Math.floor(this.rng() * n)
  }

  chance(p: number): boolean {
    return this.rng() < p
  }

  /** Appends an instruction and keeps the books about it. */
  insn(insn: Insn): Patch {
    const patch = this.code.insn(insn)
    if (insn.row.regs.rd === 'x') this.pointers.delete(insn.rd)
    this.#done(insn.row)
    return patch
  }

  make(name: string, values: Partial<Record<'rd' | 'rs1' | 'rs2' | 'imm' | 'aux', number>>): Patch {
    const row = this.pick.named(name)
    const patch = this.code.make(row, values)
    if (row.regs.rd === 'x') this.pointers.delete(patch.insn.rd)
    this.#done(row)
    return patch
  }

  word(word: number, size: number): void {
    this.code.word(word, size)
    this.#done(undefined)
  }

  /** After a jump a marker would not be reached; where a branch goes it would be in the way. */
  #done(row: Row | undefined): void {
    this.#unmarked++
    const jumps = row?.ending === 'branch' || row?.ending === 'jump' || row?.ending === 'indirect'
    if (this.#marked && !this.quiet && !jumps) this.code.word(marker, 4)
  }

  /** A register that may be overwritten. */
  register(): number {
    for (;;) {
      const n = 1 + this.below(31)
      if (!this.reserved.has(n)) return n
    }
  }

  /** Makes a register point to an address. */
  point(register: number, address: number): void {
    const delta = address - this.code.pc
    const low = (delta << 20) >> 20
    const quiet = this.quiet
    this.quiet = true
    this.make('auipc', { rd: register, imm: (delta - low) | 0 })
    this.quiet = quiet
    this.make('addi', { rd: register, rs1: register, imm: low })
    this.pointers.set(register, address)
  }

  #end(): void {
    const { code } = this
    const area = code.xlen === 64 ? 'sd' : 'sw'
    code.make(this.pick.named('csrrw'), { rd: 31, rs1: 31, imm: 0x340 })
    code.make(this.pick.named(area), { rs1: 31, rs2: 1, imm: 8 })
    const delta = Place.end - code.pc
    const low = (delta << 20) >> 20
    code.make(this.pick.named('auipc'), { rd: 1, imm: (delta - low) | 0 })
    code.make(this.pick.named('jalr'), { rd: 0, rs1: 1, imm: low })
  }
}

const total = (kinds: readonly (readonly [number, Piece])[]): number => kinds.reduce((sum, [w]) => sum + w, 0)

const flat: readonly (readonly [number, Piece])[] = structures.flat
const all: readonly (readonly [number, Piece])[] = [...structures.flat, ...structures.nested]
