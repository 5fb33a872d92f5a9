/** The bytes of guest code that decoding reads, one instruction after the other. */
import { pageMask, pageSize } from '@guestscope/codegen'
import type { GuestMemory } from '../memory/memory.ts'
import type { CodeReader, Target } from '../target.ts'

/**
 * Thrown by a `CodeReader` where code cannot be fetched; the fault is described in the vCPU's head. No `Error`: it ends
 * blocks at page ends too, and a stack trace would cost more than the block.
 */
export class FetchFault {
  readonly address: bigint
  constructor(address: bigint) {
    this.address = address
  }
}

export interface BlockReaderOptions {
  readonly target: Target
  readonly memory: GuestMemory
  readonly pc: bigint
  /** Linear address of the byte at `pc`. */
  readonly code: number
  /** Linear address of a virtual page, or a `FetchFault`; asked for only if the first instruction crosses into it. */
  readonly nextPage: (address: bigint) => number
  /** Protection is finer than a page: asked for every unit that is read but the first; may throw, too. */
  readonly check: ((address: bigint) => void) | undefined
}

/** The bytes of an instruction at a linear address; what is behind its page lies at the start of the page at `second`. */
export function codeBytes({ bytes }: GuestMemory, first: number, size: number, second: number): Uint8Array {
  const here = Math.min(size, pageSize - (first & (pageSize - 1)))
  const found = new Uint8Array(size)
  found.set(bytes.subarray(first, first + here))
  if (here < size) found.set(bytes.subarray(second, second + size - here), here)
  return found
}

/** Reads code out of a file or an array, in which it lies as in memory; outside it nothing can be fetched. */
export class BytesReader implements CodeReader {
  readonly #view: DataView
  readonly #start: number
  readonly #little: boolean
  readonly inPage: number

  /** The instruction begins at `start`; `inPage`: where that is in its page. */
  constructor(
    bytes: Uint8Array,
    start = 0,
    inPage = 0,
    { bigEndianCode }: Pick<Target, 'bigEndianCode'> = {},
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#start = start
    this.#little = !bigEndianCode
    this.inPage = inPage
  }

  u8(offset: number): number {
    return this.#view.getUint8(this.#place(offset, 1))
  }
  u16(offset: number): number {
    return this.#view.getUint16(this.#place(offset, 2), this.#little)
  }
  u32(offset: number): number {
    return this.#view.getUint32(this.#place(offset, 4), this.#little)
  }

  #place(offset: number, size: number): number {
    const place = this.#start + offset
    if (place < 0 || place + size > this.#view.byteLength) throw new FetchFault(BigInt(place))
    return place
  }
}

/** Reads a block. An instruction that crosses into another page may be the first of a block alone. */
export class BlockReader implements CodeReader {
  readonly #options: BlockReaderOptions
  readonly #view: DataView
  readonly #little: boolean
  /** Offset of the block within its page. */
  readonly #start: number
  /** Distance of the current instruction from the start of the block. */
  at = 0
  /** Linear address of the second page; -1: none of it has been read. */
  second = -1

  constructor(options: BlockReaderOptions) {
    this.#options = options
    this.#view = options.memory.view
    this.#little = !options.target.bigEndianCode
    this.#start = options.code & (pageSize - 1)
  }

  get inPage(): number {
    return this.#start + this.at
  }

  u8(offset: number): number {
    this.#check(offset)
    const place = this.#start + this.at + offset
    const { code } = this.#options
    return this.#view.getUint8(place < pageSize ? code + this.at + offset : this.#beyond(place))
  }

  u16(offset: number): number {
    const place = this.#start + this.at + offset
    if (place < pageSize - 1) {
      this.#check(offset)
      return this.#view.getUint16(this.#options.code + this.at + offset, this.#little)
    }
    if (place >= pageSize) {
      this.#check(offset)
      return this.#view.getUint16(this.#beyond(place), this.#little)
    }
    // A byte on either side: only at odd addresses.
    const [first, last] = [this.u8(offset), this.u8(offset + 1)]
    return this.#little ? first | (last << 8) : (first << 8) | last
  }

  u32(offset: number): number {
    const [first, last] = [this.u16(offset), this.u16(offset + 2)]
    return (this.#little ? first | (last << 16) : (first << 16) | last) >>> 0
  }

  /** The bytes of an instruction that has been read. */
  bytes(offset: number, size: number): Uint8Array {
    const { memory, code } = this.#options
    return codeBytes(memory, code + offset, size, this.second)
  }

  #check(offset: number): void {
    if (offset > 0) this.#options.check?.(this.#options.pc + BigInt(offset))
  }

  /** Linear address of a place behind the page. */
  #beyond(place: number): number {
    if (this.at > 0) throw new FetchFault(0n) // ends the block before the instruction
    if (this.second < 0) this.second = this.#options.nextPage((this.#options.pc | pageMask) + 1n)
    return this.second + place - pageSize
  }
}
