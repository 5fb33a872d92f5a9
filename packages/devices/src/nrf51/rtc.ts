/**
 * The real-time counter of the nRF51 ("nRF51 Series Reference Manual", chapter 19): 24 bits, counting 32,768 Hz divided
 * by a prescaler. The low-frequency clock always runs.
 */
import type { DeviceHost, Line } from '@guestscope/core'
import { Ticks } from '../timer/ticks.ts'
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

export class NrfRtc extends NrfPeripheral {
  readonly #host: DeviceHost
  readonly #ticks: Ticks
  #running = false
  #counter = 0

  constructor(host: DeviceHost, line: Line) {
    super({ name: 'nrf-rtc', events, registers }, line)
    this.#host = host
    this.#ticks = new Ticks(host, () => crystalHz / (this.get(Reg.prescaler) + 1))
  }

  override reset(): void {
    super.reset()
    this.#running = false
    this.#counter = 0
    this.#plan()
  }

  protected task(offset: number): void {
    if (offset === Task.start && !this.#running) {
      this.#running = true
      this.#ticks.restart()
    } else if (offset === Task.stop) this.#running = false
    else if (offset === Task.clear || offset === Task.nearOverflow)
      this.#counter = offset === Task.clear ? 0 : limit - 16
  }

  /** Ticks until the counter brings an event: never 0. */
  #distance(event: number): number {
    if (event === tick) return 1
    const target = event === overflow ? 0 : this.get(Reg.compare + event - compare)
    return ((target - this.#counter + limit - 1) % limit) + 1
  }

  protected override settle(): void {
    const ticks = this.#running ? this.#ticks.passed : 0
    if (!ticks) return
    this.#ticks.take(ticks)
    // Events that go nowhere are not made, to save power.
    const made = this.get(Reg.routes) | this.interrupts
    const come = events.filter(e => made & eventBit(e) && this.#distance(e) <= ticks)
    this.#counter = (this.#counter + ticks) % limit
    for (const event of come) this.raise(event)
  }

  protected override changed(): void {
    this.#plan()
  }
  #plan(): void {
    const awaited = this.#running ? events.filter(e => this.isAwaited(e)) : []
    if (!awaited.length) return this.#host.cancel(this)
    const ticks = Math.min(...awaited.map(e => this.#distance(e)))
    this.#host.schedule(this, this.#ticks.after(ticks), () => {
      this.settle()
      this.#plan()
    })
  }

  protected override readSpecial(offset: number): number | undefined {
    if (offset === Reg.counter) return this.#counter
    return offset === Reg.enable || offset === Reg.disable ? this.get(Reg.routes) : undefined
  }
  protected override writeSpecial(offset: number, value: number): boolean {
    const routes = this.get(Reg.routes)
    if (offset === Reg.enable) this.set(Reg.routes, routes | (value & eventBits))
    else if (offset === Reg.disable) this.set(Reg.routes, routes & ~value)
    else if (offset === Reg.prescaler) {
      // Ticks so far were of the old length; it can only be changed while the counter stands.
      this.#ticks.rebase()
      return this.#running
    } else return offset === Reg.counter
    return true
  }
}
