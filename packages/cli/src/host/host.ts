/** Everything that the command line wants of the computer that it runs on, as small interfaces. */
import type { GuestFiles, InputFile } from '@guestscope/core'

/** A stream of bytes out. Nothing is written before `flush` or before much has come together. */
export interface Output {
  readonly isTerminal: boolean
  /** Nobody reads any more; what is written now is lost. */
  readonly gone: boolean
  write(data: Uint8Array | string): void
  /** Hands everything to the operating system. */
  flush(): void
  /** The last line is not finished. */
  readonly midLine: boolean
  /** Called before bytes leave. */
  beforeWrite: () => void
  /** Writes at once, beside the stream: `midLine` and `beforeWrite` do not notice. */
  overlay(text: string): void
}

/** A file being written. Errors wait for `flush`, so that they never surface inside a guest or a plugin. */
export interface WritableFile {
  write(data: Uint8Array | string): void
  /** Throws a `CommandError` (`file/write`) if anything could not be written. */
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
  /** Unpacks gzip; throws if the data are damaged; `undefined` if they are more than `most` bytes. */
  gunzip(bytes: Uint8Array, most: number): Uint8Array | undefined
  /** Creates or empties a file; throws a `CommandError` (`file/create`). The same path gives the same file. */
  create(path: string): WritableFile
  /** A folder for the guest. Throws a `CommandError` (`file/folder`) if there is none. */
  folder(path: string): Promise<GuestFiles>
  /** Flushes all files created. */
  flush(): void
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

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number
  /** Lets timers, input and signals have their turn. */
  breathe(): Promise<void>
  /** Resolves after so many milliseconds, or when the signal aborts. */
  sleep(milliseconds: number, wake: AbortSignal): Promise<void>
}

/** Requests from outside to end. */
export interface Signals {
  /** Calls back at each of SIGINT, SIGTERM, SIGHUP, with the exit status that belongs to it; returns how to stop. */
  listen(callback: (status: number, name: string) => void): () => void
}

export interface Host {
  readonly stdout: Output
  readonly stderr: Output
  readonly input: Input
  readonly files: Files
  readonly clock: Clock
  readonly signals: Signals
  /** Directory that plugins are looked up from. */
  readonly directory: string
}
