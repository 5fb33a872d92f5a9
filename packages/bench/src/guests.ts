/** The benchmark guests, as `guests/benchmarks.json` lists them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Benchmark {
  readonly name: string
  /** What kind of work it is. */
  readonly group: string
  /** What it prints after `CHECK`. */
  readonly check: string
  readonly about: string
}

interface Listing {
  readonly qemu: readonly string[]
  readonly benchmarks: readonly Benchmark[]
}

const folder = new URL('../guests/', import.meta.url)

/** The guest that does nothing: its time is that of starting an emulator. */
export const startUp = 'empty'

export const listing: Listing = JSON.parse(readFileSync(new URL('benchmarks.json', folder), 'utf8'))

export const elfPath = (name: string): string => fileURLToPath(new URL(`elf/${name}.elf`, folder))

export function benchmark(name: string): Benchmark {
  const found = listing.benchmarks.find(b => b.name === name)
  if (!found) throw new Error(`no benchmark ${name}`)
  return found
}
