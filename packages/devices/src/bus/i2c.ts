/** Devices on an I²C bus, as controllers see them ("UM10204 I²C-bus specification"). */

/** A device on the bus. Bytes come between `start` and the next `start` or `stop`. */
export interface I2cDevice {
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
export class I2cBus {
  readonly #devices: readonly I2cDevice[]
  #addressed: I2cDevice | undefined

  constructor(devices: readonly I2cDevice[] = []) {
    this.#devices = devices
  }

  /** A start condition and an address; false: nobody acknowledges. */
  start(address: number, reads: boolean): boolean {
    this.#addressed = this.#devices.find(d => d.address === address)
    this.#addressed?.start(reads)
    return this.#addressed !== undefined
  }
  write(byte: number): boolean {
    return this.#addressed?.write(byte) ?? false
  }
  /** With nobody there the lines stay high. */
  read(): number {
    return this.#addressed?.read() ?? 0xff
  }
  stop(): void {
    this.#addressed = undefined
  }
}

/** A device of registers: the first byte of a write names one, and each access goes on to the next. */
export class I2cRegisters implements I2cDevice {
  readonly address: number
  readonly #initial: ReadonlyMap<number, number>
  #registers: Map<number, number>
  #at = 0
  #named = false

  /** `initial`: what registers read that the controller has not written. */
  constructor(address: number, initial: ReadonlyMap<number, number>) {
    this.address = address
    this.#initial = initial
    this.#registers = new Map(initial)
  }

  reset(): void {
    this.#registers = new Map(this.#initial)
    this.#at = 0
  }
  start(reads: boolean): void {
    this.#named = reads
  }
  write(byte: number): boolean {
    if (this.#named) this.#registers.set(this.#next(), byte)
    else this.#at = byte
    this.#named = true
    return true
  }
  read(): number {
    return this.#registers.get(this.#next()) ?? 0
  }
  #next(): number {
    const at = this.#at
    this.#at = (at + 1) & 0xff
    return at
  }
}
