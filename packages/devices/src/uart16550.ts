/**
 * National Semiconductor 16550A UART (PC16550D data sheet, 1995). Where the sheet leaves a choice, it does as QEMU's
 * `ns16550a`: output leaves at once, so the transmitter is always empty again after a write; modem inputs are fixed.
 */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice } from '@guestscope/core'

/** How a board wires the UART. */
export interface Uart16550Options {
  readonly host: DeviceHost
  readonly console: Console
  /** Interrupt request. */
  readonly line: Line
  /** Frequency of the baud generator's input, Hz; default 3,686,400. It only spaces the receiver's time-out. */
  readonly clockHz?: number
  /** Instructions per second of guest time; default 10^9. */
  readonly instructionsPerSecond?: number
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

/** The device. One byte per register whatever the access size; the upper bytes of wider reads are 0. */
export class Uart16550 implements MmioDevice {
  readonly name = 'uart16550'
  readonly size: number
  readonly #host: DeviceHost
  readonly #console: Console
  readonly #line: Line
  readonly #shift: number
  /** Instructions that one bit takes at divisor 1. */
  readonly #bitTime: number
  /** Input that the receiver has no room for yet. */
  #pending: Uint8Array[] = []
  /** Bytes of its first piece that are through. */
  #accepted = 0
  #fifo: number[] = []
  /** What the single register holds after it was read. */
  #last = 0
  #ier = 0
  #fcr = 0
  #lcr = 0
  #mcr: number = Mcr.out2
  #lsr: number = Lsr.empty | Lsr.idle
  #scratch = 0
  #divisor = 12
  /** The "transmitter empty" interrupt is raised and not yet acknowledged. */
  #emptyPending = false
  /** The receiver's time-out interrupt is raised. */
  #timedOut = false

  constructor(options: Uart16550Options) {
    this.#host = options.host
    this.#console = options.console
    this.#line = options.line
    this.#shift = options.registerShift ?? 0
    this.size = options.size ?? 8 << this.#shift
    this.#bitTime = (16 * (options.instructionsPerSecond ?? 1e9)) / (options.clockHz ?? 3_686_400)
  }

  /** Registers as after power-on. Input that the host pushed and the FIFO has not taken stays. */
  reset(): void {
    this.#fifo = []
    this.#last = 0
    this.#ier = 0
    this.#fcr = 0
    this.#lcr = 0
    this.#mcr = Mcr.out2
    this.#lsr = Lsr.empty | Lsr.idle
    this.#scratch = 0
    this.#divisor = 12
    this.#emptyPending = false
    this.#stopTimeout()
    this.#update()
    this.#accept()
  }

  /** Input from outside. It enters as the receiver gets room: nothing is lost, whatever the amount. */
  receive(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pending.push(bytes.slice())
    this.#accept()
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset >> this.#shift) {
      case 0:
        return this.#lcr & 0x80 ? this.#divisor & 255 : this.#readData()
      case 1:
        return this.#lcr & 0x80 ? this.#divisor >> 8 : this.#ier
      case 2:
        return this.#readIdentification()
      case 3:
        return this.#lcr
      case 4:
        return this.#mcr
      case 5:
        return this.#readStatus()
      case 6:
        return this.#modemStatus()
      case 7:
        return this.#scratch
      default:
        return 0
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    value &= 255
    switch (offset >> this.#shift) {
      case 0:
        if (this.#lcr & 0x80) this.#divisor = (this.#divisor & 0xff00) | value
        else this.#writeData(value)
        break
      case 1:
        if (this.#lcr & 0x80) this.#divisor = (this.#divisor & 0xff) | (value << 8)
        else this.#writeEnable(value & 15)
        break
      case 2:
        this.#writeFifoControl(value)
        break
      case 3:
        this.#lcr = value
        break
      case 4:
        this.#mcr = value & 0x1f
        this.#accept()
        break
      case 7:
        this.#scratch = value
        break
    }
  }

  #readData(): number {
    const byte = this.#fifo.shift() ?? (this.#fcr & Fcr.enable ? 0 : this.#last)
    this.#last = byte
    this.#timedOut = false
    if (this.#fifo.length === 0) {
      this.#lsr &= ~(Lsr.ready | Lsr.break)
      this.#stopTimeout()
    } else this.#startTimeout()
    this.#update()
    this.#accept()
    return byte
  }

  #writeData(byte: number): void {
    this.#emptyPending = false
    this.#update()
    if (this.#mcr & Mcr.loop) this.#take(byte)
    else this.#console.write(Uint8Array.of(byte))
    this.#emptyPending = true
    this.#update()
  }

  /** Enabling "transmitter empty" raises it when it is empty, even if it had been acknowledged before. */
  #writeEnable(value: number): void {
    if ((this.#ier ^ value) & Ier.empty) this.#emptyPending = (value & Ier.empty) !== 0
    this.#ier = value
    this.#update()
  }

  #writeFifoControl(value: number): void {
    // Switching the FIFOs on or off clears them.
    if ((value ^ this.#fcr) & Fcr.enable) value |= Fcr.clearReceiver | Fcr.clearTransmitter
    if (value & Fcr.clearReceiver) {
      this.#fifo = []
      this.#lsr &= ~(Lsr.ready | Lsr.break)
      this.#stopTimeout()
    }
    if (value & Fcr.clearTransmitter) this.#emptyPending = true
    this.#fcr = value & Fcr.stored
    this.#update()
    this.#accept()
  }

  /** Reading acknowledges "transmitter empty" if that is what it shows. */
  #readIdentification(): number {
    const cause = this.#cause()
    if (cause === Iir.empty) {
      this.#emptyPending = false
      this.#update()
    }
    return cause | (this.#fcr & Fcr.enable ? Iir.fifosEnabled : 0)
  }

  #readStatus(): number {
    const status = this.#lsr
    if (status & (Lsr.overrun | Lsr.break)) {
      this.#lsr &= ~(Lsr.overrun | Lsr.break)
      this.#update()
    }
    return status
  }

  /** In loopback the outputs are the inputs; else a peer is present and ready. */
  #modemStatus(): number {
    const mcr = this.#mcr
    if (!(mcr & Mcr.loop)) return Msr.cts | Msr.dsr | Msr.dcd
    return (
      (mcr & Mcr.rts ? Msr.cts : 0) |
      (mcr & Mcr.dtr ? Msr.dsr : 0) |
      (mcr & Mcr.out1 ? Msr.ri : 0) |
      (mcr & Mcr.out2 ? Msr.dcd : 0)
    )
  }

  /** Moves waiting input into the receiver; in loopback the receiver is cut off from outside. */
  #accept(): void {
    if (this.#mcr & Mcr.loop) return
    for (let room = (this.#fcr & Fcr.enable ? fifoSize : 1) - this.#fifo.length; room > 0; room--) {
      const piece = this.#pending[0]
      if (piece === undefined) return
      const byte = piece[this.#accepted++] as number
      if (this.#accepted === piece.length) {
        this.#pending.shift()
        this.#accepted = 0
      }
      this.#take(byte)
    }
  }

  /** A character arrives. Without room the FIFO keeps the old ones, the single register the new one. */
  #take(byte: number): void {
    if (this.#fcr & Fcr.enable) {
      if (this.#fifo.length < fifoSize) this.#fifo.push(byte)
      else this.#lsr |= Lsr.overrun
      this.#startTimeout()
    } else {
      if (this.#fifo.length > 0) this.#lsr |= Lsr.overrun
      this.#fifo[0] = byte
    }
    this.#lsr |= Lsr.ready
    this.#update()
  }

  /** Four character times without traffic: the interrupt comes below the trigger level too. */
  #startTimeout(): void {
    if (!(this.#fcr & Fcr.enable)) return
    const bits = 1 + 5 + (this.#lcr & 3) + (this.#lcr & 8 ? 1 : 0) + (this.#lcr & 4 ? 2 : 1)
    const delay = Math.ceil(4 * bits * this.#bitTime * Math.max(this.#divisor, 1))
    this.#host.schedule(this, this.#host.clock() + delay, () => {
      this.#timedOut = this.#fifo.length > 0
      this.#update()
    })
  }

  #stopTimeout(): void {
    this.#timedOut = false
    this.#host.cancel(this)
  }

  #cause(): number {
    const ier = this.#ier
    if (ier & Ier.status && this.#lsr & Lsr.anyError) return Iir.status
    if (ier & Ier.received && this.#timedOut) return Iir.timeout
    if (ier & Ier.received && this.#lsr & Lsr.ready) {
      const level = this.#fcr & Fcr.enable ? (triggerLevels[this.#fcr >> 6] ?? 1) : 1
      if (this.#fifo.length >= level) return Iir.received
    }
    if (ier & Ier.empty && this.#emptyPending) return Iir.empty
    return Iir.none
  }

  #update(): void {
    this.#line(this.#cause() !== Iir.none)
  }
}
