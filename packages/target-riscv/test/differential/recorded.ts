/** The recorded part: what QEMU printed for a few seeds. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Xlen } from '../../src/isa/index.ts'
import { addable } from './hart.ts'

export interface Recorded {
  readonly xlen: Xlen
  readonly seed: number
  readonly count: number
  readonly repeats: number
  /** Extensions besides those of the other recorded programs. */
  readonly more?: readonly string[]
  /** SHA-256 of the ELF file: another one means that the generator has changed, not the emulator. */
  readonly elf: string
  /** A line `index checksum` per chunk. */
  readonly output: readonly string[]
}

export const recordedFile: URL = new URL('recorded.json', import.meta.url)

export const readRecorded = (): Recorded[] => JSON.parse(readFileSync(recordedFile, 'utf8'))

export const digest = (elf: Uint8Array): string => createHash('sha256').update(elf).digest('hex')

/** What gets recorded. */
export const toRecord: readonly Omit<Recorded, 'elf' | 'output'>[] = ([64, 32] as const).flatMap(xlen => [
  { xlen, seed: 1001, count: 1000, repeats: 2 },
  { xlen, seed: 1002, count: 5000, repeats: 3 },
  { xlen, seed: 1003, count: 5000, repeats: 3 },
  { xlen, seed: 1004, count: 5000, repeats: 3, more: addable(xlen) },
])
