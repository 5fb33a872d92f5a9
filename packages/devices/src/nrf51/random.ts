/**
 * The random number generator of the nRF51 ("nRF51 Series Reference Manual", chapter 21). Its numbers are the same in
 * every run: a sequence by index, one value each 167 µs, or 677 µs with bias correction.
 */
import type { DeviceHost, Line, Timer } from '@guestscope/core'
import { newTicks, Ticks, type TicksState } from '../timer/ticks.ts'
import { NrfPeripheral } from './peripheral.ts'

const Task = { start: 0, stop: 4 } as const
const ready = 0x100
const Reg = { configuration: 0x504, value: 0x508 } as const
const [plainHz, correctedHz] = [1e6 / 167, 1e6 / 677]

/** A byte for each index; the mixing steps are those of SplitMix. */
function byteAt(index: number): number {
  let x = Math.imul(index + 1, 0x9e3779b9)
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) & 0xff
}

const initial = {
  running: false,
  /** Values made so far. */
  count: 0,
  ticks: newTicks() as TicksState,
}

export class NrfRandom extends NrfPeripheral<typeof initial> {
  readonly #ticks: Ticks
  readonly #timer: Timer

  constructor(host: DeviceHost, line: Line) {
    super(
      {
        name: 'nrf-random',
        events: [ready],
        registers: { [Reg.configuration]: [1, 0] },
        shortcuts: { 0: [ready, Task.stop] },
      },
      initial,
      line,
    )
    const hz = (): number => (this.get(Reg.configuration) ? correctedHz : plainHz)
    this.#ticks = new Ticks(host, hz, () => this.own.ticks)
    this.#timer = host.timer(() => {
      this.settle()
      this.#plan()
    })
  }

  override reset(): void {
    super.reset()
    this.#plan()
  }

  protected task(offset: number): void {
    if (offset === Task.start && !this.own.running) {
      this.own.running = true
      this.#ticks.restart()
    } else if (offset === Task.stop) this.own.running = false
  }

  protected override settle(): void {
    const made = this.own.running ? this.#ticks.passed : 0
    if (!made) return
    this.#ticks.take(made)
    this.own.count++
    this.raise(ready) // which may stop it: else it has made the others, too
    if (this.own.running) this.own.count += made - 1
  }

  protected override changed(offset: number): void {
    if (offset === Reg.configuration) this.#ticks.restart()
    this.#plan()
  }
  #plan(): void {
    if (this.own.running && this.isAwaited(ready)) this.#timer.set(this.#ticks.after(1))
    else this.#timer.cancel()
  }

  protected override readSpecial(offset: number): number | undefined {
    return offset === Reg.value ? (this.own.count ? byteAt(this.own.count - 1) : 0) : undefined
  }
}
