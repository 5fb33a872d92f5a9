/** Files of one folder for a guest. No name leads out of it, nor does a symbolic link. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Errno, type GuestFile, GuestFileError, type GuestFileMode, type GuestFiles } from '@guestscope/core'

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW = 0 } = constants
const flags: Readonly<Record<GuestFileMode, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  a: O_WRONLY | O_CREAT | O_APPEND,
  'a+': O_RDWR | O_CREAT | O_APPEND,
}

const numbers: Readonly<Record<string, number>> = {
  ENOENT: Errno.noEntry,
  ENOTDIR: Errno.noEntry,
  EPERM: Errno.notPermitted,
  EACCES: Errno.access,
  ELOOP: Errno.access,
  EEXIST: Errno.exists,
  EISDIR: Errno.isFolder,
  EBADF: Errno.badHandle,
  EMFILE: Errno.tooManyFiles,
  EROFS: Errno.readOnly,
  ENOSPC: Errno.noSpace,
  EDQUOT: Errno.noSpace,
  EFBIG: Errno.tooLarge,
  EINVAL: Errno.invalid,
  ERR_OUT_OF_RANGE: Errno.invalid,
}

/** Does it; errors of the operating system become errors for the guest. */
function tried<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof GuestFileError || typeof code !== 'string') throw error
    throw new GuestFileError(numbers[code] ?? Errno.io, (error as Error).message)
  }
}

/** What a new file counts as, be it empty: a block of the disk. */
const newFile = 4096

/** What a guest may write, in bytes. */
class Allowance {
  readonly #limit: number
  #left: number

  constructor(limit: number) {
    this.#limit = limit
    this.#left = limit
  }

  take(bytes: number): void {
    if (bytes > this.#left)
      throw new GuestFileError(
        Errno.noSpace,
        `it would get past the ${this.#limit} bytes that --semihosting-limit allows.`,
      )
    this.#left -= bytes
  }
}

export class NodeGuestFiles implements GuestFiles {
  readonly #root: string
  readonly #allowance: Allowance

  /** `limit`: bytes that may be written in all. Throws what the operating system does if there is no such folder. */
  constructor(path: string, limit: number) {
    this.#allowance = new Allowance(limit)
    this.#root = realpathSync(path)
    if (!statSync(this.#root).isDirectory())
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' })
  }

  open(name: string, mode: GuestFileMode): GuestFile {
    return tried(() => {
      const path = this.#pathOf(name)
      if (!this.#checkFile(path) && mode[0] !== 'r') this.#allowance.take(newFile)
      return new NodeGuestFile(openSync(path, flags[mode] | O_NOFOLLOW, 0o666), mode, this.#allowance)
    })
  }

  remove(name: string): void {
    tried(() => {
      const path = this.#pathOf(name)
      this.#checkFile(path)
      unlinkSync(path)
    })
  }

  rename(from: string, to: string): void {
    tried(() => {
      const paths = [this.#pathOf(from), this.#pathOf(to)] as const
      for (const path of paths) this.#checkFile(path)
      renameSync(...paths)
    })
  }

  /** Where a file is, or would be: its folder without symbolic links. */
  #pathOf(name: string): string {
    if (name === '') throw new GuestFileError(Errno.noEntry, 'no name')
    if (name.includes('\0')) throw new GuestFileError(Errno.invalid, 'a name with a zero byte')
    const path = resolve(this.#root, name)
    if (path === this.#root) throw new GuestFileError(Errno.isFolder, 'the folder itself')
    this.#checkBelow(path)
    const folder = realpathSync(dirname(path))
    if (folder !== this.#root) this.#checkBelow(folder)
    return join(folder, basename(path))
  }

  #checkBelow(path: string): void {
    const way = relative(this.#root, path)
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw new GuestFileError(Errno.access, `${path} lies outside ${this.#root}`)
  }

  /** Only plain files: not links, which may lead anywhere, not devices or pipes, which may wait for ever. Is there one? */
  #checkFile(path: string): boolean {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (found === undefined || found.isFile()) return found !== undefined
    throw new GuestFileError(found.isDirectory() ? Errno.isFolder : Errno.access, `${path} is no plain file`)
  }
}

class NodeGuestFile implements GuestFile {
  readonly #fd: number
  readonly #mode: GuestFileMode
  readonly #allowance: Allowance

  constructor(fd: number, mode: GuestFileMode, allowance: Allowance) {
    this.#fd = fd
    this.#mode = mode
    this.#allowance = allowance
  }

  read(position: number, length: number): Uint8Array {
    return tried(() => {
      const bytes = new Uint8Array(length)
      return bytes.subarray(0, readSync(this.#fd, bytes, 0, length, position))
    })
  }

  write(position: number, bytes: Uint8Array): void {
    const at = this.#mode.startsWith('a') ? null : position
    tried(() => {
      // What is skipped will be zeros.
      const skipped = at === null ? 0 : Math.max(at - fstatSync(this.#fd).size, 0)
      this.#allowance.take(skipped + bytes.length)
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.#fd, bytes, done, bytes.length - done, at === null ? null : at + done)
    })
  }

  size(): number {
    return tried(() => fstatSync(this.#fd).size)
  }

  close(): void {
    tried(() => closeSync(this.#fd))
  }
}
