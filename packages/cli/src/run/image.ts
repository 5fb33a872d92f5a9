/** Finds out what an image is and which guest it is for. */
import { ImageError, type LoadedImage, loadElf } from '@guestscope/core'
import type { MachineChoice } from '../commands/options.ts'
import { CommandError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { type CpuModel, type Guest, guestByName, guestOf, type LoadedGuest, pick } from './guests.ts'

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
  const image = naming(path, () => loadElf(bytes, asked))
  const guest = asked ?? guestOf(image, path)
  const loaded = await guest.load()
  return { image, guest, loaded, cpu: pick('cpu', choice.cpu, loaded.cpus) }
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
