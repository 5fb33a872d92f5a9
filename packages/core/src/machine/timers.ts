/**
 * Deadlines in machine time (nanoseconds). Few at a time, so a list and a cached minimum do; every timer interrupt comes
 * through here, so entries stay in the list and are plain.
 */
export interface Deadline {
  readonly due: () => void
  /** Infinity: none now. */
  at: number
  /** Number of the `fire` that called back last. */
  fired: number
}

const never = Number.POSITIVE_INFINITY

export class Timers {
  readonly #list: Deadline[] = []
  #next = never
  /** Calls of `fire`; the time of the one that goes on. */
  #round = 0
  #firing: number | undefined

  /** The earliest deadline, or Infinity. */
  get next(): number {
    return this.#next
  }

  make(due: () => void): Deadline {
    const deadline = { due, at: never, fired: 0 }
    this.#list.push(deadline)
    return deadline
  }

  /**
   * Gives the time that it really is set for. Who has been called back at this time already is so once more at a later
   * one only: otherwise a deadline in the past, set again and again, would hold the machine for ever.
   */
  set(deadline: Deadline, at: number): number {
    const old = deadline.at
    const again = this.#firing !== undefined && at <= this.#firing && deadline.fired === this.#round
    const when = again ? Math.floor(this.#firing as number) + 1 : at
    deadline.at = when
    if (when <= this.#next) this.#next = when
    else if (old === this.#next) this.#update()
    return when
  }
  cancel(deadline: Deadline): void {
    const old = deadline.at
    if (old === never) return
    deadline.at = never
    if (old === this.#next) this.#update()
  }
  cancelAll(): void {
    for (const deadline of this.#list) deadline.at = never
    this.#next = never
  }

  /** Every deadline, Infinity for none, in the order in which they were made. */
  get deadlines(): readonly number[] {
    return this.#list.map(({ at }) => at)
  }
  set deadlines(times: readonly number[]) {
    this.#list.forEach((deadline, i) => {
      deadline.at = times[i] ?? never
    })
    this.#update()
  }

  /** Calls back for every deadline up to and including `now`, in order of time. */
  fire(now: number): void {
    this.#firing = now
    this.#round++
    while (this.#next <= now) {
      const deadline = this.#earliest()
      deadline.at = never
      deadline.fired = this.#round
      this.#update()
      deadline.due()
    }
    this.#firing = undefined
  }

  #earliest(): Deadline {
    for (const deadline of this.#list) if (deadline.at === this.#next) return deadline
    throw new Error('timers: the earliest deadline is not in the list')
  }
  #update(): void {
    let next = never
    for (const { at } of this.#list) if (at < next) next = at
    this.#next = next
  }
}
