/** Finds out what a program file is and which guest it is for, and reads what is to lie beside it. */
import { ImageError, type LoadedImage, type Program } from '@guestscope/core'
import {
  type ElfFile,
  type Guest,
  type GuestParts,
  type ImageExpectation,
  isElf,
  isHex,
  joinImages,
  loadElf,
  loadHex,
  loadRaw,
  readElf,
} from '@guestscope/images'
import { naming, UsageError } from './errors.ts'
import { checkNames, guestByName, guestsOf, guestWith, type MachineNames, type Targets } from './guests.ts'

/** A file with the name that errors and plugins call it by. */
export interface NamedFile {
  readonly name: string
  /** The whole file. It is kept, not copied. */
  readonly bytes: Uint8Array
}

/** A file; without a name it is called by the option that it is given for. */
export type SourceFile = Uint8Array | NamedFile

/** Another file for the machine's memory. */
export interface Companion {
  readonly file: SourceFile
  /** Where a raw binary belongs, physical; ELF and Intel HEX files say it themselves. */
  readonly address?: bigint
}

/** The file with its name. Throws a `UsageError` (`usage/file`) if it is none, as plain JavaScript may have it. */
export function named(file: SourceFile, option: string): NamedFile {
  if (isBytes(file)) return { name: option, bytes: file }
  if (isBytes(file?.bytes)) return file
  throw new UsageError(
    'usage/file',
    `What \`${option}\` has is no file.`,
    'Give a Uint8Array, or { name, bytes } with one; of an ArrayBuffer make one.',
  )
}

/** Of any realm: pages have frames. */
const isBytes = (value: unknown): value is Uint8Array =>
  Object.prototype.toString.call(value) === '[object Uint8Array]'

/** What decides which program is meant, and for which guest. */
export interface ProgramOptions extends MachineNames {
  readonly targets: Targets
  /** An ELF or Intel HEX file; with `raw` any bytes. */
  readonly image: SourceFile
  /** The image is a raw binary for this physical address. */
  readonly raw?: bigint | undefined
}

/** A program that has been read. */
export interface OpenedProgram extends NamedFile {
  readonly image: LoadedImage
  readonly guest: Guest
  readonly parts: GuestParts
}

/**
 * Reads a program and chooses its guest, without a machine: for disassemblers and the like. Throws a `UsageError` if the
 * guest cannot be told or is none of the targets, an `ImageError` that names the file if it is no program for it.
 */
export async function openProgram(options: ProgramOptions): Promise<OpenedProgram> {
  const { raw } = options
  const guests = guestsOf(options.targets)
  const asked = options.target === undefined ? undefined : guestByName(guests, options.target)
  const { name, bytes } = named(options.image, 'image')
  if (raw !== undefined && isElf(bytes))
    throw new UsageError(
      'usage/raw',
      `${name} is an ELF file, which says itself where it belongs.`,
      'Leave `raw` out.',
    )
  const silent = raw !== undefined ? 'A raw binary' : isHex(bytes) ? 'An Intel HEX file' : undefined
  const told =
    silent === undefined
      ? guestOf(guests, bytes)
      : guests.length === 1
        ? guests[0]
        : await guestWith(guests, options)
  const guest = asked ?? told
  if (silent !== undefined && guest === undefined)
    throw new UsageError(
      'usage/target',
      `${silent} does not say which machine it is for, and ${name} is one.`,
      `Name it with \`target\` (${guests.map(one => one.name).join(', ')}), or with a \`board\` or \`cpu\` that only one target has.`,
    )
  const kind = guest ?? anyGuest(guests, bytes)
  const image = naming(name, () =>
    raw !== undefined ? loadRaw(bytes, raw, kind) : silent ? loadHex(bytes, kind) : loadElf(bytes, kind),
  )
  if (guest === undefined) throw new Error('an image that no guest runs was accepted')
  await checkNames(guests, guest, options)
  return { name, bytes, image, guest, parts: await guest.load() }
}

/** The guest that the file is for, if it is an ELF file at all; better one of its byte order. */
export function guestOf(guests: readonly Guest[], file: Uint8Array): Guest | undefined {
  const header = headerOf(file)
  const fitting = guests.filter(({ machine, bits }) => machine === header?.machine && bits === header.bits)
  return fitting.find(({ littleEndian = true }) => littleEndian === header?.littleEndian) ?? fitting[0]
}

/** With this expectation the reader says what is wrong with a file that is for none of the guests. */
function anyGuest(guests: readonly Guest[], file: Uint8Array): ImageExpectation {
  const name = guests.map(guest => guest.name).join(' or ')
  return { machine: -1, bits: headerOf(file)?.bits ?? 32, name }
}

function headerOf(file: Uint8Array): ElfFile | undefined {
  try {
    return readElf(file)
  } catch (error) {
    if (error instanceof ImageError) return undefined
    throw error
  }
}

/** The image with all that is to lie beside it. Errors name the file. */
export function loadBeside(
  image: LoadedImage,
  companions: readonly Companion[],
  kind: ImageExpectation,
): LoadedImage {
  if (companions.length === 0) return image
  return joinImages(
    image,
    companions.map((companion, i) => readBeside(companion, kind, `load[${i}]`)),
  )
}

function readBeside({ file, address }: Companion, kind: ImageExpectation, place: string): LoadedImage {
  const { name, bytes } = named(file, place)
  const format = isElf(bytes) ? 'an ELF file' : isHex(bytes) ? 'an Intel HEX file' : undefined
  if (format !== undefined && address !== undefined)
    throw new UsageError(
      'usage/load',
      `${name} is ${format}, which says itself where it belongs.`,
      'Leave `address` out.',
    )
  if (format === undefined && address === undefined)
    throw new UsageError(
      'usage/load',
      `${name} is a raw binary, which does not say where it belongs.`,
      'Say where (`address`), such as 0x80100000.',
    )
  const image = naming(name, () => {
    if (address !== undefined) return loadRaw(bytes, address, kind)
    return isElf(bytes) ? loadElf(bytes, kind) : loadHex(bytes, kind)
  })
  const segments = image.segments.map(segment => ({
    ...segment,
    origin: segment.origin === undefined ? name : `${name}, ${segment.origin}`,
  }))
  return { ...image, segments }
}

/** What plugins see of a program. */
export function programForPlugins({
  name,
  bytes,
  image,
}: Pick<OpenedProgram, 'name' | 'bytes' | 'image'>): Program {
  return {
    name,
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
