/** The machine's console and the host's: output on its way out, input on its way in. */
import { type GuestMachine, TextWatch } from '@guestscope/machine'
import type { SerialChoice } from '../args/value-types.ts'
import type { Host, WritableFile } from '../host/host.ts'
import { note } from '../report.ts'
import { KeyFilter, keyHelp } from './keys.ts'

/** What the run has to know of the console. */
export interface SerialEvents {
  /** The text that was waited for has come. */
  found(): void
  /** The user wants to leave. */
  leave(): void
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

/** Takes the input. */
type Guest = Pick<GuestMachine, 'send' | 'endInput'>

export class Serial {
  readonly #host: Host
  readonly #options: SerialOptions
  readonly #events: SerialEvents
  readonly #watch: TextWatch | undefined
  #output: Pick<WritableFile, 'write'> = { write: () => {} }
  #listening = false
  #ended = false

  constructor(host: Host, options: SerialOptions, events: SerialEvents) {
    this.#host = host
    this.#options = options
    this.#events = events
    this.#watch = options.expected === undefined ? undefined : new TextWatch(options.expected)
  }

  /** Connects the output. Throws a `CommandError` if the file for it cannot be created. */
  connect(): void {
    const { choice } = this.#options
    if (choice === 'none') return
    this.#output = choice === 'stdio' ? this.#host.stdout : this.#host.files.create(choice.file, '--serial')
  }

  /** Bytes from the guest. */
  write(bytes: Uint8Array): void {
    this.#output.write(bytes)
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

  /** Standard input is of use and has not ended. */
  get open(): boolean {
    const { choice, semihosting } = this.#options
    return (choice === 'stdio' || semihosting) && !this.#ended && this.#host.input.kind !== 'none'
  }

  /** Input that is all there already goes in before the first instruction: then it is the same in every run. */
  feed(guest: Guest): void {
    if (!this.open || this.#host.input.kind !== 'file') return
    guest.send(this.#host.input.readAll())
    this.#end(guest)
  }

  #end(guest: Guest): void {
    this.#ended = true
    guest.endInput()
  }

  /** Begins to take input, unless it does already. */
  listen(guest: Guest): void {
    if (this.#listening || !this.open) return
    this.#listening = true
    const { input, stderr } = this.#host
    const send = (bytes: Uint8Array): void => guest.send(bytes)
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
    input.open(terminal ? bytes => keys.push(bytes) : send, () => this.#end(guest))
  }

  close(): void {
    if (this.#listening) this.#host.input.close()
  }
}
