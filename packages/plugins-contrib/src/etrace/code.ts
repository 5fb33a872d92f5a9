/** The code that a decoder follows. */
import { classify, type FlowInsn, flowSize } from './flow.ts'

/** Bytes of code at an address. */
export interface CodeSegment {
  readonly address: bigint
  readonly bytes: Uint8Array
}

/** Gives instructions by their addresses. */
export class Code {
  readonly #segments: readonly CodeSegment[]
  readonly #xlen: 32 | 64
  readonly #known = new Map<bigint, FlowInsn>()

  constructor(segments: readonly CodeSegment[], xlen: 32 | 64) {
    this.#segments = segments
    this.#xlen = xlen
  }

  /** Most instructions that there can be, at every even address one. */
  get places(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + (bytes.length >> 1), 0)
  }

  /** The instruction at an address, or undefined if there is no code. */
  at(pc: bigint): FlowInsn | undefined {
    const known = this.#known.get(pc)
    if (known !== undefined) return known
    const low = this.#half(pc)
    if (low === undefined) return undefined
    const high = flowSize(low) === 4 ? this.#half(pc + 2n) : 0
    if (high === undefined) return undefined
    const insn = classify(low | (high << 16), this.#xlen)
    this.#known.set(pc, insn)
    return insn
  }

  #half(address: bigint): number | undefined {
    for (const segment of this.#segments) {
      const at = Number(address - segment.address)
      if (at < 0 || at + 2 > segment.bytes.length) continue
      return (segment.bytes[at] as number) | ((segment.bytes[at + 1] as number) << 8)
    }
    return undefined
  }
}
