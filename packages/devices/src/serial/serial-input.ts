/**
 * The receiving end of a serial line. What the host sends waits here, in order and whatever the amount, and enters the
 * receiver character by character at the line's own speed in guest time. Nothing is lost: while the receiver is off or
 * has no room the sender waits, as with hardware flow control.
 */
import type { DeviceHost, Timer } from '@guestscope/core'

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
  readonly host: Pick<DeviceHost, 'clock' | 'timer'>
  /** Where the UART has the line's state now, made by `newInput`. */
  readonly state: () => SerialInputState
  /** Is the receiver on, and has it room for a character? When it becomes so, the UART calls `advance`. */
  readonly ready: () => boolean
  /** A character, 0 … 255, has arrived. */
  readonly take: (byte: number) => void
  /** Bits per second that the guest has set; 0: none yet. Below `slowestBaud` the line has that speed. */
  readonly baud: () => number
  /** Bits of a character on the line; default 10: start, 8 bits, stop. */
  readonly bits?: () => number
}

/** Part of a UART's state: what its host has sent. Survives the UART's reset. */
export interface SerialInputState {
  readonly pieces: Uint8Array[]
  /** Bytes of the first piece that are through. */
  through: number
  /** A character is on the line. */
  coming: boolean
  /** The guest has read a character since the last reset. */
  heard: boolean
}

/** A line on which nothing was sent. */
export const newInput = (): SerialInputState => ({ pieces: [], through: 0, coming: false, heard: false })

export class SerialInput {
  readonly #options: SerialInputOptions
  readonly #timer: Timer

  constructor(options: SerialInputOptions) {
    this.#options = options
    this.#timer = options.host.timer(() => this.#arrive())
  }

  get #state(): SerialInputState {
    return this.#options.state()
  }

  /** Guest time that a character takes. */
  get characterTime(): number {
    const { baud, bits } = this.#options
    const speed = Math.max(baud() || defaultBaud, slowestBaud)
    return ((bits?.() ?? 10) * second) / speed
  }

  /** The host sends. */
  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#state.pieces.push(bytes.slice())
    this.advance()
  }

  /** The receiver may have been switched on, or have got room: the next character sets out. */
  advance(): void {
    const { host, ready } = this.#options
    if (this.#state.coming || this.#state.pieces.length === 0 || !ready()) return
    this.#state.coming = true
    this.#timer.set(host.clock() + Math.ceil(this.characterTime))
  }

  /** The guest has read a character. */
  heard(): void {
    this.#state.heard = true
  }

  /**
   * The guest has cleared its receiver, unread characters and all. Before it has read a first one that is part of
   * setting the UART up: nobody was listening yet, so they come again. Later they are gone, as it wants them to be.
   */
  cleared(unread: readonly number[]): void {
    if (this.#state.heard || unread.length === 0) return
    const [first] = this.#state.pieces
    if (first !== undefined) this.#state.pieces[0] = first.subarray(this.#state.through)
    this.#state.pieces.unshift(Uint8Array.from(unread))
    this.#state.through = 0
  }

  /** After a reset; what the host has sent and the receiver has not taken still waits. */
  reset(): void {
    this.#state.coming = this.#state.heard = false
    this.#timer.cancel()
    this.advance()
  }

  #arrive(): void {
    this.#state.coming = false
    const [piece] = this.#state.pieces
    if (piece === undefined || !this.#options.ready()) return
    const byte = piece[this.#state.through++] as number
    if (this.#state.through === piece.length) {
      this.#state.pieces.shift()
      this.#state.through = 0
    }
    this.#options.take(byte)
    this.advance()
  }
}
