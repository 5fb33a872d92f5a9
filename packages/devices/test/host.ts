import type { DeviceHost } from '@guestscope/core'

/** A clock that tests move, with deadlines. */
export class FakeHost implements DeviceHost {
  now = 0
  readonly exits: number[] = []
  readonly deadlines = new Map<object, { at: number; callback: () => void }>()

  clock(): number {
    return this.now
  }

  schedule(token: object, at: number, callback: () => void): void {
    this.deadlines.set(token, { at, callback })
  }

  cancel(token: object): void {
    this.deadlines.delete(token)
  }

  exit(status: number): void {
    this.exits.push(status)
  }

  /** Moves the clock and calls back what is due. */
  advance(time: number): void {
    this.now = time
    for (const [token, { at, callback }] of [...this.deadlines]) {
      if (at > time) continue
      this.deadlines.delete(token)
      callback()
    }
  }
}
