/**
 * The I²C controller of Stellaris microcontrollers ("LM3S6965 Data Sheet", chapter 14) as master: each byte is done at
 * once. Nobody addresses it as a slave.
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'
import { type I2cBus, type RegisterTable, resetValues } from '@guestscope/devices'

const Reg = {
  address: 0x00,
  control: 0x04,
  data: 0x08,
  period: 0x0c,
  mask: 0x10,
  raw: 0x14,
  masked: 0x18,
  clear: 0x1c,
  configuration: 0x20,
} as const
const kept: RegisterTable = new Map([
  [Reg.address, [0xff, 0]],
  [Reg.data, [0xff, 0]],
  [Reg.period, [0x7f, 1]],
  [Reg.mask, [1, 0]],
  [Reg.configuration, [0x31, 0]],
  [0x800, [0x7f, 0]],
  [0x80c, [1, 0]],
])
/** MCS as it is written and as it is read. */
const Command = { run: 1, start: 2, stop: 4 } as const
const Status = { error: 2, address: 4, data: 8, idle: 0x20, busBusy: 0x40 } as const
const masterEnabled = 0x10

const initial = { registers: resetValues(kept) as Map<number, number>, status: Status.idle as number, raw: 0 }

export class StellarisI2c implements MmioDevice {
  readonly name = 'stellaris-i2c'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #bus: I2cBus
  readonly #line: Line

  constructor(bus: I2cBus, line: Line) {
    this.#bus = bus
    this.#line = line
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#update()
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  #update(): void {
    this.#line((this.state.raw & this.#get(Reg.mask)) !== 0)
  }

  #command(value: number): void {
    if (!(this.#get(Reg.configuration) & masterEnabled)) return
    const reads = (this.#get(Reg.address) & 1) !== 0
    let failed = 0
    if (value & Command.start) {
      if (!this.#bus.start(this.#get(Reg.address) >> 1, reads)) failed = Status.error | Status.address
    }
    if (value & Command.run && !failed) {
      if (reads) this.state.registers.set(Reg.data, this.#bus.read())
      else if (!this.#bus.write(this.#get(Reg.data))) failed = Status.error | Status.data
    }
    if (value & Command.stop) this.#bus.stop()
    const busy = value & Command.stop ? 0 : Status.busBusy
    this.state.status = failed | busy | Status.idle
    this.state.raw = 1
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset & ~3) {
      case Reg.control:
        return this.state.status
      case Reg.raw:
        return this.state.raw
      case Reg.masked:
        return this.state.raw & this.#get(Reg.mask)
      default:
        return this.#get(offset & ~3)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const bits = kept.get(at)?.[0]
    if (bits !== undefined) this.state.registers.set(at, value & bits)
    else if (at === Reg.control) this.#command(value)
    else if (at === Reg.clear && value & 1) this.state.raw = 0
    this.#update()
  }
}
