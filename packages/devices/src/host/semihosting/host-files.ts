/** The host's sides of the files that the guest has opened. A snapshot does not hold them: they are opened when used. */
import { type CpuHost, Errno, type GuestFile, type GuestFileMode, type GuestFiles } from '@guestscope/core'
import { Cost, failed, type OpenFile } from './operations.ts'

/** Magic and feature bits: SYS_EXIT_EXTENDED; separate stdout and stderr. */
const features = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 3)
/** Name of the file that says what is implemented. */
const featuresName = ':semihosting-features'

const featureFile: GuestFile = {
  read: (position, length) => features.slice(position, position + length),
  write: () => {
    throw failed(Errno.badHandle)
  },
  size: () => features.length,
  close: () => {},
}

export class HostFiles {
  readonly #machine: CpuHost
  readonly #open = new Map<OpenFile, GuestFile>()

  constructor(machine: CpuHost) {
    this.#machine = machine
  }

  /** What the host lets the guest use. */
  get folder(): GuestFiles {
    const files = this.#machine.semihostingHost?.files
    if (!files) throw failed(Errno.noEntry)
    this.#machine.charge(Cost.file)
    return files
  }

  open(name: string, mode: GuestFileMode): OpenFile {
    if (name === featuresName && mode !== 'r') throw failed(Errno.access)
    const opened: OpenFile = { kind: 'file', name, mode, position: 0 }
    this.#open.set(opened, this.#hostOpen(name, mode))
    return opened
  }

  of(opened: OpenFile): GuestFile {
    const known = this.#open.get(opened)
    if (known) return known
    // It was open in a snapshot: it must not be emptied again.
    const file = this.#hostOpen(opened.name, opened.mode[0] === 'w' ? 'r+' : opened.mode)
    this.#open.set(opened, file)
    return file
  }

  close(opened: OpenFile): void {
    const file = this.#open.get(opened)
    this.#open.delete(opened)
    this.#machine.charge(Cost.file)
    file?.close()
  }

  closeAll(): void {
    for (const file of this.#open.values()) file.close()
    this.#open.clear()
  }

  #hostOpen(name: string, mode: GuestFileMode): GuestFile {
    return name === featuresName ? featureFile : this.folder.open(name, mode)
  }
}
