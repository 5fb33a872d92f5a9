import { closeSync, mkdirSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import type { GuestFiles, InputFile } from '@guestscope/core'
import { CommandError, cannotWrite, systemProblem } from '../errors.ts'
import type { Files, WritableFile } from './host.ts'

export class NodeFiles implements Files {
  readonly #created = new Map<string, NodeFile>()

  read(path: string, what: string): Uint8Array {
    try {
      return readFileSync(path)
    } catch (error) {
      throw cannotRead(what, path, error)
    }
  }

  open(path: string): InputFile {
    const guarded = <T>(work: () => T): T => {
      try {
        return work()
      } catch (error) {
        throw cannotRead('The file', path, error)
      }
    }
    const fd = guarded(() => openSync(path, 'r'))
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

  gunzip(bytes: Uint8Array): Uint8Array {
    // Loaded here alone: it would make every start longer.
    return process.getBuiltinModule('node:zlib').gunzipSync(bytes)
  }

  create(path: string): WritableFile {
    const full = resolve(path)
    const known = this.#created.get(full)
    if (known !== undefined) return known
    const file = new NodeFile(path)
    this.#created.set(full, file)
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

  get failures(): CommandError[] {
    return [...this.#created.values()].flatMap(({ failure }) => failure ?? [])
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

/** Characters that are collected before they go to the file. */
const batch = 1 << 16

class NodeFile implements WritableFile {
  failure: CommandError | undefined
  readonly #path: string
  readonly #fd: number
  #chunks: Uint8Array[] = []
  #pending = 0

  constructor(path: string) {
    this.#path = path
    try {
      this.#fd = openSync(path, 'w')
    } catch (error) {
      throw new CommandError(
        'file/create',
        `The file '${path}' cannot be written: ${inDirectory(error)}.`,
        'Choose another place.',
        { cause: error },
      )
    }
  }

  write(data: Uint8Array | string): void {
    if (this.failure !== undefined) return
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    this.#chunks.push(bytes)
    this.#pending += bytes.length
    if (this.#pending >= batch) this.#send()
  }

  flush(): void {
    this.#send()
  }

  #send(): void {
    const bytes = Buffer.concat(this.#chunks)
    this.#chunks = []
    this.#pending = 0
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    } catch (error) {
      this.failure = cannotWrite(`The file '${this.#path}'`, error)
      closeSync(this.#fd)
    }
  }
}
