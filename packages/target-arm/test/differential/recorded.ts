/** The recorded part: what QEMU printed for a few seeds. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface Recorded {
  readonly core: string
  readonly seed: number
  readonly count: number
  readonly repeats: number
  /** SHA-256 of the ELF file: another one means that the generator has changed, not the emulator. */
  readonly elf: string
  /** A checksum per chunk. */
  readonly output: readonly string[]
}

export const recordedFile: URL = new URL('recorded.json', import.meta.url)
export const readRecorded = (): Recorded[] => JSON.parse(readFileSync(recordedFile, 'utf8'))
export const digest = (elf: Uint8Array): string => createHash('sha256').update(elf).digest('hex')

/** What gets recorded. */
export const toRecord: readonly Omit<Recorded, 'elf' | 'output'>[] = ['m0', 'm3', 'm4', 'm7'].flatMap(
  core => [
    { core, seed: 1001, count: 500, repeats: 1 },
    { core, seed: 1002, count: 4000, repeats: 3 },
  ],
)
