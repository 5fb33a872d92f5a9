/** A host for devices without a machine. */
import type { DeviceHost, Timer } from '@guestscope/core'

/** A clock that tests move, with deadlines. */
export class FakeHost implements DeviceHost {
  now = 0
  readonly exits: number[] = []
  readonly deadlines: Map<object, { readonly at: number; readonly due: () => void }> = new Map()

  clock(): number {
    return this.now
  }

  timer(due: () => void): Timer {
    const token = {}
    return {
      set: at => void this.deadlines.set(token, { at, due }),
      cancel: () => void this.deadlines.delete(token),
    }
  }

  exit(status: number): void {
    this.exits.push(status)
  }

  /** Moves the clock to `time`, through the deadlines in their order. */
  advance(time: number): void {
    for (;;) {
      const [next] = [...this.deadlines].filter(([, d]) => d.at <= time).sort(([, a], [, b]) => a.at - b.at)
      if (next === undefined) break
      const [token, { at, due }] = next
      this.deadlines.delete(token)
      this.now = Math.max(this.now, at)
      due()
    }
    this.now = time
  }
}
