/** What state slots hold at a place in a body, as far as the builder keeps track of it. */
import { type Node, type Type, typeBytes } from './types.ts'

/** Slots lie at multiples of this. */
const step = 4
const widest = 16

export class KnownSlots {
  readonly #known: Map<number, Node>

  constructor(known: Iterable<readonly [number, Node]> = []) {
    this.#known = new Map(known)
  }

  /** The value of the slot at an offset, if it was set as a whole with this type. */
  get(offset: number, type: Type): Node | undefined {
    const known = this.#known.get(offset)
    return known?.type === type ? known : undefined
  }

  /** A slot gets a value; slots that it overlaps are no longer known. `keep`: it is worth knowing. */
  set(offset: number, value: Node, keep: boolean): void {
    if (this.#known.size) this.#forget(offset, typeBytes[value.type as Type])
    if (keep) this.#known.set(offset, value)
  }
  #forget(offset: number, bytes: number): void {
    for (let at = offset - widest + step; at < offset + bytes; at += step) {
      const known = this.#known.get(at)
      if (known && at + typeBytes[known.type as Type] > offset) this.#known.delete(at)
    }
  }

  clear(): void {
    this.#known.clear()
  }

  /** What is known in a nested body to begin with. */
  copy(): KnownSlots {
    return new KnownSlots(this.#known)
  }
  /** A nested body may have run: keeps what holds in both cases. */
  meet(other: KnownSlots): void {
    for (const [offset, value] of this.#known)
      if (other.#known.get(offset) !== value) this.#known.delete(offset)
  }
}
