/** The machine's console and the host's: output on its way out, input on its way in. */
import type { Machine } from '@guestscope/core'
import type { SerialChoice } from '../args/value-types.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { note } from '../report.ts'
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

export interface SerialOptions {
  readonly choice: SerialChoice
  /** Text that is waited for. */
  readonly expected: string | undefined
  /** Semihosting calls are served: they have standard input and output, too, wherever the serial port leads. */
  readonly semihosting: boolean
  /** Say nothing of keys. */
  readonly quiet: boolean
}

export class Serial {
  readonly #host: Host
  readonly #options: SerialOptions
  readonly #events: SerialEvents
  readonly #watch: TextWatch | undefined
  readonly #write: (bytes: Uint8Array) => void
  #listening = false
  #ended = false
  /** Input that semihosting calls have not read yet. */
  #unread: Uint8Array[] = []

  /** Throws a `CommandError` if the file for the output cannot be created. */
  constructor(host: Host, options: SerialOptions, events: SerialEvents) {
    const { choice, expected } = options
    this.#host = host
    this.#options = options
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
    this.#look(bytes)
  }

  /** Bytes from a semihosting call. */
  print(bytes: Uint8Array): void {
    this.#host.stdout.write(bytes)
    this.#look(bytes)
  }

  #look(bytes: Uint8Array): void {
    if (this.#watch !== undefined && !this.#watch.found && this.#watch.push(bytes)) this.#events.found()
  }

  /** Can there still be input on which somebody waits: for an interrupt, or in a semihosting call? */
  mayWake(machine: Machine): boolean {
    const { choice } = this.#options
    return this.#open && (choice === 'stdio' || machine.cpus.some(cpu => cpu.unfinished?.waits === true))
  }

  /** Standard input is of use and has not ended. */
  get #open(): boolean {
    const { choice, semihosting } = this.#options
    return (choice === 'stdio' || semihosting) && !this.#ended && this.#host.input.kind !== 'none'
  }

  #receive(machine: Machine, bytes: Uint8Array): void {
    const { choice, semihosting } = this.#options
    if (choice === 'stdio') machine.input(bytes)
    if (semihosting) this.#unread.push(bytes)
  }

  /** Input that is all there already goes in before the first instruction: then it is the same in every run. */
  feed(machine: Machine): void {
    if (!this.#open || this.#host.input.kind !== 'file') return
    this.#receive(machine, this.#host.input.readAll())
    this.#ended = true
  }

  /** What a semihosting call reads, independently of the serial port; undefined: none has come yet. */
  read(length: number): Uint8Array | undefined {
    const [first] = this.#unread
    if (first === undefined) return this.#open ? undefined : new Uint8Array()
    const bytes = first.subarray(0, length)
    if (bytes.length < first.length) this.#unread[0] = first.subarray(bytes.length)
    else this.#unread.shift()
    return bytes.length > 0 ? bytes : this.read(length)
  }

  /** Begins to take input, unless it does already. */
  listen(machine: Machine): void {
    if (this.#listening || !this.#open) return
    this.#listening = true
    const { input, stderr } = this.#host
    const send = (bytes: Uint8Array): void => {
      this.#receive(machine, bytes)
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
    const terminal = input.kind === 'terminal'
    if (terminal && stderr.isTerminal && !this.#options.quiet)
      note(stderr, 'Ctrl-A x leaves, Ctrl-A h lists the other keys.')
    input.open(terminal ? bytes => keys.push(bytes) : send, () => {
      this.#ended = true
      this.#events.changed()
    })
  }

  close(): void {
    if (this.#listening) this.#host.input.close()
  }
}
