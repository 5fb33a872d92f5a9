import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { type CommandError, cannotWrite } from '../errors.ts'
import type { Output } from './host.ts'

const capacity = 1 << 16

/**
 * Standard output or error. Writes are synchronous, so nothing is lost however the process ends, and never throw: a
 * reader that went away (EPIPE) is `gone`, everything else a `failure`. Node puts /dev/null in the place of a stream
 * that is closed (`>&-`), which is what then takes the output.
 */
export class FdOutput implements Output {
  readonly isTerminal: boolean
  gone = false
  failure: CommandError | undefined
  midLine = false
  beforeWrite: () => void = () => {}
  readonly #fd: number
  readonly #name: string
  #buffer: Uint8Array = Buffer.allocUnsafe(capacity)
  /** Bytes that wait in the buffer, in the only element. */
  #used: Int32Array = new Int32Array(1)

  /** `name` is for messages: `Standard output`. */
  constructor(fd: number, name: string = fd === 1 ? 'Standard output' : 'Standard error') {
    this.#fd = fd
    this.#name = name
    this.isTerminal = isatty(fd)
  }

  write(data: Uint8Array | string): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    if (bytes.length === 0) return
    this.midLine = bytes[bytes.length - 1] !== 10
    if (bytes.length > capacity - this.#waiting) this.flush()
    if (bytes.length > capacity) {
      this.beforeWrite()
      return this.#send(bytes)
    }
    this.#buffer.set(bytes, this.#waiting)
    this.#used[0] = this.#waiting + bytes.length
  }

  /** What waits to be written is kept there from now on, where another thread can find it. */
  protected keepIn(place: { readonly bytes: Uint8Array; readonly used: Int32Array }): void {
    this.#buffer = place.bytes
    this.#used = place.used
  }
  get #waiting(): number {
    return this.#used[0] as number
  }

  flush(): void {
    const used = this.#waiting
    this.#used[0] = 0
    if (used === 0) return
    this.beforeWrite()
    this.#send(this.#buffer.subarray(0, used))
  }

  overlay(text: string): void {
    this.#send(Buffer.from(text))
  }

  #send(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && !this.gone && this.failure === undefined; ) {
      try {
        done += writeSync(this.#fd, bytes, done)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        // A pipe that somebody else made non-blocking, and that is full.
        if (code === 'EAGAIN') Atomics.wait(sleeper, 0, 0, 2)
        else if (code === 'EPIPE' || (code === 'EIO' && this.isTerminal)) this.gone = true
        else this.failure = cannotWrite(this.#name, error)
      }
    }
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))
