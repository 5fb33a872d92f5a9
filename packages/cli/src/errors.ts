/**
 * Errors for the user. They have the shape of core's `GuestscopeError` (`code`, `hint`), without importing core: help
 * and wrong arguments must not wait for an emulator to load.
 */

/** An error of the command line itself. `problem` and `hint` are sentences; the message is both. */
export class CommandError extends Error {
  /** Stable, for programs: `usage/option-unknown`, `file/not-found` … */
  readonly code: string
  /** What to do about it. */
  readonly hint: string

  constructor(code: string, problem: string, hint: string, options?: ErrorOptions) {
    super(`${problem} ${hint}`, options)
    this.name = 'CommandError'
    this.code = code
    this.hint = hint
  }
}

/** Can the user do something about it? Everything else that is thrown is a fault of ours. */
export function isUserError(error: unknown): error is Error & { code: string; hint: string } {
  return (
    error instanceof Error &&
    typeof (error as { code?: unknown }).code === 'string' &&
    typeof (error as { hint?: unknown }).hint === 'string'
  )
}

/** What was thrown, as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An error of the operating system in words, such as `no such file`. */
export function systemProblem(error: unknown): string {
  const code = (error as { code?: unknown }).code
  return (typeof code === 'string' && systemProblems[code]) || messageOf(error)
}

const systemProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
  EPIPE: 'nobody reads it any more',
  EFBIG: 'it would be larger than the system allows',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reports an error',
  EBADF: 'it is closed',
}

/** An output did not take what was written; `what` begins the sentence: `Standard output`, `The file 'x'`. */
export const cannotWrite = (what: string, error: unknown): CommandError =>
  new CommandError(
    'file/write',
    `${what} cannot be written: ${systemProblem(error)}.`,
    'Make room there, or choose another place.',
    { cause: error },
  )

/** Bytes for an output are given up since its reader does not take them. */
export const notTaken = (what: string, bytes: number): CommandError =>
  new CommandError(
    'file/write',
    `${what} cannot be written: nobody reads it, and the last ${bytes} bytes are lost.`,
    'Let its reader read, or choose another place.',
  )
