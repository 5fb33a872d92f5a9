/** Which plain files a run reads and writes, and who: two that write to one, or over what was read, would lose data in silence. */
import { type BigIntStats, statSync } from 'node:fs'
import { CommandError } from '../errors.ts'

interface Use {
  /** Such as `plugin exec-log`, `--stats-json`, `the image`. */
  readonly by: string
  readonly writes: boolean
}

export class FileUses {
  /** By device and number, so that links and other spellings are the same file. */
  readonly #uses = new Map<string, Use>()

  /** Throws a `CommandError` (`file/in-use`) if somebody else writes to it or has read it. To be asked before it is emptied. */
  checkWrite(path: string, by: string): void {
    const use = this.#of(path)
    if (use === undefined || (use.writes && use.by === by)) return
    throw inUse(
      `The file '${path}' cannot be written for ${by}: ${use.writes ? `${use.by} writes to it` : `it is read as ${use.by}`}.`,
    )
  }
  wrote(path: string, by: string): void {
    this.#note(path, { by, writes: true })
  }

  /** Throws a `CommandError` (`file/in-use`) if it is being written. */
  checkRead(path: string, as: string): void {
    const use = this.#of(path)
    if (use?.writes) throw inUse(`The file '${path}' cannot be read as ${as}: ${use.by} writes to it.`)
  }
  read(path: string, as: string): void {
    if (this.#of(path) === undefined) this.#note(path, { by: as, writes: false })
  }

  #of(path: string): Use | undefined {
    const stat = statOf(path)
    return stat && this.#uses.get(keyOf(stat))
  }
  #note(path: string, use: Use): void {
    const stat = statOf(path)
    if (stat) this.#uses.set(keyOf(stat), use)
  }
}

const keyOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`

/** Of a plain file: terminals, pipes and /dev/null may have several users. */
function statOf(path: string): BigIntStats | undefined {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stat?.isFile() ? stat : undefined
  } catch {
    return undefined // whoever opens it tells why
  }
}

const inUse = (problem: string): CommandError =>
  new CommandError('file/in-use', problem, 'Name another file.')
