/** The layout of a vCPU's state in linear memory, after the head that generated code knows (`Head`). */
import { Head, type Type } from '@guestscope/codegen'

/** A slot, or several of a kind. */
export interface SlotSpec {
  /** `word`: the width of addresses of the guest, which may have two. */
  readonly type: Type | 'word'
  /** 1 if absent. */
  readonly count?: number
  /** Bytes from one to the next: 8 if absent, 16 for vectors. */
  readonly apart?: number
  /**
   * Regions may keep it in a local: no IR function and no host function touches it. A name: only where the target says
   * so for the model.
   */
  readonly promote?: true | string
  /** So many of the first are not to be kept: they are constant, or nobody uses them. */
  readonly skip?: number
}

/** A slot by its type, a number of them, or an area of so many bytes. */
export type Slot = SlotSpec['type'] | SlotSpec | { readonly bytes: number }

export type SlotTable = Readonly<Record<string, Slot>>

/** The offset of each slot, the first one of several. */
export type Offsets<T extends SlotTable> = { readonly [K in keyof T]: number }

/** What `Target.state.promote` is. */
export type Promote = (offset: number) => Type | undefined

/** A layout. */
export interface StateLayout<T extends SlotTable> {
  readonly offsets: Offsets<T>
  /** Bytes of state, the head included. */
  readonly size: number
  /** For guests with words of this width; `kinds`: names of `promote` that hold. */
  promoter(word: 'i32' | 'i64', kinds?: readonly string[]): Promote
}

/** Lays the slots out in the order of the table. */
export function defineState<T extends SlotTable>(table: T): StateLayout<T> {
  const offsets: Record<string, number> = {}
  const specs: (SlotSpec & { readonly at: number; readonly apart: number })[] = []
  let end: number = Head.size
  for (const [name, slot] of Object.entries(table)) {
    if (typeof slot === 'object' && 'bytes' in slot) {
      offsets[name] = end
      end = roundUp(end + slot.bytes, 8)
      continue
    }
    const spec: SlotSpec = typeof slot === 'string' ? { type: slot } : slot
    const { count = 1, apart = spec.type === 'v128' ? 16 : 8 } = spec
    const at = roundUp(end, spec.type === 'v128' ? 16 : 8)
    offsets[name] = at
    specs.push({ ...spec, at, apart })
    end = roundUp(at + count * apart, 8)
  }
  return {
    // A copy: V8 keeps what was filled name by name as a hash table, and offsets are read on the path of every interrupt.
    offsets: { ...offsets } as Offsets<T>,
    size: roundUp(end, 16),
    promoter: (word, kinds = []) => {
      const types = new Map<number, Type>()
      for (const { type, promote, count = 1, skip = 0, at, apart } of specs) {
        if (promote === undefined || (promote !== true && !kinds.includes(promote))) continue
        for (let n = skip; n < count; n++) types.set(at + n * apart, type === 'word' ? word : type)
      }
      return offset => types.get(offset)
    },
  }
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to
