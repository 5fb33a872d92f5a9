/** What hooks cost the host, so that no number of them makes an instruction, a slice or a compilation endless. */
import type { BlockHooks } from './instrument.ts'

/**
 * Hooks of one kind (before an instruction, at an access, at an edge) that are free. Each further one counts as an
 * instruction when it runs (`Machine.charge`); a block with as many anywhere is not compiled: only the interpreter counts.
 */
export const freeHooks = 64

/** Hooks that make as much code as an instruction, about. */
const hooksPerInsn = 8

/** Instructions to charge each time that so many hooks run. */
export const hookCharge = (hooks: number): number => Math.max(hooks - freeHooks, 0)

/** Has an instruction of the block more hooks than are free? */
export function overloaded({ exec, access, edges }: BlockHooks): boolean {
  return [...exec, ...access, edges].some(list => list.length > freeHooks)
}

/** How much code a block makes in a region, in instructions. */
export function codeWeight(insns: number, hooks: BlockHooks | undefined): number {
  if (!hooks) return insns
  let count = hooks.edges.length
  for (const list of hooks.exec) count += list.length
  for (const list of hooks.access) count += list.length
  return Math.max(insns, Math.ceil(count / hooksPerInsn))
}
