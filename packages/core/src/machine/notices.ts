/**
 * What the user should know of the guest, one line each. Among it: that a guest polls what the board does not have, so that
 * most likely it waits there for ever. Only accesses that nobody serves are counted, so that it costs nothing else.
 */

/** Accesses to one address that make a poll; addresses that are counted; polls that are reported. */
const [enough, mostAddresses, mostPolls] = [1000, 4096, 10]

export class Notices {
  readonly #report: (text: string) => void
  /** Keys of those given. */
  readonly #given = new Set<string>()
  readonly #counts = new Map<number, number>()
  #polls = 0

  /** `report`: see `MachineOptions.notice`. */
  constructor(report: (text: string) => void = () => {}) {
    this.#report = report
  }

  /** See `Machine.notice`. */
  once(key: string, text: string): void {
    if (this.#given.has(key)) return
    this.#given.add(key)
    this.#report(text)
  }

  /** A CPU has accessed this physical address, and nobody is there. */
  absent(address: number): void {
    const count = (this.#counts.get(address) ?? 0) + 1
    if (count === 1 && this.#counts.size >= mostAddresses) return
    this.#counts.set(address, count)
    if (count !== enough || this.#polls === mostPolls) return
    this.#polls++
    const at = `0x${address.toString(16)}`
    this.once(`polls ${at}`, `The guest polls ${at}, which this board does not have.`)
  }
}
