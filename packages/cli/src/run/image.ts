/** Finds out what an image is and which guest it is for. */
import { ImageError, type ImageExpectation, type LoadedImage, loadElf } from '@guestscope/core'
import type { MachineChoice } from '../commands/options.ts'
import { CommandError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { type CpuModel, type Guest, guestByName, guests, type LoadedGuest, pick } from './guests.ts'

export interface Program {
  readonly image: LoadedImage
  readonly guest: Guest
  readonly cpu: CpuModel
  readonly loaded: LoadedGuest
}

/** Reads the image and chooses guest and CPU. Errors name the file. */
export async function openProgram(host: Host, path: string, choice: MachineChoice): Promise<Program> {
  const asked = choice.target === undefined ? undefined : guestByName(choice.target)
  const bytes = host.files.read(path, 'The image')
  const guest = asked ?? guestOf(bytes)
  const image = naming(path, () => loadElf(bytes, guest ?? anyGuest(bytes)))
  if (guest === undefined) throw new Error('an image that no guest runs was accepted')
  const loaded = await guest.load()
  return { image, guest, loaded, cpu: pick('cpu', choice.cpu, loaded.cpus) }
}

/** ELF header: EI_CLASS, e_machine. */
const bitsOf = (file: Uint8Array): 32 | 64 => (file[4] === 1 ? 32 : 64)
const machineOf = (file: Uint8Array): number => (file[18] ?? 0) | ((file[19] ?? 0) << 8)

/** The guest that the file is for, if it is an ELF file at all. */
function guestOf(file: Uint8Array): Guest | undefined {
  return guests.find(guest => guest.machine === machineOf(file) && guest.bits === bitsOf(file))
}

/** With this expectation the reader says what is wrong with a file that is for none of the guests. */
function anyGuest(file: Uint8Array): ImageExpectation {
  return { machine: -1, bits: bitsOf(file), name: guests.map(guest => guest.name).join(' or ') }
}

/** Puts the file's name before errors about an image. */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    const problem = error.message.slice(0, -error.hint.length).trimEnd()
    throw new CommandError(error.code, `${path}: ${problem}`, error.hint, { cause: error })
  }
}
