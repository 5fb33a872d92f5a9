import type { BoardHost } from '@guestscope/core'
import { FakeHost as DeviceHost } from '@guestscope/testkit'

/** A machine without CPUs: a clock that tests move, deadlines, lines. */
export class FakeHost extends DeviceHost implements BoardHost {
  resets = 0
  readonly notices: string[] = []
  /** Lines held, bits as in mip, by CPU. */
  lines: number[] = []
  /** Lines that changed: `time cpu line level`. */
  log: string[] = []

  absentRead(): void {}
  readMemory(): undefined {}
  writeMemory(): boolean {
    return false
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
}
