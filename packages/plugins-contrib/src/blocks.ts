/**
 * Exact execution counts at the price of a counter per block: what a discontinuity (or a store into the block's own
 * code) has kept from running is taken off again. All is inline; only blocks that are left early cost a call.
 */
import { type Cell, Discon, type PluginApi } from '@guestscope/plugin-api'
import { type Tally, tallies } from './counting.ts'

/** A block as it was translated. A place may have several, one behind the other or overlapping. */
export interface CountedBlock {
  readonly address: bigint
  /** Address of each instruction, and last the address behind the block. */
  readonly places: readonly bigint[]
  /** How often it has begun. */
  readonly begun: number
  /** How often execution has ended before the n-th instruction. */
  readonly broken: ReadonlyMap<number, number>
}

interface Block {
  readonly places: readonly bigint[]
  readonly begun: Tally
  readonly broken: Map<number, number>
}

/** Counts the executions of every instruction. */
export class BlockCounter {
  readonly #api: PluginApi
  readonly #blocks: Block[] = []
  readonly #byPlaces = new Map<string, number>()
  readonly #tally: () => Tally
  /** Number (from 1) of the block that a vCPU has begun, until its last instruction begins; else 0. */
  readonly #open: Cell

  constructor(api: PluginApi) {
    this.#api = api
    this.#tally = tallies(api, true)
    this.#open = api.scoreboard('open').open
    api.onTranslate(tb => {
      const number = this.#number(tb.insns.map(({ address, size }) => ({ address, size })))
      const { address } = tb
      // Another block without an event: the code of the one before has been overwritten under it.
      tb.onExecIf(this.#open, '!=', 0, cpu => this.#broken(cpu, address))
      this.#blocks[number - 1]?.begun.count(tb)
      if (tb.insns.length === 1) return
      tb.inlineStore(this.#open, number)
      tb.insns.at(-1)?.inlineStore(this.#open, 0)
    })
    api.onDiscon(Discon.All, ({ cpu, type, from }) => {
      const number = Number(this.#open.get(cpu))
      if (number === 0) return
      // An interrupt comes before the instruction; all others were caused by one that has begun, or could not be fetched.
      const { places } = this.#blocks[number - 1] as Block
      const at = places.indexOf(from)
      const begun = type !== Discon.Interrupt && at >= 0 && at < places.length - 1
      this.#broken(cpu, begun ? places[at + 1] : from)
    })
  }

  /** All blocks; to be called when the run has ended. */
  blocks(): CountedBlock[] {
    for (let cpu = 0; cpu < this.#api.cpus; cpu++)
      if (this.#open.get(cpu) !== 0n) this.#broken(cpu, this.#api.readRegister(cpu, 'pc'))
    return this.#blocks.map(({ places, begun, broken }) => ({
      address: places[0] as bigint,
      places,
      begun: Number(begun.total()),
      broken,
    }))
  }

  /** The number of a block; the same if it is translated again. */
  #number(insns: readonly { address: bigint; size: number }[]): number {
    const last = insns.at(-1) as { address: bigint; size: number }
    const behind = BigInt.asUintN(64, last.address + BigInt(last.size))
    const places = [...insns.map(({ address }) => address), behind]
    const key = places.join()
    const known = this.#byPlaces.get(key)
    if (known !== undefined) return known
    const number = this.#blocks.push({ places, begun: this.#tally(), broken: new Map() })
    this.#byPlaces.set(key, number)
    return number
  }

  /** The open block of the vCPU has ended before the instruction at `address`. */
  #broken(cpu: number, address: bigint | undefined): void {
    const { places, broken } = this.#blocks[Number(this.#open.get(cpu)) - 1] as Block
    this.#open.set(cpu, 0n)
    const at = address === undefined ? -1 : places.indexOf(address)
    if (at >= 0) broken.set(at, (broken.get(at) ?? 0) + 1)
  }
}

/** How often each instruction of a block has run. */
export function executions(block: CountedBlock): number[] {
  let count = block.begun
  return block.places.slice(0, -1).map((_, i) => {
    count -= block.broken.get(i) ?? 0
    return count
  })
}
