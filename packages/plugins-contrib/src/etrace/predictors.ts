/** Branch predictor, jump target cache and return stack (3.2), of which encoder and decoder have a copy each. */
import { addressLsb } from './params.ts'

const indexOf = (address: bigint, bits: number): number => Number(BigInt.asUintN(bits, address >> addressLsb))

/** Two bits of state per entry: the high one predicts, the low one is the last outcome. */
export class BranchPredictor {
  readonly #bits: number
  readonly #states: Uint8Array

  /** 2^bits entries; 0: predicts nothing and is never asked. */
  constructor(bits: number) {
    this.#bits = bits
    this.#states = new Uint8Array(bits > 0 ? 2 ** bits : 0)
    this.reset()
  }

  /** To be called when a synchronisation packet is sent. */
  reset(): void {
    this.#states.fill(1)
  }
  /** Will it be taken? */
  predict(address: bigint): boolean {
    return ((this.#states[indexOf(address, this.#bits)] as number) & 2) !== 0
  }
  /** The prediction changes when it has failed twice. */
  update(address: bigint, taken: boolean): void {
    if (this.#bits === 0) return
    const index = indexOf(address, this.#bits)
    const state = this.#states[index] as number
    const agreed = state === 0 || state === 3
    const predicted = agreed ? state & 2 : taken ? 2 : 0
    this.#states[index] = predicted | (taken ? 1 : 0)
  }
}

/** Targets of uninferable jumps, direct mapped. */
export class JumpTargetCache {
  readonly #bits: number
  readonly #entries: (bigint | undefined)[]

  /** 2^bits entries; 0: remembers nothing. */
  constructor(bits: number) {
    this.#bits = bits
    this.#entries = new Array(bits > 0 ? 2 ** bits : 0).fill(undefined)
  }

  /** To be called when a synchronisation packet is sent. */
  reset(): void {
    this.#entries.fill(undefined)
  }
  /** The index of the entry that has the address, or undefined. */
  find(address: bigint): number | undefined {
    if (this.#bits === 0) return undefined
    const index = indexOf(address, this.#bits)
    return this.#entries[index] === address ? index : undefined
  }
  at(index: number): bigint | undefined {
    return this.#entries[index]
  }
  add(address: bigint): void {
    if (this.#bits > 0) this.#entries[indexOf(address, this.#bits)] = address
  }
}

/** Where the calls that were traced return to. */
export class ReturnStack {
  readonly #limit: number
  readonly #links: bigint[] = []

  /** 2^bits entries, the oldest of which are forgotten; 0: remembers nothing. */
  constructor(bits: number) {
    this.#limit = bits > 0 ? 2 ** bits : 0
  }

  /** To be called when a synchronisation packet is sent. */
  reset(): void {
    this.#links.length = 0
  }
  get depth(): number {
    return this.#links.length
  }
  /** Depth after another call. */
  get deeper(): number {
    return Math.min(this.#links.length + 1, this.#limit)
  }
  get top(): bigint | undefined {
    return this.#links.at(-1)
  }
  push(link: bigint): void {
    if (this.#limit === 0) return
    if (this.#links.length === this.#limit) this.#links.shift()
    this.#links.push(link)
  }
  pop(): bigint | undefined {
    return this.#links.pop()
  }
}
