/** Everything that the command line wants of the computer that it runs on, as small interfaces. */
import type { GuestFiles, InputFile } from '@guestscope/core'
import type { HostClock } from '@guestscope/machine'
import type { CommandError } from '../errors.ts'

/** A stream of bytes out. Nothing is written before `flush` or before much has come together; nothing throws. */
export interface Output {
  readonly isTerminal: boolean
  /** Nobody reads any more; what is written now is lost. */
  readonly gone: boolean
  /** Something could not be written (`file/write`), and nothing has been since. */
  readonly failure: CommandError | undefined
  write(data: Uint8Array | string): void
  /** Hands everything to the operating system. */
  flush(): void
  /** The last line is not finished. */
  readonly midLine: boolean
  /** Called before bytes leave. */
  beforeWrite: () => void
  /** Writes at once, beside the stream: `midLine` and `beforeWrite` do not notice. */
  overlay(text: string): void
  /** Bytes that were flushed and that the reader has not taken yet: kept for the next flush. Absent: it takes all. */
  readonly backlog?: number
  /** Does not wait for a reader that has a backlog: gives what is lost (`file/write`), and writes nothing any more. */
  giveUp?(): CommandError[]
}

/** A file being written. Errors wait in `Files.failures`, so that they never surface inside a guest or a plugin. */
export interface WritableFile {
  write(data: Uint8Array | string): void
  flush(): void
}

export interface Files {
  /**
   * A whole file. Throws a `CommandError` (`file/…`) that says what is wrong; `what` names it in the message. What is no
   * plain file (a pipe, `/dev/zero`) may have 256 MiB.
   */
  read(path: string, what: string): Uint8Array
  /** Is there a plain file of this name? */
  exists(path: string): boolean
  /** Opens a file or pipe to be read piece by piece; throws a `CommandError` (`file/read`), also later. */
  open(path: string): InputFile
  /**
   * Creates or empties a file; throws a `CommandError`: `file/create`, or `file/in-use` if anybody but `by` (`--stats-json`,
   * `plugin traps`) writes to it, or it has been read. The same path gives the same file.
   */
  create(path: string, by: string): WritableFile
  /** Makes a folder if it is missing; throws a `CommandError` (`file/create`). */
  makeFolder(path: string): void
  /** A folder for the guest, which may write so many bytes. Throws a `CommandError` (`file/folder`) if there is none. */
  folder(path: string, limit: number): Promise<GuestFiles>
  /** Flushes all files created. */
  flush(): void
  /** As an `Output` has them, of all files together: some may be pipes. */
  readonly backlog?: number
  giveUp?(): CommandError[]
  /** What could not be written so far: one `CommandError` (`file/write`) for each file. */
  readonly failures: readonly CommandError[]
}

/** Where input comes from: a terminal, a file that is all there, something that sends when it likes, nowhere. */
export type InputKind = 'terminal' | 'file' | 'stream' | 'none'

export interface Input {
  readonly kind: InputKind
  /** All of a `file`. */
  readAll(): Uint8Array
  /** Starts to listen; `ended` comes once. A terminal sends each key as it is pressed, without echo. */
  open(received: (bytes: Uint8Array) => void, ended: () => void): void
  /** Stops listening and gives the terminal back as it was. */
  close(): void
}

/** Requests from outside to end. */
export interface Signals {
  /** Calls back at each of SIGINT, SIGTERM, SIGHUP, SIGQUIT, with the exit status that belongs to it; returns how to stop. */
  listen(callback: (status: number, name: string) => void): () => void
}

/** Errors that nothing has caught: of timers and promises. */
export interface Strays {
  /** Calls back at each instead of ending the process; returns how to stop. */
  listen(callback: (error: unknown) => void): () => void
}

export interface Host {
  readonly stdout: Output
  readonly stderr: Output
  readonly input: Input
  readonly files: Files
  readonly clock: HostClock
  readonly signals: Signals
  readonly strays: Strays
  /** Directory that plugins are looked up from. */
  readonly directory: string
  /**
   * Code that is not ours begins to run, and `what` is to be said if it never comes back (`plugin spin did not return
   * from install`); empty: it has come back.
   */
  readonly doing?: (what: string) => void
  /** The run is over and has reported; now its readers are waited for. */
  readonly delivering?: () => void
}
