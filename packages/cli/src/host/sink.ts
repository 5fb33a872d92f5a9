/** Where bytes leave the process: a descriptor, and what its reader has not taken yet. */
import { constants, fstatSync, openSync, writeSync } from 'node:fs'
import { isatty } from 'node:tty'

/** Bytes that come together before they leave; the least that a buffer holds. */
export const capacity: number = 1 << 16
/** Bytes that are kept for a reader before the writer has to wait for it. */
const most = 1 << 28
/** Milliseconds that one flush waits for a reader that is at it, and between two looks. */
const [turn, glance] = [10, 0.1]

/** Bytes that wait, and where they begin and end in there. */
export interface Kept {
  readonly bytes: Uint8Array
  readonly span: Int32Array
}

/**
 * Writes to a pipe or terminal do not wait for its reader where the system can do so (Linux): what it does not take is
 * kept in order, `backlog` tells how much, and the next flush tries again. So signals are heard meanwhile. Plain
 * files take everything at once. Nothing throws.
 */
export abstract class Sink {
  /** Nothing is written any more; the reason, if it is an error. */
  #closed = false
  readonly #fd: number
  /** Where bytes wait, as long as there are few; and where they do at present. */
  #home: Kept = { bytes: Buffer.allocUnsafe(capacity), span: new Int32Array(2) }
  #kept: Kept = this.#home
  /** The last flush has not got rid of everything; it has of a part, so that nothing else may come in between. */
  #behind = false
  #cut = false
  /** The reader took nothing at all in a whole turn. */
  #stuck = false
  /** Another sink that leads to the same pipe. */
  #twin: Sink | undefined

  constructor(fd: number) {
    this.#fd = withoutWaiting(fd)
  }

  /** Nothing can be written any more, for this error of the operating system. */
  protected abstract failed(error: unknown): void
  /** Called before bytes leave. */
  beforeWrite: () => void = () => {}

  /** Both lead to the same reader: none begins in the middle of what the other has to say. */
  static pair(one: Sink, other: Sink): void {
    one.#twin = other
    other.#twin = one
  }

  /** What waits to be written is kept there from now on, where another thread can find it: `capacity` bytes of it. */
  protected keepIn(home: Kept): void {
    this.#kept = this.#home = home
  }

  get #waiting(): number {
    const { span } = this.#kept
    return (span[1] as number) - (span[0] as number)
  }

  /** Bytes that were flushed, and that the reader has not taken yet. */
  get backlog(): number {
    return this.#behind ? this.#waiting : 0
  }

  write(data: Uint8Array | string): void {
    let bytes = typeof data === 'string' ? Buffer.from(data) : data
    if (bytes.length > this.#room) this.flush()
    while (bytes.length > this.#room && !this.#closed) {
      if (bytes.length > capacity && this.#waiting === 0 && this.#mayBegin()) {
        this.beforeWrite()
        bytes = bytes.subarray(this.#send(bytes))
        this.#cut = this.#behind = bytes.length > 0
      }
      if (bytes.length > this.#room) bytes = bytes.subarray(this.#keep(bytes))
    }
    if (!this.#closed) this.#put(bytes)
  }

  /** Bytes that the buffer has room for, at its end. */
  get #room(): number {
    const { bytes, span } = this.#kept
    return bytes.length - (span[1] as number)
  }

  #put(bytes: Uint8Array): void {
    const { bytes: kept, span } = this.#kept
    const end = span[1] as number
    kept.set(bytes, end)
    span[1] = end + bytes.length
  }

  /** Makes room for these bytes, or takes as many of them as there is room for and waits; how many it took. */
  #keep(bytes: Uint8Array): number {
    if (this.makeRoom(bytes.length)) return 0
    const { bytes: kept, span } = this.#kept
    kept.copyWithin(0, span[0] as number, span[1])
    span.set([0, this.#waiting])
    const fitting = Math.min(this.#room, bytes.length)
    this.#put(bytes.subarray(0, fitting))
    if (fitting < bytes.length) this.settle(Number.POSITIVE_INFINITY, capacity / 2)
    return fitting
  }

  /** Room for so many more bytes, without waiting for the reader; false: there is none to be had. */
  protected makeRoom(bytes: number): boolean {
    const needed = this.#waiting + bytes
    if (needed > most) return false
    const { bytes: old, span } = this.#kept
    this.#kept = { bytes: Buffer.allocUnsafe(2 * needed), span: new Int32Array(2) }
    this.#put(old.subarray(span[0], span[1]))
    span.fill(0)
    return true
  }

  /** Hands to the operating system what the reader takes. */
  flush(): void {
    if (this.#waiting === 0) return
    this.#behind = true
    if (!this.#mayBegin()) return
    this.beforeWrite()
    const { bytes, span } = this.#kept
    const from = span[0] as number
    this.#send(bytes.subarray(from, span[1]), done => {
      span[0] = from + done
    })
    if (this.#closed || this.#waiting === 0) this.#empty()
    else this.#cut = true
  }

  /** Lets the twin finish what it has begun. */
  #mayBegin(): boolean {
    const twin = this.#twin
    if (twin === undefined || !twin.#cut) return true
    twin.flush()
    return !twin.#cut
  }

  #empty(): void {
    this.#kept.span.fill(0)
    this.#kept = this.#home
    this.#behind = this.#cut = this.#stuck = false
  }

  /**
   * Flushes, and waits until no more than so many bytes are left, as long as the reader takes some within `patience`
   * (milliseconds). Nothing else happens meanwhile.
   */
  settle(patience: number = Number.POSITIVE_INFINITY, left = 0): void {
    let [moved, before] = [performance.now(), Number.POSITIVE_INFINITY]
    for (;;) {
      this.flush()
      const now = performance.now()
      if (this.#waiting <= left) return
      if (this.#waiting < before) moved = now
      if (now - moved >= patience) return
      before = this.#waiting
      pause(2)
    }
  }

  /** The reader is not waited for any longer, nothing is written any more; gives how many bytes are lost. */
  drop(): number {
    const lost = this.#waiting
    this.#closed = true
    this.#empty()
    return lost
  }

  /** Sends as many as are taken in one turn; how many. */
  #send(bytes: Uint8Array, sent: (done: number) => void = () => {}): number {
    const end = this.#stuck ? 0 : performance.now() + turn
    let done = 0
    while (done < bytes.length && !this.#closed) {
      try {
        done += writeSync(this.#fd, bytes, done)
        this.#stuck = false
        sent(done)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          this.#closed = true
          this.failed(error)
        } else if (performance.now() < end) pause(glance)
        else {
          this.#stuck = done === 0
          break
        }
      }
    }
    return done
  }

  /** Writes at once, if nothing waits. */
  overlay(text: string): void {
    if (!this.#behind) this.#send(Buffer.from(text))
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))
function pause(milliseconds: number): void {
  Atomics.wait(sleeper, 0, 0, milliseconds)
}

const { O_WRONLY, O_NONBLOCK = 0, O_NOCTTY = 0 } = constants
/** Device number of a pseudo terminal's other side: whoever opens it makes a new one. */
const multiplexer = 0x502

/**
 * Another descriptor of the same pipe or terminal, of which writes do not wait; whoever shares the first notices
 * nothing. The same descriptor for everything else, and where there is no way to do so.
 */
function withoutWaiting(fd: number): number {
  try {
    const found = fstatSync(fd)
    if (!found.isFIFO() && !(isatty(fd) && found.rdev !== multiplexer)) return fd
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    return fd
  }
}
