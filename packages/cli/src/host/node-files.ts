import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { resolve } from 'node:path'
import type { GuestFiles, InputFile } from '@guestscope/core'
import { CommandError, cannotWrite, notTaken, systemProblem } from '../errors.ts'
import { FileUses } from './file-uses.ts'
import type { Files, WritableFile } from './host.ts'
import { Sink } from './sink.ts'

export class NodeFiles implements Files {
  readonly #created = new Map<string, NodeFile>()
  readonly #uses = new FileUses()

  read(path: string, what: string): Uint8Array {
    const as = what.replace(/^The file$/, 'input of a plugin').replace(/^The /, 'the ')
    this.#uses.checkRead(path, as)
    try {
      const fd = openSync(path, 'r')
      try {
        const bytes = fstatSync(fd).isFile() ? readFileSync(fd) : readStream(fd, what, path)
        this.#uses.read(path, as)
        return bytes
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      throw error instanceof CommandError ? error : cannotRead(what, path, error)
    }
  }

  exists(path: string): boolean {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  }

  open(path: string): InputFile {
    const guarded = <T>(work: () => T): T => {
      try {
        return work()
      } catch (error) {
        throw cannotRead('The file', path, error)
      }
    }
    this.#uses.checkRead(path, 'input of a plugin')
    const fd = guarded(() => openSync(path, 'r'))
    this.#uses.read(path, 'input of a plugin')
    return {
      read: limit => {
        const bytes = new Uint8Array(limit)
        return bytes.subarray(
          0,
          guarded(() => readSync(fd, bytes)),
        )
      },
    }
  }

  create(path: string, by: string): WritableFile {
    this.#uses.checkWrite(path, by)
    const full = fullPath(path)
    const known = this.#created.get(full)
    if (known !== undefined) return known
    const file = new NodeFile(path)
    this.#created.set(full, file)
    this.#uses.wrote(path, by)
    return file
  }

  makeFolder(path: string): void {
    try {
      mkdirSync(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST' && statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
      const problem = code === 'EEXIST' ? 'a file is called so' : inDirectory(error)
      throw new CommandError(
        'file/create',
        `The folder '${path}' cannot be made: ${problem}.`,
        'Choose another place.',
        { cause: error },
      )
    }
  }

  async folder(path: string, limit: number): Promise<GuestFiles> {
    const { NodeGuestFiles } = await import('./node-guest-files.ts')
    try {
      return new NodeGuestFiles(path, limit)
    } catch (error) {
      throw new CommandError(
        'file/folder',
        `The folder '${path}' cannot be used: ${isNoFolder(error) ? 'it is a file' : systemProblem(error)}.`,
        'Name one that exists.',
        { cause: error },
      )
    }
  }

  flush(): void {
    for (const file of this.#created.values()) file.flush()
  }

  /** Flushes all files, and waits for the readers of pipes. */
  settle(): void {
    for (const file of this.#created.values()) file.settle()
  }

  get backlog(): number {
    return [...this.#created.values()].reduce((sum, { backlog }) => sum + backlog, 0)
  }

  giveUp(): CommandError[] {
    return [...this.#created.values()].flatMap(file => file.giveUp())
  }

  get failures(): CommandError[] {
    return [...this.#created.values()].flatMap(({ failure }) => failure ?? [])
  }
}

/** Bytes that a pipe or a device may have: they do not say how many are to come. */
const longestStream = 256 << 20

function readStream(fd: number, what: string, path: string): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let left = longestStream; ; ) {
    const chunk = new Uint8Array(1 << 16)
    const length = readSync(fd, chunk)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, length))
    left -= length
    if (left < 0)
      throw new CommandError(
        'file/endless',
        `${what} '${path}' is no plain file, and does not end after ${longestStream >> 20} MiB.`,
        'Name a file, or a pipe that gives less.',
      )
  }
}

const cannotRead = (what: string, path: string, error: unknown): CommandError =>
  new CommandError(
    'file/read',
    `${what} '${path}' cannot be read: ${systemProblem(error)}.`,
    'Check the path.',
    { cause: error },
  )

/** Why something cannot be made in its directory. */
const inDirectory = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'its directory does not exist' : systemProblem(error)

const isNoFolder = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOTDIR'

/** One name for a file, however it is spelt. */
function fullPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path) // not there yet
  }
}

class NodeFile extends Sink implements WritableFile {
  failure: CommandError | undefined
  readonly #path: string
  readonly #fd: number

  constructor(path: string) {
    const fd = opened(path)
    super(fd)
    this.#fd = fd
    this.#path = path
  }

  protected override failed(error: unknown): void {
    this.failure = cannotWrite(this.#name, error)
    closeSync(this.#fd)
  }

  giveUp(): CommandError[] {
    return this.backlog > 0 ? [notTaken(this.#name, this.drop())] : []
  }

  get #name(): string {
    return `The file '${this.#path}'`
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new CommandError(
      'file/create',
      `The file '${path}' cannot be written: ${inDirectory(error)}.`,
      'Choose another place.',
      { cause: error },
    )
  }
}
