/**
 * The UART of Arm's Cortex-M System Design Kit ("Cortex-M System Design Kit Technical Reference Manual", 4.3): one byte in
 * each direction. What is sent leaves at once, if transmitter and baud rate are set.
 */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { SerialInput } from './serial-input.ts'

/** How a board wires the UART; lines that lead nowhere are absent. */
export interface CmsdkUartOptions {
  readonly host: DeviceHost
  /** Frequency of the baud generator's input, Hz. */
  readonly clockHz: number
  /** Absent: what is sent is lost. */
  readonly console?: Console
  readonly transmit: Line
  readonly receive: Line
  /** Either overrun. */
  readonly overrun?: Line
}

const Reg = { data: 0, state: 4, control: 8, interrupts: 12, divider: 16 } as const
/** Bits of STATE. */
const State = { receiveFull: 2, transmitOverrun: 4, receiveOverrun: 8 } as const
/** Bits of CTRL; those of the interrupts are two places higher than in INTSTATUS. */
const Control = { transmitter: 1, receiver: 2, interrupts: 0x3c, all: 0x7f } as const
/** Bits of INTSTATUS. */
const Interrupt = { transmit: 1, receive: 2, transmitOverrun: 4, receiveOverrun: 8 } as const
/** Smallest divider that works. */
const smallestDivider = 16
const identification = [4, 0, 0, 0, 0x21, 0xb8, 0x1b, 0, 0x0d, 0xf0, 0x05, 0xb1]

export class CmsdkUart implements MmioDevice {
  readonly name = 'cmsdk-uart'
  readonly size = 0x1000
  readonly #options: CmsdkUartOptions
  readonly #input: SerialInput
  #received = 0
  #state = 0
  #control = 0
  #interrupts = 0
  #divider = 0

  constructor(options: CmsdkUartOptions) {
    this.#options = options
    this.#input = new SerialInput({
      host: options.host,
      ready: () =>
        (this.#control & Control.receiver) !== 0 &&
        this.#divider >= smallestDivider &&
        !(this.#state & State.receiveFull),
      take: byte => {
        this.#received = byte
        this.#state |= State.receiveFull
        this.#interrupt(Interrupt.receive)
      },
      baud: () => options.clockHz / this.#divider,
    })
  }

  reset(): void {
    this.#received = this.#state = this.#control = this.#interrupts = this.#divider = 0
    this.#update()
    this.#input.reset()
  }

  /** Input; it comes at the line's speed, and waits until the guest takes it. */
  receive(bytes: Uint8Array): void {
    this.#input.push(bytes)
  }

  /** Raises an interrupt if CTRL has it enabled. */
  #interrupt(bit: number): void {
    this.#interrupts |= bit & (this.#control >> 2)
    this.#update()
  }

  #update(): void {
    const { transmit, receive, overrun } = this.#options
    transmit((this.#interrupts & Interrupt.transmit) !== 0)
    receive((this.#interrupts & Interrupt.receive) !== 0)
    overrun?.((this.#interrupts & (Interrupt.transmitOverrun | Interrupt.receiveOverrun)) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset & ~3) {
      case Reg.data: {
        const byte = this.#received
        this.#state &= ~State.receiveFull
        this.#input.advance()
        return byte
      }
      case Reg.state:
        return this.#state
      case Reg.control:
        return this.#control
      case Reg.interrupts:
        return this.#interrupts
      case Reg.divider:
        return this.#divider
      default:
        return identification[(offset - 0xfd0) >> 2] ?? 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset & ~3) {
      case Reg.data:
        if (!(this.#control & Control.transmitter) || this.#divider < smallestDivider) return
        this.#options.console?.write(Uint8Array.of(value & 255))
        return this.#interrupt(Interrupt.transmit)
      case Reg.state:
        // Writing ones clears the overruns, and their interrupts.
        this.#state &= ~(value & (State.transmitOverrun | State.receiveOverrun))
        this.#interrupts &= ~(value & (Interrupt.transmitOverrun | Interrupt.receiveOverrun))
        return this.#update()
      case Reg.control:
        this.#control = value & Control.all
        return this.#input.advance()
      case Reg.interrupts:
        this.#state &= ~(value & (State.transmitOverrun | State.receiveOverrun))
        this.#interrupts &= ~value
        return this.#update()
      case Reg.divider:
        this.#divider = value & 0xfffff
        return this.#input.advance()
    }
  }
}
