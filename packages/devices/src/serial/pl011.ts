/**
 * PrimeCell UART PL011 ("ARM PrimeCell UART (PL011) Technical Reference Manual"). What is sent leaves at once. The
 * receive interrupt comes with the first byte, whatever IFLS says, as on QEMU; so there is no time-out.
 */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { newInput, type SerialInputState } from './serial-input.ts'
import { Uart } from './uart.ts'

/** How a board wires the UART. */
export interface Pl011Options {
  readonly host: DeviceHost
  /** Absent: what is sent is lost. */
  readonly console?: Console
  readonly line: Line
  /** Frequency of the baud generator's input now, Hz. */
  readonly clockHz: () => number
  /** The identification registers, from 0xFE0 on. Default: Arm's own, revision 1. */
  readonly identification?: readonly number[]
}

const Reg = {
  data: 0x00,
  errors: 0x04,
  flags: 0x18,
  lowPower: 0x20,
  divider: 0x24,
  fraction: 0x28,
  lineControl: 0x2c,
  control: 0x30,
  levels: 0x34,
  mask: 0x38,
  raw: 0x3c,
  masked: 0x40,
  clear: 0x44,
  dma: 0x48,
} as const
/** Registers that are only kept: the bits that exist. */
const keptBits: ReadonlyMap<number, number> = new Map([
  [Reg.lowPower, 0xff],
  [Reg.divider, 0xffff],
  [Reg.fraction, 0x3f],
  [Reg.control, 0xff87],
  [Reg.levels, 0x3f],
  [Reg.mask, 0x7ff],
  [Reg.dma, 7],
])
const Flag = { receiveEmpty: 0x10, receiveFull: 0x40, transmitEmpty: 0x80 } as const
const Control = { enable: 1, loopback: 0x80, receiver: 0x200 } as const
const Interrupt = { receive: 0x10, transmit: 0x20 } as const
const fifosEnabled = 0x10
const fifoSize = 16
const arm = [0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1]

const initial = {
  /** Registers that are only kept. */
  kept: new Map([
    [Reg.control, 0x300],
    [Reg.levels, 0x12],
  ]) as Map<number, number>,
  fifo: [] as number[],
  raw: 0,
  input: newInput() as SerialInputState,
}

export class Pl011 extends Uart<typeof initial> implements MmioDevice {
  readonly name = 'pl011'
  readonly size = 0x1000
  readonly #options: Pl011Options

  constructor(options: Pl011Options) {
    super(options.host, initial, {
      ready: () => this.#receives && this.#room > 0,
      take: byte => this.#take(byte),
      // The divisor has six bits of fraction (3.3.6).
      baud: () => {
        const divisor = this.#get(Reg.divider) + (this.#get(Reg.fraction) & 63) / 64
        return divisor && options.clockHz() / (16 * divisor)
      },
    })
    this.#options = options
  }

  #get(offset: number): number {
    return this.state.kept.get(offset) ?? 0
  }
  get #room(): number {
    return (this.#get(Reg.lineControl) & fifosEnabled ? fifoSize : 1) - this.state.fifo.length
  }
  get #receives(): boolean {
    const on = Control.enable | Control.receiver
    return (this.#get(Reg.control) & (on | Control.loopback)) === on
  }
  #take(byte: number): void {
    if (this.#room > 0) this.state.fifo.push(byte)
    this.state.raw |= Interrupt.receive
    this.update()
  }
  protected update(): void {
    this.#options.line((this.state.raw & this.#get(Reg.mask)) !== 0)
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    switch (at) {
      case Reg.data: {
        if (this.state.fifo.length) this.input.heard()
        const byte = this.state.fifo.shift() ?? 0
        if (!this.state.fifo.length) this.state.raw &= ~Interrupt.receive
        this.update()
        this.input.advance()
        return byte
      }
      case Reg.flags: {
        const received = this.state.fifo.length ? 0 : Flag.receiveEmpty
        return Flag.transmitEmpty | received | (this.#room > 0 ? 0 : Flag.receiveFull)
      }
      case Reg.raw:
        return this.state.raw
      case Reg.masked:
        return this.state.raw & this.#get(Reg.mask)
      default:
        if (at >= 0xfe0) return (this.#options.identification ?? arm)[(at - 0xfe0) >> 2] ?? 0
        return this.#get(at)
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    switch (at) {
      case Reg.data:
        if (this.#get(Reg.control) & Control.loopback) {
          this.input.heard() // what comes back is not the host's
          this.#take(value & 255)
        } else this.#options.console?.write(Uint8Array.of(value & 255))
        this.state.raw |= Interrupt.transmit
        return this.update()
      case Reg.clear:
        this.state.raw &= ~value
        return this.update()
      case Reg.lineControl:
        // Switching the FIFOs clears them.
        if ((value ^ this.#get(at)) & fifosEnabled) {
          this.input.cleared(this.state.fifo)
          this.state.fifo = []
        }
        this.state.kept.set(at, value & 0xff)
        return this.input.advance()
    }
    const bits = keptBits.get(at)
    if (bits === undefined) return
    this.state.kept.set(at, value & bits)
    this.update()
    this.input.advance()
  }
}
