/** Which state slots a region keeps in locals. */
import type { Node, Type } from '../ir/types.ts'
import type { Code } from './encode.ts'
import type { Region } from './region-type.ts'

/** A state slot that lives in a local. */
export interface Slot {
  readonly local: number
  readonly type: Type
  written: boolean
  /** Plugins see it at any time: in memory whenever they are called. */
  readonly shared: boolean
}

/** Places that use a slot of plugins from which on it gets a local, and how many slots do. */
const usesForLocal = 4
const maxShared = 4

/** The slots by offset, each with a local of its own. */
export function slotsOf(region: Region, code: Code): Map<number, Slot> {
  const slots = new Map<number, Slot>()
  const uses = new Map<number, number>()
  const use = (offset: number): void => {
    if (region.shared?.(offset)) uses.set(offset, (uses.get(offset) ?? 0) + 1)
  }
  const collect = (body: readonly Node[]): void => {
    for (const n of body) {
      const offset = Number(n.imm)
      if (n.op === 'get' || n.op === 'set') {
        const type = region.promote(offset)
        if (!type) use(offset)
        else {
          const slot = slots.get(offset) ?? { local: code.local(type), type, written: false, shared: false }
          if (n.op === 'set') slot.written = true
          slots.set(offset, slot)
        }
      }
      if (n.op === 'count') use(offset)
      if (n.body) collect(n.body)
      if (n.orelse) collect(n.orelse)
    }
  }
  for (const b of region.blocks) collect(b.body)

  // The few slots of plugins that are used much live in locals, too.
  const much = [...uses].filter(([, n]) => n >= usesForLocal).sort((a, b) => b[1] - a[1])
  for (const [offset] of much.slice(0, maxShared)) {
    const type = region.shared?.(offset) as Type
    slots.set(offset, { local: code.local(type), type, written: true, shared: true })
  }
  return slots
}
