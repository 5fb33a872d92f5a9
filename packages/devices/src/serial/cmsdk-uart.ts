/**
 * The UART of Arm's Cortex-M System Design Kit ("Cortex-M System Design Kit Technical Reference Manual", 4.3): one byte in
 * each direction. What is sent leaves at once, if transmitter and baud rate are set.
 */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { newInput, type SerialInputState } from './serial-input.ts'
import { Uart } from './uart.ts'

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

const initial = {
  received: 0,
  status: 0,
  control: 0,
  interrupts: 0,
  divider: 0,
  input: newInput() as SerialInputState,
}

export class CmsdkUart extends Uart<typeof initial> implements MmioDevice {
  readonly name = 'cmsdk-uart'
  readonly size = 0x1000
  readonly #options: CmsdkUartOptions

  constructor(options: CmsdkUartOptions) {
    super(options.host, initial, {
      ready: () =>
        (this.state.control & Control.receiver) !== 0 &&
        this.state.divider >= smallestDivider &&
        !(this.state.status & State.receiveFull),
      take: byte => {
        this.state.received = byte
        this.state.status |= State.receiveFull
        this.#interrupt(Interrupt.receive)
      },
      baud: () => options.clockHz / this.state.divider,
    })
    this.#options = options
  }

  /** Raises an interrupt if CTRL has it enabled. */
  #interrupt(bit: number): void {
    this.state.interrupts |= bit & (this.state.control >> 2)
    this.update()
  }

  protected update(): void {
    const { transmit, receive, overrun } = this.#options
    transmit((this.state.interrupts & Interrupt.transmit) !== 0)
    receive((this.state.interrupts & Interrupt.receive) !== 0)
    overrun?.(this.overrun)
  }

  /** Either overrun raises its interrupt. */
  get overrun(): boolean {
    return (this.state.interrupts & (Interrupt.transmitOverrun | Interrupt.receiveOverrun)) !== 0
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset & ~3) {
      case Reg.data: {
        const byte = this.state.received
        this.state.status &= ~State.receiveFull
        this.input.advance()
        return byte
      }
      case Reg.state:
        return this.state.status
      case Reg.control:
        return this.state.control
      case Reg.interrupts:
        return this.state.interrupts
      case Reg.divider:
        return this.state.divider
      default:
        return identification[(offset - 0xfd0) >> 2] ?? 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    switch (offset & ~3) {
      case Reg.data:
        if (!(this.state.control & Control.transmitter) || this.state.divider < smallestDivider) return
        this.#options.console?.write(Uint8Array.of(value & 255))
        return this.#interrupt(Interrupt.transmit)
      case Reg.state:
        // Writing ones clears the overruns, and their interrupts.
        this.state.status &= ~(value & (State.transmitOverrun | State.receiveOverrun))
        this.state.interrupts &= ~(value & (Interrupt.transmitOverrun | Interrupt.receiveOverrun))
        return this.update()
      case Reg.control:
        this.state.control = value & Control.all
        return this.input.advance()
      case Reg.interrupts:
        this.state.status &= ~(value & (State.transmitOverrun | State.receiveOverrun))
        this.state.interrupts &= ~value
        return this.update()
      case Reg.divider:
        this.state.divider = value & 0xfffff
        return this.input.advance()
    }
  }
}
