/**
 * Notices when a guest polls what the board does not have: most likely it waits there for ever. Only accesses that nobody
 * serves come here, so that it costs nothing else.
 */

/** Accesses to one address that make a poll; addresses that are counted; polls that are told of. */
const [enough, mostAddresses, mostTold] = [1000, 4096, 10]

export class Polls {
  readonly #tell: (key: string, text: string) => void
  readonly #counts = new Map<number, number>()
  #told = 0

  /** `tell`: see `BoardHost.notice`. */
  constructor(tell: (key: string, text: string) => void) {
    this.#tell = tell
  }

  /** A CPU has accessed this physical address, and nobody is there. */
  add(address: number): void {
    const count = (this.#counts.get(address) ?? 0) + 1
    if (count === 1 && this.#counts.size >= mostAddresses) return
    this.#counts.set(address, count)
    if (count !== enough || this.#told === mostTold) return
    this.#told++
    const at = `0x${address.toString(16)}`
    this.#tell(`polls ${at}`, `The guest polls ${at}, which this board does not have.`)
  }
}
