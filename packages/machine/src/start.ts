/** What a machine starts from: a program alone, or firmware with a kernel and an initial file system. */
import {
  type Board,
  type BootFiles,
  type BootPlan,
  GuestscopeError,
  ImageError,
  type LoadedImage,
} from '@guestscope/core'
import { type CpuModel, type Guest, isElf, loadElf } from '@guestscope/images'
import { naming, UsageError } from './errors.ts'
import { checkNames, guestByName, guestsOf, guestWith, type MachineNames, machineOf } from './guests.ts'
import { gunzip, isGzip } from './gunzip.ts'
import type { MemoryContents } from './options.ts'
import { guestOf, loadBeside, type NamedFile, named, openProgram, type SourceFile } from './program.ts'

/** A board with its CPU, and what is in its memory. The file is the one that plugins see. */
export interface Start extends NamedFile, BootPlan {
  readonly guest: Guest
  readonly board: Board
  readonly cpu: CpuModel
  readonly memoryBytes: number
  /** For the kernel. */
  readonly commandLine?: string
}

type Names = MachineNames & MemoryContents
type Parts = Pick<Start, 'guest' | 'board' | 'cpu'>
type BootableBoard = Board & Required<Pick<Board, 'boot'>>

/** Chooses the machine and finds places for the files; `memory`: bytes, if they were chosen. */
export async function openStart(options: Names, memory: number | undefined): Promise<Start> {
  const { image, bios, kernel } = options
  if (image === undefined) {
    if (bios === undefined && kernel === undefined) throw nothingToRun()
    return openBoot(options, memory)
  }
  const extra = bios !== undefined ? 'bios' : kernel !== undefined ? 'kernel' : undefined
  if (extra !== undefined)
    throw new UsageError(
      'usage/boot',
      `${named(image, 'image').name} is a program that the machine starts with, and so is what \`${extra}\` names.`,
      'Leave one of them out: a program for M mode needs no bios.',
    )
  const program = await openProgram({ ...options, image })
  const parts = { guest: program.guest, ...machineOf(program.parts, options) }
  return finish(options, memory, program, parts, { first: program.image })
}

const nothingToRun = (): UsageError =>
  new UsageError(
    'usage/nothing-to-run',
    'There is nothing to run.',
    'Give a program as `image`, or firmware as `bios` and a kernel as `kernel`.',
  )

async function openBoot(options: Names, memory: number | undefined): Promise<Start> {
  const guests = guestsOf(options.targets)
  if (options.raw !== undefined)
    throw new UsageError(
      'usage/raw',
      '`raw` says where `image` belongs, and there is none.',
      'Leave it out: `bios` and `kernel` take raw binaries as they are.',
    )
  const defaultMemory = async (): Promise<number> => {
    const guest = await guestFor(guests, options, undefined)
    return machineOf(await guest.load(), options).board.defaultMemory
  }
  const most = memory ?? (await defaultMemory())
  const read = async (file: SourceFile | undefined, what: string): Promise<NamedFile | undefined> =>
    file && readBootable(named(file, what), what, most)
  const bios = await read(options.bios, 'bios')
  const kernel = await read(options.kernel, 'kernel')
  const guest = await guestFor(guests, options, bios ?? kernel)
  await checkNames(guests, guest, options)
  const parts = { guest, ...machineOf(await guest.load(), options) }
  requireBoot(parts.board, '`bios` and `kernel`')
  if (bios === undefined)
    throw new UsageError(
      'usage/bios',
      `${kernel?.name} is to be started by a bios, as a kernel in S mode is, and no bios is named.`,
      "Give one as `bios`, such as OpenSBI's fw_dynamic.bin; a program for M mode is an `image`.",
    )
  const files = {
    first: contents(bios, guest),
    ...(kernel !== undefined && { kernel: contents(kernel, guest) }),
  }
  return finish(options, memory, kernel ?? bios, parts, files)
}

/** Adds the initial file system, the command line and other files, if there are any. */
function finish(
  options: Names,
  memory: number | undefined,
  { name, bytes }: NamedFile,
  parts: Parts,
  files: BootFiles,
): Start {
  const { board } = parts
  const { initrd, append } = options
  const memoryBytes = memory ?? board.defaultMemory
  const common = { ...parts, name, bytes, memoryBytes, ...(append !== undefined && { commandLine: append }) }
  if (append !== undefined) requireBoot(board, '`append`')
  if (initrd !== undefined) requireBoot(board, '`initrd`')
  const beside = (image: LoadedImage): LoadedImage => loadBeside(image, options.load ?? [], parts.guest)
  if (initrd === undefined && options.bios === undefined)
    return { ...common, image: beside(files.first as LoadedImage) }
  requireBoot(board, '`bios`')
  const more = initrd && { initrd: notEmpty(named(initrd, 'initrd'), whats.initrd).bytes }
  const plan = board.boot({ ...files, ...more }, memoryBytes)
  return { ...common, ...plan, image: beside(plan.image) }
}

function requireBoot(board: Board, option: string): asserts board is BootableBoard {
  if (board.boot !== undefined) return
  throw new UsageError(
    'usage/boot',
    `The board ${board.name} starts programs alone: ${option} cannot be used with it.`,
    'Give the program as `image`, or choose another board, such as virt of RISC-V.',
  )
}

/** By name, by what an ELF file is for, or by a board or CPU that only one has; the first, if nothing tells. */
async function guestFor(
  guests: readonly Guest[],
  names: MachineNames,
  file: NamedFile | undefined,
): Promise<Guest> {
  if (names.target !== undefined) return guestByName(guests, names.target)
  const told = file && isElf(file.bytes) ? guestOf(guests, file.bytes) : undefined
  const chosen = names.board !== undefined || names.cpu !== undefined
  return told ?? (chosen ? await guestWith(guests, names) : undefined) ?? (guests[0] as Guest)
}

const contents = ({ name, bytes }: NamedFile, guest: Guest): LoadedImage | Uint8Array =>
  isElf(bytes) ? naming(name, () => loadElf(bytes, guest)) : bytes

const whats = { bios: 'The bios', kernel: 'The kernel', initrd: 'The initial file system' } as const

/** A file that is no ELF file is a raw binary; one compressed with gzip is unpacked, at most to `most` bytes. */
async function readBootable(file: NamedFile, option: string, most: number): Promise<NamedFile> {
  const what = whats[option as keyof typeof whats]
  const { name, bytes } = notEmpty(file, what)
  if (!isGzip(bytes)) return file
  const unpacked = await unpack(bytes, name, what, most)
  if (unpacked !== undefined) return { name, bytes: unpacked }
  throw new GuestscopeError(
    'file/gzip-size',
    `${what} '${name}' unpacks to more than the ${most} bytes of the machine's memory.`,
    'Give the machine more (`memory`); an ELF file with debug information may be larger than what is loaded of it: unpack it with gunzip.',
  )
}

async function unpack(
  bytes: Uint8Array,
  name: string,
  what: string,
  most: number,
): Promise<Uint8Array | undefined> {
  try {
    return await gunzip(bytes, most)
  } catch (error) {
    throw new GuestscopeError(
      'file/gzip',
      `${what} '${name}' cannot be unpacked: ${error instanceof Error ? error.message : error}.`,
      'Copy it again, or unpack it with gunzip.',
      { cause: error },
    )
  }
}

function notEmpty(file: NamedFile, what: string): NamedFile {
  if (file.bytes.length > 0) return file
  throw new ImageError('image/empty', `${what} '${file.name}' is empty.`, 'Build or copy it again.')
}
