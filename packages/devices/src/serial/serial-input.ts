/**
 * The receiving end of a serial line. What the host sends waits here, in order and whatever the amount, and enters the
 * receiver character by character at the line's own speed in guest time. Nothing is lost: while the receiver is off or
 * has no room the sender waits, as with hardware flow control.
 */
import type { DeviceHost } from '@guestscope/core'

/** Bits per second of a line whose speed the guest has not set: 87 µs a character. */
export const defaultBaud = 115_200
/**
 * The slowest line. Guests written for emulators set divisors for other clocks than the board's, where speeds of 300
 * baud and less come out that nobody wants to wait for.
 */
export const slowestBaud = 9600
/** Guest time is in nanoseconds. */
const second = 1e9

/** How a UART uses its line. */
export interface SerialInputOptions {
  readonly host: Pick<DeviceHost, 'clock' | 'schedule' | 'cancel'>
  /** Is the receiver on, and has it room for a character? When it becomes so, the UART calls `advance`. */
  readonly ready: () => boolean
  /** A character, 0 … 255, has arrived. */
  readonly take: (byte: number) => void
  /** Bits per second that the guest has set; 0: none yet. Below `slowestBaud` the line has that speed. */
  readonly baud: () => number
  /** Bits of a character on the line; default 10: start, 8 bits, stop. */
  readonly bits?: () => number
}

export class SerialInput {
  readonly #options: SerialInputOptions
  readonly #pieces: Uint8Array[] = []
  /** Bytes of the first piece that are through. */
  #through = 0
  /** A character is on the line. */
  #coming = false
  /** The guest has read a character since the last reset. */
  #heard = false

  constructor(options: SerialInputOptions) {
    this.#options = options
  }

  /** Guest time that a character takes. */
  get characterTime(): number {
    const { baud, bits } = this.#options
    const speed = Math.max(baud() || defaultBaud, slowestBaud)
    return ((bits?.() ?? 10) * second) / speed
  }

  /** The host sends. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pieces.push(bytes.slice())
    this.advance()
  }

  /** The receiver may have been switched on, or have got room: the next character sets out. */
  advance(): void {
    const { host, ready } = this.#options
    if (this.#coming || this.#pieces.length === 0 || !ready()) return
    this.#coming = true
    host.schedule(this, host.clock() + Math.ceil(this.characterTime), () => this.#arrive())
  }

  /** The guest has read a character. */
  heard(): void {
    this.#heard = true
  }

  /**
   * The guest has cleared its receiver, unread characters and all. Before it has read a first one that is part of
   * setting the UART up: nobody was listening yet, so they come again. Later they are gone, as it wants them to be.
   */
  cleared(unread: readonly number[]): void {
    if (this.#heard || unread.length === 0) return
    const [first] = this.#pieces
    if (first !== undefined) this.#pieces[0] = first.subarray(this.#through)
    this.#pieces.unshift(Uint8Array.from(unread))
    this.#through = 0
  }

  /** After a reset; what the host has sent and the receiver has not taken still waits. */
  reset(): void {
    this.#coming = this.#heard = false
    this.#options.host.cancel(this)
    this.advance()
  }

  #arrive(): void {
    this.#coming = false
    const [piece] = this.#pieces
    if (piece === undefined || !this.#options.ready()) return
    const byte = piece[this.#through++] as number
    if (this.#through === piece.length) {
      this.#pieces.shift()
      this.#through = 0
    }
    this.#options.take(byte)
    this.advance()
  }
}
