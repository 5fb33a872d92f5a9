/**
 * National Semiconductor 16550A UART (PC16550D data sheet, 1995). Where the sheet leaves a choice, it does as QEMU's
 * `ns16550a`: output leaves at once, so the transmitter is always empty again after a write; modem inputs are fixed.
 */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice, Timer } from '@guestscope/core'
import { newInput, type SerialInputState } from './serial-input.ts'
import { Uart } from './uart.ts'

/** How a board wires the UART. */
export interface Uart16550Options {
  readonly host: DeviceHost
  readonly console: Console
  /** Interrupt request. */
  readonly line: Line
  /** Frequency of the baud generator's input, Hz; default 3,686,400. It spaces what is received, not what is sent. */
  readonly clockHz?: number
  /** log2 of the distance between registers, 0 … 2; default 0. */
  readonly registerShift?: number
  /** Bytes of address space; default: the eight registers. Behind them reads give 0. */
  readonly size?: number
}

/** Interrupt enable. */
const Ier = { received: 1, empty: 2, status: 4, modem: 8 } as const
/** Interrupt identification, bits 0–3, by falling priority. */
const Iir = { status: 6, timeout: 12, received: 4, empty: 2, modem: 0, none: 1, fifosEnabled: 0xc0 } as const
/** FIFO control. */
const Fcr = { enable: 1, clearReceiver: 2, clearTransmitter: 4, stored: 0xc9 } as const
/** Line status. */
const Lsr = { ready: 1, overrun: 2, break: 16, anyError: 0x1e, empty: 0x20, idle: 0x40 } as const
/** Modem control and status. */
const Mcr = { dtr: 1, rts: 2, out1: 4, out2: 8, loop: 16 } as const
const Msr = { cts: 0x10, dsr: 0x20, ri: 0x40, dcd: 0x80 } as const

const fifoSize = 16
/** Receiver trigger levels by FCR bits 6–7. */
const triggerLevels = [1, 4, 8, 14]

const initial = {
  fifo: [] as number[],
  /** What the single register holds after it was read. */
  last: 0,
  ier: 0,
  fcr: 0,
  lcr: 0,
  mcr: Mcr.out2 as number,
  lsr: (Lsr.empty | Lsr.idle) as number,
  scratch: 0,
  divisor: 12,
  /** The guest has set the divisor; before, the line is 8N1 at the default speed. */
  speedSet: false,
  /** The "transmitter empty" interrupt is raised and not yet acknowledged. */
  emptyPending: false,
  /** What IIR shows, without acknowledging it. */
  shown: Iir.none as number,
  /** It is "transmitter empty", and the interrupt controller has passed it on. */
  taken: false,
  /** The receiver's time-out interrupt is raised. */
  timedOut: false,
  input: newInput() as SerialInputState,
}

/** The device. One byte per register whatever the access size; the upper bytes of wider reads are 0. */
export class Uart16550 extends Uart<typeof initial> implements MmioDevice {
  readonly name = 'uart16550'
  readonly size: number
  readonly #host: DeviceHost
  readonly #console: Console
  readonly #line: Line
  readonly #shift: number
  /** Bits per second at divisor 1. */
  readonly #baudBase: number
  readonly #timeout: Timer

  constructor(options: Uart16550Options) {
    super(options.host, initial, {
      // In loopback the receiver is cut off from outside.
      ready: () => !(this.state.mcr & Mcr.loop) && this.state.fifo.length < this.#places,
      take: byte => this.#take(byte),
      baud: () => (this.state.speedSet ? this.#baudBase / Math.max(this.state.divisor, 1) : 0),
      bits: () => (this.state.speedSet ? this.#characterBits : 10),
    })
    this.#host = options.host
    this.#console = options.console
    this.#line = options.line
    this.#shift = options.registerShift ?? 0
    this.size = options.size ?? 8 << this.#shift
    this.#baudBase = (options.clockHz ?? 3_686_400) / 16
    this.#timeout = options.host.timer(() => {
      this.state.timedOut = this.state.fifo.length > 0
      this.update()
    })
  }

  override reset(): void {
    this.#timeout.cancel()
    super.reset()
  }

  /**
   * The interrupt controller has passed the request on. "Transmitter empty" is an event and no state that lasts: it holds
   * the line no longer, although IIR shows it until it is read. By the data sheet the line stays up until then, or until
   * a character is written; but kernels (xv6) enable this interrupt and read no IIR, and an interrupt would follow
   * the other for ever. QEMU's virt board requests once for each event, too.
   */
  taken(): void {
    this.state.taken = this.state.shown === Iir.empty
    this.#drive()
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset >> this.#shift) {
      case 0:
        return this.state.lcr & 0x80 ? this.state.divisor & 255 : this.#readData()
      case 1:
        return this.state.lcr & 0x80 ? this.state.divisor >> 8 : this.state.ier
      case 2:
        return this.#readIdentification()
      case 3:
        return this.state.lcr
      case 4:
        return this.state.mcr
      case 5:
        return this.#readStatus()
      case 6:
        return this.#modemStatus()
      case 7:
        return this.state.scratch
      default:
        return 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    value &= 255
    switch (offset >> this.#shift) {
      case 0:
        if (this.state.lcr & 0x80) this.#setDivisor((this.state.divisor & 0xff00) | value)
        else this.#writeData(value)
        break
      case 1:
        if (this.state.lcr & 0x80) this.#setDivisor((this.state.divisor & 0xff) | (value << 8))
        else this.#writeEnable(value & 15)
        break
      case 2:
        this.#writeFifoControl(value)
        break
      case 3:
        this.state.lcr = value
        break
      case 4:
        this.state.mcr = value & 0x1f
        this.input.advance()
        break
      case 7:
        this.state.scratch = value
        break
    }
  }

  #setDivisor(divisor: number): void {
    this.state.divisor = divisor
    this.state.speedSet = true
  }

  /** Characters that the receiver has room for. */
  get #places(): number {
    return this.state.fcr & Fcr.enable ? fifoSize : 1
  }

  /** Start, 5 to 8 data bits, parity, stop. */
  get #characterBits(): number {
    return 1 + 5 + (this.state.lcr & 3) + (this.state.lcr & 8 ? 1 : 0) + (this.state.lcr & 4 ? 2 : 1)
  }

  #readData(): number {
    if (this.state.fifo.length > 0) this.input.heard()
    const byte = this.state.fifo.shift() ?? (this.state.fcr & Fcr.enable ? 0 : this.state.last)
    this.state.last = byte
    this.state.timedOut = false
    if (this.state.fifo.length === 0) {
      this.state.lsr &= ~(Lsr.ready | Lsr.break)
      this.#stopTimeout()
    } else this.#startTimeout()
    this.update()
    this.input.advance()
    return byte
  }

  #writeData(byte: number): void {
    this.state.emptyPending = false
    this.update()
    if (this.state.mcr & Mcr.loop) {
      this.input.heard() // what comes back is not the host's
      this.#take(byte)
    } else this.#console.write(Uint8Array.of(byte))
    this.state.emptyPending = true
    this.update()
  }

  /** Enabling "transmitter empty" raises it when it is empty, even if it had been acknowledged before. */
  #writeEnable(value: number): void {
    if ((this.state.ier ^ value) & Ier.empty) this.state.emptyPending = (value & Ier.empty) !== 0
    this.state.ier = value
    this.update()
  }

  #writeFifoControl(value: number): void {
    // Switching the FIFOs on or off clears them.
    if ((value ^ this.state.fcr) & Fcr.enable) value |= Fcr.clearReceiver | Fcr.clearTransmitter
    if (value & Fcr.clearReceiver) {
      this.input.cleared(this.state.fifo)
      this.state.fifo = []
      this.state.lsr &= ~(Lsr.ready | Lsr.break)
      this.#stopTimeout()
    }
    if (value & Fcr.clearTransmitter) {
      this.state.emptyPending = true
      this.state.taken = false
    }
    this.state.fcr = value & Fcr.stored
    this.update()
    this.input.advance()
  }

  /** Reading acknowledges "transmitter empty" if that is what it shows. */
  #readIdentification(): number {
    const cause = this.state.shown
    if (cause === Iir.empty) {
      this.state.emptyPending = false
      this.update()
    }
    return cause | (this.state.fcr & Fcr.enable ? Iir.fifosEnabled : 0)
  }

  #readStatus(): number {
    const status = this.state.lsr
    if (status & (Lsr.overrun | Lsr.break)) {
      this.state.lsr &= ~(Lsr.overrun | Lsr.break)
      this.update()
    }
    return status
  }

  /** In loopback the outputs are the inputs; else a peer is present and ready. */
  #modemStatus(): number {
    const mcr = this.state.mcr
    if (!(mcr & Mcr.loop)) return Msr.cts | Msr.dsr | Msr.dcd
    return (
      (mcr & Mcr.rts ? Msr.cts : 0) |
      (mcr & Mcr.dtr ? Msr.dsr : 0) |
      (mcr & Mcr.out1 ? Msr.ri : 0) |
      (mcr & Mcr.out2 ? Msr.dcd : 0)
    )
  }

  /** A character arrives. Without room the FIFO keeps the old ones, the single register the new one. */
  #take(byte: number): void {
    if (this.state.fcr & Fcr.enable) {
      if (this.state.fifo.length < fifoSize) this.state.fifo.push(byte)
      else this.state.lsr |= Lsr.overrun
      this.#startTimeout()
    } else {
      if (this.state.fifo.length > 0) this.state.lsr |= Lsr.overrun
      this.state.fifo[0] = byte
    }
    this.state.lsr |= Lsr.ready
    this.update()
  }

  /** Four character times without traffic: the interrupt comes below the trigger level too. */
  #startTimeout(): void {
    if (!(this.state.fcr & Fcr.enable)) return
    this.#timeout.set(this.#host.clock() + Math.ceil(4 * this.input.characterTime))
  }

  #stopTimeout(): void {
    this.state.timedOut = false
    this.#timeout.cancel()
  }

  #cause(): number {
    const ier = this.state.ier
    if (ier & Ier.status && this.state.lsr & Lsr.anyError) return Iir.status
    if (ier & Ier.received && this.state.timedOut) return Iir.timeout
    if (ier & Ier.received && this.state.lsr & Lsr.ready) {
      const level = this.state.fcr & Fcr.enable ? (triggerLevels[this.state.fcr >> 6] ?? 1) : 1
      if (this.state.fifo.length >= level) return Iir.received
    }
    if (ier & Ier.empty && this.state.emptyPending) return Iir.empty
    return Iir.none
  }

  protected update(): void {
    const cause = this.#cause()
    if (cause !== this.state.shown) this.state.taken = false
    this.state.shown = cause
    this.#drive()
  }

  #drive(): void {
    this.#line(this.state.shown !== Iir.none && !this.state.taken)
  }
}
