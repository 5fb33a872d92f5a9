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
    if (at < this.#next) this.#next = at
  }
  cancel(token: object): void {
    this.#remove(token)
  }
  clear(): void {
    this.#list.length = 0
    this.#next = Number.POSITIVE_INFINITY
  }

  /** Calls back for every deadline up to and including `now`, in order of time. */
  fire(now: number): void {
    while (this.#next <= now) {
      for (const deadline of this.#list) {
        if (deadline.at !== this.#next) continue
        this.#remove(deadline.token)
        deadline.callback()
        break
      }
    }
  }

  /** Plain loops: this is on the road of every timer interrupt. */
  #remove(token: object): void {
    const list = this.#list
    for (let i = 0; i < list.length; i++) {
      const deadline = list[i] as Deadline
      if (deadline.token !== token) continue
      list.splice(i, 1)
      if (deadline.at === this.#next) this.#update()
      return
    }
  }
  #update(): void {
    this.#next = Number.POSITIVE_INFINITY
    for (const d of this.#list) if (d.at < this.#next) this.#next = d.at
  }
}
