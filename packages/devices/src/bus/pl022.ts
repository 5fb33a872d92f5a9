/**
 * PrimeCell synchronous serial port PL022 ("ARM PrimeCell Synchronous Serial Port (PL022) Technical Reference Manual"), as
 * master: a frame is done at once, and what comes back is in the receive FIFO. Without a device at its other end it
 * receives zeros.
 */
import type { AccessSize, Line, MmioDevice } from '@guestscope/core'

/** What hangs on the port: takes a frame and gives one, both of `bits` bits. */
export type SerialPeer = (frame: number, bits: number) => number

/** How a board wires the port. */
export interface Pl022Options {
  readonly line: Line
  readonly peer?: SerialPeer
  /** The identification registers, from 0xFE0 on. Default: Arm's own. */
  readonly identification?: readonly number[]
}

const Reg = {
  control0: 0x00,
  control1: 0x04,
  data: 0x08,
  status: 0x0c,
  prescaler: 0x10,
  mask: 0x14,
  raw: 0x18,
  masked: 0x1c,
  clear: 0x20,
  dma: 0x24,
} as const
/** Registers that are kept: bits that exist. */
const kept: ReadonlyMap<number, number> = new Map([
  [Reg.control0, 0xffff],
  [Reg.control1, 0xf],
  [Reg.prescaler, 0xfe],
  [Reg.mask, 0xf],
  [Reg.dma, 3],
])
const Control1 = { loopback: 1, enable: 2 } as const
const Status = { sendEmpty: 1, sendRoom: 2, received: 4, receiveFull: 8 } as const
const Interrupt = { overrun: 1, timeout: 2, receive: 4, send: 8 } as const
const fifoSize = 8
const arm = [0x22, 0x10, 0x24, 0x00, 0x0d, 0xf0, 0x05, 0xb1]

const initial = { registers: new Map() as Map<number, number>, fifo: [] as number[], overrun: false }

export class Pl022 implements MmioDevice {
  readonly name = 'pl022'
  readonly size = 0x1000
  state: typeof initial = structuredClone(initial)
  readonly #options: Pl022Options

  constructor(options: Pl022Options) {
    this.#options = options
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.#update()
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }

  /** Both FIFOs at half; no frame is ever on its way, so that the time-out comes with the first one received. */
  get #raw(): number {
    const received = this.state.fifo.length
    return (
      Interrupt.send |
      (received >= fifoSize / 2 ? Interrupt.receive : 0) |
      (received ? Interrupt.timeout : 0) |
      (this.state.overrun ? Interrupt.overrun : 0)
    )
  }
  #update(): void {
    this.#options.line((this.#raw & this.#get(Reg.mask)) !== 0)
  }

  #send(value: number): void {
    const control = this.#get(Reg.control1)
    if (!(control & Control1.enable)) return
    const bits = (this.#get(Reg.control0) & 15) + 1
    const mask = 2 ** bits - 1
    const frame = value & mask
    const answer = control & Control1.loopback ? frame : (this.#options.peer?.(frame, bits) ?? 0) & mask
    if (this.state.fifo.length < fifoSize) this.state.fifo.push(answer)
    else this.state.overrun = true
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    switch (at) {
      case Reg.data: {
        const frame = this.state.fifo.shift() ?? 0
        this.#update()
        return frame
      }
      case Reg.status: {
        const received = this.state.fifo.length
        const full = received === fifoSize ? Status.receiveFull : 0
        return Status.sendEmpty | Status.sendRoom | (received ? Status.received : 0) | full
      }
      case Reg.raw:
        return this.#raw
      case Reg.masked:
        return this.#raw & this.#get(Reg.mask)
      default:
        if (at >= 0xfe0) return (this.#options.identification ?? arm)[(at - 0xfe0) >> 2] ?? 0
        return this.#get(at)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    const bits = kept.get(at)
    if (bits !== undefined) this.state.registers.set(at, value & bits)
    else if (at === Reg.data) this.#send(value)
    else if (at === Reg.clear && value & Interrupt.overrun) this.state.overrun = false
    this.#update()
  }
}
