/**
 * Exact execution counts at the price of two calls per block: a block is counted when it begins, and what a
 * discontinuity (or a store into the block's own code) has kept from running is taken off again.
 */
import { Discon, type PluginApi } from '@guestscope/plugin-api'

/** A block as it was translated. A place may have several, one behind the other or overlapping. */
export interface CountedBlock {
  readonly address: bigint
  /** Address of each instruction, and last the address behind the block. */
  readonly places: readonly bigint[]
  /** How often it has begun. */
  begun: number
  /** How often execution has ended before the n-th instruction. */
  readonly broken: Map<number, number>
}

/** Counts the executions of every instruction. */
export class BlockCounter {
  readonly #blocks = new Map<string, CountedBlock>()
  /** The block that each vCPU has begun and not finished. */
  readonly #open: (CountedBlock | undefined)[]
  readonly #api: PluginApi

  constructor(api: PluginApi) {
    this.#api = api
    this.#open = new Array(api.cpus).fill(undefined)
    const open = this.#open
    api.onTranslate(tb => {
      const block = this.#block(tb.insns.map(({ address, size }) => ({ address, size })))
      tb.onExec(cpu => {
        // Another block without an event: the code of the one before has been overwritten under it.
        if (open[cpu] !== undefined) this.#broken(cpu, block.address)
        block.begun++
        open[cpu] = block
      })
      tb.insns.at(-1)?.onExec(cpu => {
        open[cpu] = undefined
      })
    })
    api.onDiscon(Discon.All, ({ cpu, type, from }) => {
      const block = open[cpu]
      if (block === undefined) return
      // An interrupt comes before the instruction; all others were caused by one that has begun, or could not be fetched.
      const at = block.places.indexOf(from)
      const begun = type !== Discon.Interrupt && at >= 0 && at < block.places.length - 1
      this.#broken(cpu, begun ? block.places[at + 1] : from)
    })
  }

  /** All blocks; to be called when the run has ended. */
  blocks(): readonly CountedBlock[] {
    this.#open.forEach((block, cpu) => {
      if (block !== undefined) this.#broken(cpu, this.#api.readRegister(cpu, 'pc'))
    })
    return [...this.#blocks.values()]
  }

  #block(insns: readonly { address: bigint; size: number }[]): CountedBlock {
    const places = insns.map(({ address }) => address)
    const last = insns.at(-1) as { address: bigint; size: number }
    places.push(BigInt.asUintN(64, last.address + BigInt(last.size)))
    const key = places.join()
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    const block: CountedBlock = { address: places[0] as bigint, places, begun: 0, broken: new Map() }
    this.#blocks.set(key, block)
    return block
  }

  /** The open block of the vCPU has ended before the instruction at `address`. */
  #broken(cpu: number, address: bigint | undefined): void {
    const block = this.#open[cpu] as CountedBlock
    this.#open[cpu] = undefined
    const at = address === undefined ? -1 : block.places.indexOf(address)
    if (at >= 0) block.broken.set(at, (block.broken.get(at) ?? 0) + 1)
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
