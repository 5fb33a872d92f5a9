/** Deadlines in machine time (instructions). Few at a time, so a map and a cached minimum do. */
export class Timers {
  readonly #deadlines = new Map<object, { at: number; callback: () => void }>()
  #next = Number.POSITIVE_INFINITY

  /** The earliest deadline, or Infinity. */
  get next(): number {
    return this.#next
  }

  schedule(token: object, at: number, callback: () => void): void {
    this.#deadlines.set(token, { at, callback })
    this.#update()
  }
  cancel(token: object): void {
    if (this.#deadlines.delete(token)) this.#update()
  }
  clear(): void {
    this.#deadlines.clear()
    this.#update()
  }

  /** Calls back for every deadline up to and including `now`, in order of time. */
  fire(now: number): void {
    while (this.#next <= now) {
      for (const [token, d] of this.#deadlines) {
        if (d.at > this.#next) continue
        this.#deadlines.delete(token)
        this.#update()
        d.callback()
        break
      }
    }
  }

  #update(): void {
    let next = Number.POSITIVE_INFINITY
    for (const d of this.#deadlines.values()) next = Math.min(next, d.at)
    this.#next = next
  }
}
