/**
 * Deadlines in machine time (instructions). Few at a time, so a list and a cached minimum do; this is on the road of every
 * timer interrupt, so entries stay in the list and are plain.
 */
interface Deadline {
  readonly token: object
  /** Infinity: none now. */
  at: number
  callback: () => void
}

const never = Number.POSITIVE_INFINITY

export class Timers {
  readonly #list: Deadline[] = []
  #next = never

  /** The earliest deadline, or Infinity. */
  get next(): number {
    return this.#next
  }

  schedule(token: object, at: number, callback: () => void): void {
    const known = this.#find(token)
    const old = known?.at ?? never
    if (known) {
      known.at = at
      known.callback = callback
    } else this.#list.push({ token, at, callback })
    if (at <= this.#next) this.#next = at
    else if (old === this.#next) this.#update()
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
    while (this.#next <= now) {
      const due = this.#due()
      due.at = never
      this.#update()
      due.callback()
    }
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
