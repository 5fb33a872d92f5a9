/**
 * The real-time counter of the nRF51 ("nRF51 Series Reference Manual", chapter 19): 24 bits, counting 32,768 Hz divided
 * by a prescaler. The low-frequency clock always runs.
 */
import type { DeviceHost, Line, Timer } from '@guestscope/core'
import { newTicks, Ticks, type TicksState } from '../timer/ticks.ts'
import { eventBit, type KeptRegisters, NrfPeripheral } from './peripheral.ts'

const Task = { start: 0x00, stop: 0x04, clear: 0x08, nearOverflow: 0x0c } as const
const [tick, overflow, compare] = [0x100, 0x104, 0x140]
const Reg = {
  routes: 0x340,
  enable: 0x344,
  disable: 0x348,
  counter: 0x504,
  prescaler: 0x508,
  compare: 0x540,
} as const
const channels = [0, 1, 2, 3]
const events = [tick, overflow, ...channels.map(c => compare + 4 * c)]
const eventBits = events.reduce((bits, event) => bits | eventBit(event), 0)
const limit = 2 ** 24
const crystalHz = 32_768
const registers: KeptRegisters = {
  [Reg.routes]: [eventBits, 0],
  [Reg.prescaler]: [0xfff, 0],
  ...Object.fromEntries(channels.map(c => [Reg.compare + 4 * c, [limit - 1, 0]])),
}

const initial = { running: false, counter: 0, ticks: newTicks() as TicksState }

export class NrfRtc extends NrfPeripheral<typeof initial> {
  readonly #ticks: Ticks
  readonly #timer: Timer

  constructor(host: DeviceHost, line: Line) {
    super({ name: 'nrf-rtc', events, registers }, initial, line)
    const hz = (): number => crystalHz / (this.get(Reg.prescaler) + 1)
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
    else if (offset === Task.clear || offset === Task.nearOverflow)
      this.own.counter = offset === Task.clear ? 0 : limit - 16
  }

  /** Ticks until the counter brings an event: never 0. */
  #distance(event: number): number {
    if (event === tick) return 1
    const target = event === overflow ? 0 : this.get(Reg.compare + event - compare)
    return ((target - this.own.counter + limit - 1) % limit) + 1
  }

  protected override settle(): void {
    const ticks = this.own.running ? this.#ticks.passed : 0
    if (!ticks) return
    this.#ticks.take(ticks)
    // Events that go nowhere are not made, to save power.
    const made = this.get(Reg.routes) | this.interrupts
    const come = events.filter(e => made & eventBit(e) && this.#distance(e) <= ticks)
    this.own.counter = (this.own.counter + ticks) % limit
    for (const event of come) this.raise(event)
  }

  protected override changed(): void {
    this.#plan()
  }
  #plan(): void {
    const awaited = this.own.running ? events.filter(e => this.isAwaited(e)) : []
    if (!awaited.length) return this.#timer.cancel()
    this.#timer.set(this.#ticks.after(Math.min(...awaited.map(e => this.#distance(e)))))
  }

  protected override readSpecial(offset: number): number | undefined {
    if (offset === Reg.counter) return this.own.counter
    return offset === Reg.enable || offset === Reg.disable ? this.get(Reg.routes) : undefined
  }
  protected override writeSpecial(offset: number, value: number): boolean {
    const routes = this.get(Reg.routes)
    if (offset === Reg.enable) this.set(Reg.routes, routes | (value & eventBits))
    else if (offset === Reg.disable) this.set(Reg.routes, routes & ~value)
    else if (offset === Reg.prescaler) {
      // Ticks so far were of the old length; it can only be changed while the counter stands.
      this.#ticks.rebase()
      return this.own.running
    } else return offset === Reg.counter
    return true
  }
}
