import { fstatSync } from 'node:fs'
import { isatty } from 'node:tty'
import { type CommandError, cannotWrite, notTaken } from '../errors.ts'
import type { Output } from './host.ts'
import { Sink } from './sink.ts'

/**
 * Standard output or error. Nothing is lost while its reader takes it, and nothing throws: a reader that went away
 * (EPIPE) is `gone`, everything else a `failure`. Node puts /dev/null in the place of a stream that is closed (`>&-`),
 * which is what then takes the output.
 */
export class FdOutput extends Sink implements Output {
  readonly isTerminal: boolean
  gone = false
  failure: CommandError | undefined
  midLine = false
  readonly #fd: number
  readonly #name: string

  /** `name` is for messages: `Standard output`. */
  constructor(fd: number, name: string = fd === 1 ? 'Standard output' : 'Standard error') {
    super(fd)
    this.#fd = fd
    this.#name = name
    this.isTerminal = isatty(fd)
  }

  override write(data: Uint8Array | string): void {
    if (data.length === 0) return
    const last = data[data.length - 1]
    this.midLine = last !== '\n' && last !== 10
    super.write(data)
  }

  protected override failed(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPIPE' || (code === 'EIO' && this.isTerminal)) this.gone = true
    else this.failure = cannotWrite(this.#name, error)
  }

  giveUp(): CommandError[] {
    return this.backlog > 0 ? [notTaken(this.#name, this.drop())] : []
  }

  /** Keeps order between the two if they lead to the same place (`2>&1`). */
  static override pair(one: FdOutput, other: FdOutput): void {
    try {
      const [a, b] = [fstatSync(one.#fd), fstatSync(other.#fd)]
      if (a.dev === b.dev && a.ino === b.ino) Sink.pair(one, other)
    } catch {
      // Closed.
    }
  }
}
