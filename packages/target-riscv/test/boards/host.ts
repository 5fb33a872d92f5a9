import type { BoardHost, Timer } from '@guestscope/core'

/** A machine without CPUs: a clock that tests move, deadlines, lines. */
export class FakeHost implements BoardHost {
  now = 0
  exits: number[] = []
  resets = 0
  readonly notices: string[] = []
  /** Lines held, bits as in mip, by CPU. */
  lines: number[] = []
  /** Lines that changed: `time cpu line level`. */
  log: string[] = []
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

  absentRead(): void {}
  readMemory(): undefined {}
  writeMemory(): boolean {
    return false
  }

  exit(status: number): void {
    this.exits.push(status)
  }

  setClock(): void {}

  charge(): void {}

  notice(key: string): void {
    this.notices.push(key)
  }

  reset(): void {
    this.resets++
  }

  setLine(cpu: number, line: number, level: boolean): void {
    const old = this.lines[cpu] ?? 0
    const now = level ? old | (1 << line) : old & ~(1 << line)
    if (now !== old) this.log.push(`${this.now} ${cpu} ${line} ${level ? 1 : 0}`)
    this.lines[cpu] = now
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
