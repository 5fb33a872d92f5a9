import type { DeviceHost, Timer } from '@guestscope/core'

/** A clock that tests move, with deadlines. */
export class FakeHost implements DeviceHost {
  now = 0
  readonly exits: number[] = []
  readonly deadlines = new Map<object, { at: number; callback: () => void }>()

  clock(): number {
    return this.now
  }

  timer(callback: () => void): Timer {
    const token = {}
    return {
      set: at => void this.deadlines.set(token, { at, callback }),
      cancel: () => void this.deadlines.delete(token),
    }
  }

  exit(status: number): void {
    this.exits.push(status)
  }

  /** Moves the clock to `time`, through the deadlines in their order. */
  advance(time: number): void {
    for (;;) {
      const due = [...this.deadlines].filter(([, d]) => d.at <= time).sort(([, a], [, b]) => a.at - b.at)[0]
      if (due === undefined) break
      const [token, { at, callback }] = due
      this.deadlines.delete(token)
      this.now = Math.max(this.now, at)
      callback()
    }
    this.now = time
  }
}
