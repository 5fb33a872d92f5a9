/** Finds out what an image is and which guest it is for. */
import { ImageError, type LoadedImage, type PluginApi } from '@guestscope/core'
import {
  type ElfFile,
  type ImageExpectation,
  isElf,
  isHex,
  loadElf,
  loadHex,
  loadRaw,
  readElf,
} from '@guestscope/images'
import type { MachineChoice } from '../commands/options.ts'
import { CommandError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { checkNames, type Guest, guestByName, guests, guestWith, type LoadedGuest } from './guests.ts'

/** A program and the file that it comes from. */
export interface ProgramFile {
  readonly path: string
  /** The whole file. */
  readonly bytes: Uint8Array
  readonly image: LoadedImage
}

export interface Program extends ProgramFile {
  readonly guest: Guest
  readonly loaded: LoadedGuest
}

/** Reads the image and chooses the guest. Errors name the file. */
export async function openProgram(
  host: Host,
  path: string,
  choice: MachineChoice,
  board?: string,
): Promise<Program> {
  const asked = choice.target === undefined ? undefined : guestByName(choice.target)
  const bytes = host.files.read(path, 'The image')
  const { raw } = choice
  if (raw !== undefined && isElf(bytes))
    throw new CommandError(
      'usage/raw',
      `${path} is an ELF file, which says itself where it belongs.`,
      'Leave --raw out.',
    )
  const silent = raw !== undefined ? 'A raw binary' : isHex(bytes) ? 'An Intel HEX file' : undefined
  const told = silent === undefined ? guestOf(bytes) : await guestWith(board, choice.cpu)
  const guest = asked ?? told
  if (silent !== undefined && guest === undefined)
    throw new CommandError(
      'usage/target',
      `${silent} does not say which machine it is for, and ${path} is one.`,
      `Name it with --target (${guests.map(one => one.name).join(', ')}), or with a --board or --cpu that only one target has.`,
    )
  const kind = guest ?? anyGuest(bytes)
  const image = naming(path, () =>
    raw !== undefined ? loadRaw(bytes, raw, kind) : silent ? loadHex(bytes, kind) : loadElf(bytes, kind),
  )
  if (guest === undefined) throw new Error('an image that no guest runs was accepted')
  if (board !== undefined || choice.cpu !== undefined) await checkNames(guest, { board, cpu: choice.cpu })
  return { path, bytes, image, guest, loaded: await guest.load() }
}

/** The guest that the file is for, if it is an ELF file at all. */
export function guestOf(file: Uint8Array): Guest | undefined {
  const header = headerOf(file)
  return guests.find(({ machine, bits }) => machine === header?.machine && bits === header.bits)
}

/** With this expectation the reader says what is wrong with a file that is for none of the guests. */
function anyGuest(file: Uint8Array): ImageExpectation {
  const name = guests.map(guest => guest.name).join(' or ')
  return { machine: -1, bits: headerOf(file)?.bits ?? 32, name }
}

function headerOf(file: Uint8Array): ElfFile | undefined {
  try {
    return readElf(file)
  } catch {
    return undefined
  }
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

/** What plugins see of a program. */
export function programForPlugins({ path, bytes, image }: ProgramFile): PluginApi['program'] {
  return {
    name: path,
    entry: image.entry,
    segments: image.segments.map(({ virtual, physical, memorySize, executable }) => ({
      address: virtual,
      physical,
      size: memorySize,
      executable,
    })),
    symbols: () => image.symbols(),
    bytes: () => bytes,
  }
}
