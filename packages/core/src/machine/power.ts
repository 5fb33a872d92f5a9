/** What a machine is when its power comes on, and what a reset does about what it was before. */
import { Head } from '@guestscope/codegen'
import type { BuiltBoard } from '../board/board.ts'
import { loadImage, place } from '../board/load.ts'
import type { GuestCode } from '../code/guest-code.ts'
import type { CpuHost } from '../cpu.ts'
import { Layout } from '../memory/layout.ts'
import type { GuestMemory } from '../memory/memory.ts'
import type { Target } from '../target.ts'

/** What a reset costs the host, in instructions, and how many bytes it clears in the time of one. */
const [resetCost, clearedPerInstruction] = [20_000, 4]

/** Makes all memory zero; gives what that costs, in instructions. */
export function clearMemory({ bytes, regions }: GuestMemory): number {
  let cost = resetCost
  for (const { linear, size } of regions) {
    bytes.fill(0, linear, linear + size)
    cost += size / clearedPerInstruction
  }
  return cost
}

export interface PowerParts {
  readonly machine: CpuHost
  readonly target: Target
  readonly board: BuiltBoard
  readonly code: GuestCode
  /** The board has no other size of memory. */
  readonly fixedMemory: boolean
}

/** Puts contents and image into memory, which is zero, and resets CPUs and devices. */
export function powerOn({ machine, target, board, code, fixedMemory }: PowerParts): void {
  const { memory, image } = machine
  for (const c of board.contents) place(memory, c.base, c.bytes)
  if (image) loadImage(memory, image, fixedMemory)
  for (const cpu of machine.cpus) {
    memory.bytes.fill(0, cpu.base, cpu.base + Layout.stateSize)
    cpu.waiting = false
    cpu.unfinished = undefined
    cpu.executed = 0
    cpu.set32(Head.index, cpu.index)
    code.spaces.reset(cpu)
    target.reset(cpu)
    if (board.resetPc !== undefined) cpu.pc = board.resetPc
  }
  for (const part of Object.values(board.parts ?? {})) part.reset?.()
  for (const { device } of memory.devices) device.reset?.() // they drive lines into the CPUs
}
