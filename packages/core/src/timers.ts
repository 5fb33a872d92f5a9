/** Deadlines in machine time (instructions). Few at a time, so a list and a cached minimum do. */
interface Deadline {
  readonly token: object
  readonly at: number
  readonly callback: () => void
}

export class Timers {
  readonly #list: Deadline[] = []
  #next = Number.POSITIVE_INFINITY

  /** The earliest deadline, or Infinity. */
  get next(): number {
    return this.#next
  }

  schedule(token: object, at: number, callback: () => void): void {
    this.#remove(token)
    this.#list.push({ token, at, callback })
    this.#update()
  }
  cancel(token: object): void {
    this.#remove(token)
    this.#update()
  }
  clear(): void {
    this.#list.length = 0
    this.#update()
  }

  /** Calls back for every deadline up to and including `now`, in order of time. */
  fire(now: number): void {
    while (this.#next <= now) {
      const due = this.#list.findIndex(d => d.at === this.#next)
      const [deadline] = this.#list.splice(due, 1)
      this.#update()
      deadline?.callback()
    }
  }

  #remove(token: object): void {
    const index = this.#list.findIndex(d => d.token === token)
    if (index >= 0) this.#list.splice(index, 1)
  }
  #update(): void {
    this.#next = Number.POSITIVE_INFINITY
    for (const d of this.#list) this.#next = Math.min(this.#next, d.at)
  }
}
