/**
 * Deadlines in machine time (nanoseconds). Few at a time, so a list and a cached minimum do; this is on the road of every
 * timer interrupt, so entries stay in the list and are plain.
 */
interface Deadline {
  readonly token: object
  /** Infinity: none now. */
  at: number
  callback: () => void
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

  /**
   * Gives the time that it really is set for. Who has been called back at this time already is so once more at a later
   * one only: otherwise a deadline in the past, set again and again, would hold the machine for ever.
   */
  schedule(token: object, at: number, callback: () => void): number {
    const known = this.#find(token)
    const old = known?.at ?? never
    const again = this.#firing !== undefined && at <= this.#firing && known?.fired === this.#round
    const when = again ? Math.floor(this.#firing as number) + 1 : at
    if (known) {
      known.at = when
      known.callback = callback
    } else this.#list.push({ token, at: when, callback, fired: 0 })
    if (when <= this.#next) this.#next = when
    else if (old === this.#next) this.#update()
    return when
  }
  cancel(token: object): void {
    const known = this.#find(token)
    if (!known || known.at === never) return
    const old = known.at
    known.at = never
    if (old === this.#next) this.#update()
  }
  clear(): void {
    this.#list.length = 0
    this.#next = never
  }

  /** Calls back for every deadline up to and including `now`, in order of time. */
  fire(now: number): void {
    this.#firing = now
    this.#round++
    while (this.#next <= now) {
      const due = this.#due()
      due.at = never
      due.fired = this.#round
      this.#update()
      due.callback()
    }
    this.#firing = undefined
  }

  #due(): Deadline {
    for (const deadline of this.#list) if (deadline.at === this.#next) return deadline
    throw new Error('timers: the earliest deadline is not in the list')
  }
  #find(token: object): Deadline | undefined {
    for (const deadline of this.#list) if (deadline.token === token) return deadline
    return undefined
  }
  #update(): void {
    let next = never
    for (const { at } of this.#list) if (at < next) next = at
    this.#next = next
  }
}
