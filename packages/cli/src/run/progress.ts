/** A line about long silent work, on a terminal only; gone again before anything else is written. */
import type { HostClock } from '@guestscope/machine'
import type { Output } from '../host/host.ts'

/** Milliseconds of silence before it appears, and between updates. */
const patience = 1500
const interval = 250

export class Progress {
  readonly #terminal: Output
  readonly #outputs: readonly Output[]
  readonly #clock: HostClock
  readonly #start: number
  #quietSince: number
  #nextUpdate = 0
  #shown = false
  #last: { readonly time: number; readonly executed: number }

  /** Shows the line on `terminal`, not while one of the `outputs` has an unfinished line on a terminal. */
  constructor(terminal: Output, outputs: readonly Output[], clock: HostClock) {
    this.#terminal = terminal
    this.#outputs = outputs.filter(output => output.isTerminal)
    this.#clock = clock
    this.#start = this.#quietSince = clock.now()
    this.#last = { time: this.#start, executed: 0 }
    for (const output of this.#outputs) output.beforeWrite = () => this.erase()
  }

  /** Something else is about to appear on the terminal, or the work is done. */
  erase(): void {
    this.#quietSince = this.#clock.now()
    if (this.#shown) this.#terminal.overlay('\r\x1b[K')
    this.#shown = false
  }

  /** The machine has executed so many instructions. */
  update(executed: number): void {
    const now = this.#clock.now()
    if (now < this.#nextUpdate || now - this.#quietSince < patience) return
    if (!this.#terminal.isTerminal || this.#outputs.some(output => output.midLine)) return
    this.#nextUpdate = now + interval
    const rate = (executed - this.#last.executed) / Math.max(now - this.#last.time, 1) / 1000
    this.#last = { time: now, executed }
    const text = [
      `${executed.toLocaleString('en')} instructions`,
      `${rate.toFixed(rate < 10 ? 1 : 0)} MIPS`,
      `${((now - this.#start) / 1000).toFixed(0)} s`,
    ]
    this.#terminal.overlay(`\r\x1b[K${text.join(', ')}`)
    this.#shown = true
  }
}
