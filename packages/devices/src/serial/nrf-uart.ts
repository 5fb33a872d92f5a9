/** The UART of Nordic's nRF51 ("nRF51 Series Reference Manual", chapter 29): tasks, events, six bytes of receive buffer. */
import type { AccessSize, Console, DeviceHost, Line, MmioDevice } from '@guestscope/core'
import { newInput, type SerialInputState } from './serial-input.ts'
import { Uart } from './uart.ts'

/** How a board wires the UART. */
export interface NrfUartOptions {
  readonly host: DeviceHost
  readonly console: Console
  readonly line: Line
}

const Task = {
  startReceive: 0x000,
  stopReceive: 0x004,
  startSend: 0x008,
  stopSend: 0x00c,
  suspend: 0x01c,
} as const
const Event = { received: 0x108, sent: 0x11c, error: 0x124, timeout: 0x144 } as const
const Reg = {
  interrupts: 0x300,
  enableInterrupts: 0x304,
  disableInterrupts: 0x308,
  errorSource: 0x480,
  enable: 0x500,
  receive: 0x518,
  send: 0x51c,
  baudRate: 0x524,
} as const
/** PSELRTS, PSELTXD, PSELCTS, PSELRXD: not connected. */
const pins = [0x508, 0x50c, 0x510, 0x514]
/** Registers that are only kept: the bits that exist. */
const keptBits: ReadonlyMap<number, number> = new Map([
  [0x200, 0x18],
  ...pins.map((pin): [number, number] => [pin, -1]),
  [Reg.baudRate, -1],
  [0x56c, 0xf],
])
const interruptBits = 0x20287
const events = [Event.received, Event.sent, Event.error, Event.timeout]
const enabled = 4
const bufferSize = 6
/** BAUDRATE counts in these, Hz: 2^32 would be the 16 MHz clock. */
const baudUnit = 16e6 / 2 ** 32

const initial = {
  registers: new Map([
    ...pins.map((pin): [number, number] => [pin, 0xffffffff]),
    [Reg.baudRate, 0x04000000],
  ]) as Map<number, number>,
  buffer: [] as number[],
  last: 0,
  sending: false,
  receiving: false,
  input: newInput() as SerialInputState,
}

export class NrfUart extends Uart<typeof initial> implements MmioDevice {
  readonly name = 'nrf-uart'
  readonly size = 0x1000
  readonly #options: NrfUartOptions

  constructor(options: NrfUartOptions) {
    super(options.host, initial, {
      ready: () => this.state.receiving && this.state.buffer.length < bufferSize,
      take: byte => {
        this.state.buffer.push(byte)
        this.#set(Event.received, 1)
        this.update()
      },
      baud: () => this.#get(Reg.baudRate) * baudUnit,
    })
    this.#options = options
  }

  #get(offset: number): number {
    return this.state.registers.get(offset) ?? 0
  }
  #set(offset: number, value: number): void {
    this.state.registers.set(offset, value >>> 0)
  }
  get #enabled(): boolean {
    return this.#get(Reg.enable) === enabled
  }

  /** The interrupt of an event is the bit of its number. */
  protected update(): void {
    const on = this.#get(Reg.interrupts)
    const active = events.some(e => this.#get(e) && on & (1 << ((e - 0x100) >> 2)))
    this.#options.line(active)
  }

  read(offset: number, _size: AccessSize): number {
    const at = offset & ~3
    if (at === Reg.enable) return this.#get(at)
    if (!this.#enabled) return 0
    if (at === Reg.receive) return this.#readByte()
    if (at === Reg.enableInterrupts || at === Reg.disableInterrupts) return this.#get(Reg.interrupts)
    return this.#get(at)
  }

  #readByte(): number {
    const byte = this.state.receiving ? this.state.buffer.shift() : undefined
    if (byte === undefined) return this.state.last
    this.state.last = byte
    if (this.state.buffer.length) this.#set(Event.received, 1)
    this.update()
    this.input.advance()
    return byte
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const at = offset & ~3
    if (at === Reg.enable) return this.#switch(value & 7)
    if (!this.#enabled) return
    const interrupts = this.#get(Reg.interrupts)
    switch (at) {
      case Reg.send:
        if (!this.state.sending) return
        this.#options.console.write(Uint8Array.of(value & 255))
        this.#set(Event.sent, 1)
        break
      case Reg.enableInterrupts:
        this.#set(Reg.interrupts, interrupts | (value & interruptBits))
        break
      case Reg.disableInterrupts:
        this.#set(Reg.interrupts, interrupts & ~value)
        break
      case Reg.errorSource:
        this.#set(at, this.#get(at) & ~value)
        break
      case Reg.interrupts:
        this.#set(at, value & interruptBits)
        break
      default:
        if (at < 0x100 && value === 1) this.#task(at)
        else if (events.includes(at as 0x108)) this.#set(at, value & 1)
        else if (keptBits.has(at)) this.#set(at, value & (keptBits.get(at) ?? 0))
    }
    this.update()
  }

  #switch(value: number): void {
    this.#set(Reg.enable, value)
    if (value !== enabled) this.#task(Task.suspend)
    this.update()
  }

  #task(task: number): void {
    if (task === Task.startSend) this.state.sending = true
    if (task === Task.stopSend || task === Task.suspend) this.state.sending = false
    if (task === Task.startReceive) {
      this.state.receiving = true
      this.input.advance()
    }
    if (task === Task.stopReceive || task === Task.suspend) {
      this.state.receiving = false
      this.#set(Event.timeout, 1)
    }
  }
}
