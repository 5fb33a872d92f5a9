/** Files of the host that guests may use: what the user has named, nothing else. */

/** Error numbers as the guest's C library knows them (newlib, picolibc, Linux). */
export const Errno = {
  notPermitted: 1,
  noEntry: 2,
  io: 5,
  badHandle: 9,
  access: 13,
  fault: 14,
  exists: 17,
  isFolder: 21,
  invalid: 22,
  tooManyFiles: 24,
  tooLarge: 27,
  noSpace: 28,
  readOnly: 30,
  notSupported: 38,
} as const

/** Why the host does not do what the guest asks. */
export class GuestFileError extends Error {
  readonly errno: number
  constructor(errno: number, message: string) {
    super(message)
    this.errno = errno
  }
}

/** How a file is opened, as `fopen` has it, always binary. */
export type GuestFileMode = 'r' | 'r+' | 'w' | 'w+' | 'a' | 'a+'

/** An open file. Every method may throw a `GuestFileError`. Positions are whole numbers up to 2^53 - 1. */
export interface GuestFile {
  /** Bytes from a position on; fewer at the end. */
  read(position: number, length: number): Uint8Array
  /** All of the bytes, or it throws. With mode `a` always at the end. */
  write(position: number, bytes: Uint8Array): void
  size(): number
  close(): void
}

/** Files by the names that the guest gives them. Every method may throw a `GuestFileError`. */
export interface GuestFiles {
  open(name: string, mode: GuestFileMode): GuestFile
  remove(name: string): void
  rename(from: string, to: string): void
}

/** What semihosting may use of the host besides the console. */
export interface SemihostingHost {
  /** Absent: no file can be opened. */
  readonly files?: GuestFiles
  /** Arguments of the program, its name first; default: none. */
  readonly commandLine?: string
  /**
   * Up to so many bytes of input; none: the input has ended; undefined: none has come yet, and the call waits, the machine with
   * it. Absent: there is none.
   */
  readonly input?: (length: number) => Uint8Array | undefined
  /** Where the console's output goes; absent: to the machine's console. */
  readonly output?: (bytes: Uint8Array) => void
}
