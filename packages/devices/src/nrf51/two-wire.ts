/** The two-wire (I²C) controller of the nRF51 ("nRF51 Series Reference Manual", chapter 28): each byte is done at once. */
import type { Line } from '@guestscope/core'
import type { I2cBus } from '../bus/i2c.ts'
import { type KeptRegisters, NrfPeripheral } from './peripheral.ts'

const Task = { receive: 0x00, send: 0x08, stop: 0x14, suspend: 0x1c, resume: 0x20 } as const
const Event = {
  stopped: 0x104,
  received: 0x108,
  sent: 0x11c,
  error: 0x124,
  byteBoundary: 0x138,
  suspended: 0x148,
} as const
const Reg = { errors: 0x4c4, enable: 0x500, received: 0x518, send: 0x51c, address: 0x588 } as const
/** ERRORSRC: nobody acknowledged the address, or the data. */
const [addressRefused, dataRefused] = [2, 4]
const enabled = 5
const all = -1
const registers: KeptRegisters = {
  [Reg.enable]: [7, 0],
  1288: [all, 0xffffffff],
  1292: [all, 0xffffffff],
  [Reg.send]: [0xff, 0],
  1316: [all, 0x04000000],
  [Reg.address]: [0x7f, 0],
}

const initial = {
  errors: 0,
  received: 0,
  state: 'idle' as 'idle' | 'sending' | 'receiving',
  suspended: false,
  /** A byte waits in RXD; the next one is not fetched before it is read. */
  full: false,
}

export class NrfTwoWire extends NrfPeripheral<typeof initial> {
  readonly #bus: I2cBus

  constructor(bus: I2cBus, line?: Line) {
    super(
      {
        name: 'nrf-two-wire',
        events: Object.values(Event),
        registers,
        shortcuts: { 0: [Event.byteBoundary, Task.suspend], 1: [Event.byteBoundary, Task.stop] },
      },
      initial,
      line,
    )
    this.#bus = bus
  }

  protected task(offset: number): void {
    if (this.get(Reg.enable) !== enabled) return
    if (offset === Task.send || offset === Task.receive) this.#start(offset === Task.receive)
    else if (offset === Task.stop) {
      this.#bus.stop()
      this.own.state = 'idle'
      this.own.suspended = false
      this.raise(Event.stopped)
    } else if (offset === Task.suspend) {
      this.own.suspended = true
      this.raise(Event.suspended)
    } else if (offset === Task.resume) {
      this.own.suspended = false
      this.#fetch()
    }
  }

  #start(reads: boolean): void {
    this.own.full = this.own.suspended = false
    this.own.state = reads ? 'receiving' : 'sending'
    if (!this.#bus.start(this.get(Reg.address), reads)) this.#fail(addressRefused)
    else this.#fetch()
  }
  #fail(error: number): void {
    this.own.state = 'idle'
    this.own.errors |= error
    this.raise(Event.error)
  }
  #fetch(): void {
    if (this.own.state !== 'receiving' || this.own.suspended || this.own.full) return
    this.own.received = this.#bus.read()
    this.own.full = true
    this.raise(Event.byteBoundary)
    this.raise(Event.received)
  }

  protected override readSpecial(offset: number): number | undefined {
    if (offset === Reg.errors) return this.own.errors
    if (offset !== Reg.received) return undefined
    const byte = this.own.received
    this.own.full = false
    this.#fetch()
    return byte
  }

  protected override writeSpecial(offset: number, value: number): boolean {
    if (offset === Reg.errors) this.own.errors &= ~value
    else if (offset === Reg.send && this.own.state === 'sending') {
      this.raise(Event.byteBoundary)
      if (this.#bus.write(value & 0xff)) this.raise(Event.sent)
      else this.#fail(dataRefused)
    }
    return offset === Reg.errors
  }
}
