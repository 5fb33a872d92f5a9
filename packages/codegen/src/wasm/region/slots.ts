/** Which state slots a region keeps in locals. */
import type { Node, Type } from '../../ir/types.ts'
import type { Code } from '../asm/encode.ts'
import type { Region, RegionBlock } from './type.ts'

/** A state slot that lives in a local. */
export interface Slot {
  readonly local: number
  readonly type: Type
  written: boolean
  /** Plugins see it at any time: in memory whenever they are called. */
  readonly shared: boolean
}

/** Slots of plugins that live in locals at most. */
const maxShared = 4

/**
 * The slot in whose local a place in the state lies, if `promote` gives it one: the slot at that offset, or the vector
 * around it, which begins at a multiple of 16.
 */
export function homeOf(
  promote: (offset: number) => Type | undefined,
  offset: number,
): { readonly offset: number; readonly type: Type } | undefined {
  const type = promote(offset)
  if (type) return { offset, type }
  const around = offset & -16
  return promote(around) === 'v128' ? { offset: around, type: 'v128' } : undefined
}

/** The slots by offset, each with a local of its own. `loops`: blocks are run again without leaving the region. */
export function slotsOf(region: Region, code: Code, loops: boolean): Map<number, Slot> {
  const slots = new Map<number, Slot>()
  /** Blocks that change a slot of plugins. */
  const changed = new Map<number, Set<RegionBlock>>()
  const collect = (block: RegionBlock, body: readonly Node[]): void => {
    for (const n of body) {
      const offset = Number(n.imm)
      if (n.op === 'get' || n.op === 'set') {
        const home = homeOf(at => region.promote(at), offset)
        if (home) {
          const { type } = home
          const known = slots.get(home.offset)
          const slot = known ?? { local: code.local(type), type, written: false, shared: false }
          if (n.op === 'set') slot.written = true
          slots.set(home.offset, slot)
        }
      }
      if ((n.op === 'count' || n.op === 'set') && region.shared?.(offset)) {
        const blocks = changed.get(offset) ?? new Set()
        changed.set(offset, blocks.add(block))
      }
      if (n.body) collect(block, n.body)
      if (n.orelse) collect(block, n.orelse)
    }
  }
  for (const block of region.blocks) collect(block, block.body)

  // The few slots of plugins that are changed again and again live in locals, too.
  const much = [...changed].filter(([, { size }]) => loops || size > 1).sort((a, b) => b[1].size - a[1].size)
  for (const [offset] of much.slice(0, maxShared)) {
    const type = region.shared?.(offset) as Type
    slots.set(offset, { local: code.local(type), type, written: true, shared: true })
  }
  return slots
}
