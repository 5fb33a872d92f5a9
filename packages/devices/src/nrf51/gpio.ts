/** Pins of the nRF51, and their tasks and events ("nRF51 Series Reference Manual", chapters 14 and 15). */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'
import { NrfPeripheral } from './peripheral.ts'

const Reg = {
  out: 0x504,
  outSet: 0x508,
  outClear: 0x50c,
  input: 0x510,
  direction: 0x514,
  directionSet: 0x518,
  directionClear: 0x51c,
  pins: 0x700,
} as const
/** PIN_CNF: bits that exist, and: an output, without an input buffer, pulled. */
const [pinBits, isOutput, noInput, pull] = [0x3070f, 1, 2, 0xc]
const [pullDown, pullUp] = [4, 12]
const pinNumbers = Array.from({ length: 32 }, (_, n) => n)

const initial = { configuration: new Uint32Array(32).fill(noInput) as Uint32Array, out: 0 }

export class NrfGpio implements MmioDevice {
  readonly name = 'nrf-gpio'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #external: number

  /** `external`: pins that something on the board holds high, such as buttons that nobody presses. */
  constructor(external: number) {
    this.#external = external
  }

  reset(): void {
    this.state = structuredClone(initial)
  }

  /** Drives an output. */
  drive(pin: number, level: boolean): void {
    this.state.out = level ? this.state.out | (1 << pin) : this.state.out & ~(1 << pin)
  }
  /** What a pin drives, or would. */
  driven(pin: number): boolean {
    return (this.state.out & (1 << pin)) !== 0
  }

  #word(is: (pin: number) => boolean): number {
    return pinNumbers.reduce((word, pin) => (is(pin) ? word | (1 << pin) : word), 0) >>> 0
  }
  #isOutput(pin: number): boolean {
    return ((this.state.configuration[pin] as number) & isOutput) !== 0
  }
  #level(pin: number): boolean {
    const configuration = this.state.configuration[pin] as number
    if (configuration & noInput) return false
    if (configuration & isOutput) return this.driven(pin)
    if ((configuration & pull) === pullDown) return false
    return (configuration & pull) === pullUp || (this.#external & (1 << pin)) !== 0
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    switch (at) {
      case Reg.out:
      case Reg.outSet:
      case Reg.outClear:
        return this.state.out >>> 0
      case Reg.input:
        return this.#word(pin => this.#level(pin))
      case Reg.direction:
      case Reg.directionSet:
      case Reg.directionClear:
        return this.#word(pin => this.#isOutput(pin))
      default:
        return this.state.configuration[(at - Reg.pins) >> 2] ?? 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const pin = (at - Reg.pins) >> 2
    if (at === Reg.out) this.state.out = value
    else if (at === Reg.outSet) this.state.out |= value
    else if (at === Reg.outClear) this.state.out &= ~value
    else if (at === Reg.direction) this.#direct(0xffffffff, value)
    else if (at === Reg.directionSet) this.#direct(value, value)
    else if (at === Reg.directionClear) this.#direct(value, 0)
    else if (pin >= 0 && pin < 32) this.state.configuration[pin] = value & pinBits
  }

  #direct(pins: number, outputs: number): void {
    for (const pin of pinNumbers) {
      if (!(pins & (1 << pin))) continue
      const others = (this.state.configuration[pin] as number) & ~isOutput
      this.state.configuration[pin] = others | (outputs & (1 << pin) ? isOutput : 0)
    }
  }
}

const [inputs, port] = [0x100, 0x17c]
const configuration = 0x510
const channels = [0, 1, 2, 3]
/** CONFIG: mode, pin, polarity, initial level. */
const Config = { mode: 3, task: 3, pin: 8, polarity: 16, initial: 1 << 20 } as const
const Polarity = { up: 1, down: 2 } as const

/** Tasks that drive pins. Pins do not change from outside, so that no event comes. */
export class NrfGpioTasks extends NrfPeripheral {
  readonly #gpio: NrfGpio

  constructor(gpio: NrfGpio, line: Line) {
    super(
      {
        name: 'nrf-gpio-tasks',
        events: [...channels.map(c => inputs + 4 * c), port],
        registers: Object.fromEntries(channels.map(c => [configuration + 4 * c, [0x131f03, 0]])),
      },
      {},
      line,
    )
    this.#gpio = gpio
  }

  protected task(offset: number): void {
    const config = this.get(configuration + offset)
    if (offset >= 16 || (config & Config.mode) !== Config.task) return
    const [pin, polarity] = [(config >> Config.pin) & 31, (config >> Config.polarity) & 3]
    const level = polarity === Polarity.up || (polarity !== Polarity.down && !this.#gpio.driven(pin))
    if (polarity) this.#gpio.drive(pin, level)
  }

  protected override changed(offset: number): void {
    if (offset < configuration || offset >= configuration + 16) return
    const config = this.get(offset)
    if ((config & Config.mode) === Config.task)
      this.#gpio.drive((config >> Config.pin) & 31, (config & Config.initial) !== 0)
  }
}
