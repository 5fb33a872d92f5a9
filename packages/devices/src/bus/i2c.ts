/** Devices on an I²C bus, as controllers see them ("UM10204 I²C-bus specification"). */
import type { Stateful } from '@guestscope/core'

/** A device on the bus. Bytes come between `start` and the next `start` or `stop`. */
export interface I2cDevice extends Partial<Stateful> {
  /** 7 bits. */
  readonly address: number
  /** The device has been addressed. */
  start(reads: boolean): void
  /** A byte from the controller; false: not acknowledged. */
  write(byte: number): boolean
  /** A byte for the controller. */
  read(): number
}

/** The devices of a bus; nobody else acknowledges. */
export class I2cBus implements Stateful {
  /** Address of the device that bytes go to; -1: none. */
  state: { addressed: number } = { addressed: -1 }
  readonly #devices: ReadonlyMap<number, I2cDevice>

  constructor(devices: readonly I2cDevice[] = []) {
    this.#devices = new Map(devices.map(device => [device.address, device]))
  }

  reset(): void {
    this.stop()
  }

  /** For `BuiltBoard.parts`: the bus and its devices that have state. */
  parts(name: string): Record<string, Stateful> {
    const devices = [...this.#devices.values()].filter(
      (d): d is I2cDevice & Stateful => d.state !== undefined,
    )
    return { [name]: this, ...Object.fromEntries(devices.map(d => [`${name}/${d.address.toString(16)}`, d])) }
  }

  get #addressed(): I2cDevice | undefined {
    return this.#devices.get(this.state.addressed)
  }

  /** A start condition and an address; false: nobody acknowledges. */
  start(address: number, reads: boolean): boolean {
    const device = this.#devices.get(address)
    this.state.addressed = device ? address : -1
    device?.start(reads)
    return device !== undefined
  }
  write(byte: number): boolean {
    return this.#addressed?.write(byte) ?? false
  }
  /** With nobody there the lines stay high. */
  read(): number {
    return this.#addressed?.read() ?? 0xff
  }
  stop(): void {
    this.state.addressed = -1
  }
}

/** A device of registers: the first byte of a write names one, and each access goes on to the next. */
export class I2cRegisters implements I2cDevice {
  readonly address: number
  state: { readonly registers: Map<number, number>; at: number; named: boolean }
  readonly #initial: ReadonlyMap<number, number>

  /** `initial`: what registers read that the controller has not written. */
  constructor(address: number, initial: ReadonlyMap<number, number>) {
    this.address = address
    this.#initial = initial
    this.state = this.#fresh()
  }

  #fresh(): typeof this.state {
    return { registers: new Map(this.#initial), at: 0, named: false }
  }

  reset(): void {
    this.state = this.#fresh()
  }
  start(reads: boolean): void {
    this.state.named = reads
  }
  write(byte: number): boolean {
    if (this.state.named) this.state.registers.set(this.#next(), byte)
    else this.state.at = byte
    this.state.named = true
    return true
  }
  read(): number {
    return this.state.registers.get(this.#next()) ?? 0
  }
  #next(): number {
    const at = this.state.at
    this.state.at = (at + 1) & 0xff
    return at
  }
}
