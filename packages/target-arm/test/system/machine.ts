/** Machines for tests of the system half: boards with a program of halfwords, or none. */
import { type Board, type LoadedImage, Machine } from '@guestscope/core'
import {
  armMBoards,
  cortexM0PlusTarget,
  cortexM0Target,
  cortexM3Target,
  cortexM4Target,
  cortexM7Target,
} from '../../src/index.ts'

const targets = [cortexM0Target, cortexM0PlusTarget, cortexM3Target, cortexM4Target, cortexM7Target]

/** Bytes at an address. */
export type Contents = readonly (readonly [address: number, bytes: Uint8Array])[]

export const words = (...list: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer)
export const halves = (...list: readonly number[]): Uint8Array =>
  new Uint8Array(Uint16Array.from(list).buffer)

export function imageOf(contents: Contents): LoadedImage {
  return {
    machine: 40,
    bits: 32,
    littleEndian: true,
    entry: 0n,
    segments: contents.map(([address, bytes]) => ({
      physical: BigInt(address),
      virtual: BigInt(address),
      bytes,
      memorySize: bytes.length,
      executable: true,
    })),
    symbols: () => [],
  }
}

/** A machine of the board; without contents it has no image at all. */
export function machineFor(
  name: string,
  contents?: Contents,
  tier: 0 | 1 | 'oracle' = 0,
  change: (board: Board) => Board = board => board,
  hotThreshold = 1000,
  notice: (text: string) => void = () => {},
): Machine {
  const found = armMBoards.find(b => b.name === name)
  const board = found && change(found)
  const target = targets.map(t => t()).find(t => t.name === board?.target)
  if (!board || !target) throw new Error(`no board ${name}`)
  return new Machine({
    target,
    board,
    tier,
    hotThreshold,
    batch: 1,
    memoryBytes: board.defaultMemory,
    cpus: 1,
    console: { write: () => {} },
    image: contents && imageOf(contents),
    semihosting: false,
    notice,
  })
}
