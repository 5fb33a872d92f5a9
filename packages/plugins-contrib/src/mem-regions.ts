import type { MemEvent } from '@guestscope/plugin-api'
import { address16 } from './text.ts'

const regionSize = 0x4000

interface Region {
  readonly address: bigint
  readonly bytes: Uint8Array
  reads: number
  writes: number
  /** No load gave anything but what was stored before; zero if nothing was. */
  seenAll: boolean
}

/** Accesses by regions of virtual addresses, with a copy of all that was stored. */
export class Regions {
  readonly #regions = new Map<bigint, Region>()
  readonly #warn: (text: string) => void

  constructor(warn: (text: string) => void) {
    this.#warn = warn
  }

  /** Accesses that cross into the next region are looked at in both, and counted in the first. */
  access(event: MemEvent): void {
    const { address, size, isStore, bigEndian } = event
    let rest = event.value
    const first = this.#region(address)
    if (isStore) first.writes++
    else first.reads++
    for (let i = 0; i < size; i++) {
      const at = address + BigInt(bigEndian ? size - 1 - i : i)
      this.#byte(at, Number(rest & 0xffn), isStore)
      rest >>= 8n
    }
  }

  #byte(address: bigint, value: number, isStore: boolean): void {
    const region = this.#region(address)
    const offset = Number(address - region.address)
    const before = region.bytes[offset]
    region.bytes[offset] = value
    if (isStore || before === value || !region.seenAll) return
    region.seenAll = false
    this.#warn(`Warning: ${address16(region.address)}:${offset} read an un-instrumented value\n`)
  }

  #region(address: bigint): Region {
    const base = address - (address % BigInt(regionSize))
    let found = this.#regions.get(base)
    if (found === undefined) {
      found = { address: base, bytes: new Uint8Array(regionSize), reads: 0, writes: 0, seenAll: true }
      this.#regions.set(base, found)
    }
    return found
  }

  report(): string {
    const lines = [...this.#regions.values()]
      .sort((a, b) => (a.address < b.address ? -1 : 1))
      .map(
        ({ address, reads, writes, seenAll }) => `${address16(address)}, ${reads}, ${writes}, ${seenAll}\n`,
      )
    return `Region Base, Reads, Writes, Seen all\n${lines.join('')}`
  }
}
