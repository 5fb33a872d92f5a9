/** The machine's console and the host's: output on its way out, input on its way in. */
import type { Machine } from '@guestscope/core'
import type { SerialChoice } from '../args/value-types.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { KeyFilter, keyHelp } from './keys.ts'
import { TextWatch } from './text-watch.ts'

/** What the run loop has to know of the console. */
export interface SerialEvents {
  /** The text that was waited for has come. */
  found(): void
  /** The user wants to leave. */
  leave(): void
  /** Input has come, or can come no more. */
  changed(): void
}

export class Serial {
  readonly #host: Host
  readonly #choice: SerialChoice
  readonly #events: SerialEvents
  readonly #watch: TextWatch | undefined
  readonly #write: (bytes: Uint8Array) => void
  #listening = false
  #ended = false
  /** Input that was all there, and how far semihosting calls have read it. */
  #fed: Uint8Array = new Uint8Array()
  #read = 0

  /** Throws a `CommandError` if the file for the output cannot be created. */
  constructor(host: Host, choice: SerialChoice, expected: string | undefined, events: SerialEvents) {
    this.#host = host
    this.#choice = choice
    this.#events = events
    this.#watch = expected === undefined ? undefined : new TextWatch(expected)
    if (choice === 'none') this.#write = () => {}
    else {
      const to: WritableFile = choice === 'stdio' ? host.stdout : host.files.create(choice.file)
      this.#write = bytes => to.write(bytes)
    }
  }

  /** Bytes from the guest. */
  write(bytes: Uint8Array): void {
    this.#write(bytes)
    if (this.#watch !== undefined && !this.#watch.found && this.#watch.push(bytes)) this.#events.found()
  }

  /** Can there still be input? */
  get mayReceive(): boolean {
    return this.#choice === 'stdio' && !this.#ended && this.#host.input.kind !== 'none'
  }

  /** Input that is all there already goes in before the first instruction: then it is the same in every run. */
  feed(machine: Machine): void {
    if (this.#choice !== 'stdio' || this.#host.input.kind !== 'file') return
    this.#fed = this.#host.input.readAll()
    machine.input(this.#fed)
    this.#ended = true
  }

  /** What a semihosting call reads: input that was all there at the start, independently of the serial port. */
  read(length: number): Uint8Array {
    const bytes = this.#fed.subarray(this.#read, this.#read + length)
    this.#read += bytes.length
    return bytes
  }

  /** Begins to take input, unless it does already. */
  listen(machine: Machine): void {
    if (this.#listening || !this.mayReceive) return
    this.#listening = true
    const { input, stderr } = this.#host
    const send = (bytes: Uint8Array): void => {
      machine.input(bytes)
      this.#events.changed()
    }
    const keys = new KeyFilter({
      send,
      leave: () => this.#events.leave(),
      help: () => {
        stderr.write(keyHelp)
        stderr.flush()
      },
    })
    input.open(input.kind === 'terminal' ? bytes => keys.push(bytes) : send, () => {
      this.#ended = true
      this.#events.changed()
    })
  }

  close(): void {
    if (this.#listening) this.#host.input.close()
  }
}
