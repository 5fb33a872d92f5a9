/** What a machine starts from: a program alone, or firmware with a kernel and an initial file system. */
import type { Board, BootFiles, BootPlan, LoadedImage } from '@guestscope/core'
import { isElf, loadElf } from '@guestscope/images'
import type { RunOptions } from '../commands/options.ts'
import { CommandError, messageOf } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { type CpuModel, checkNames, type Guest, guestByName, guests, guestWith, machineOf } from './guests.ts'
import { guestOf, naming, openProgram, type ProgramFile } from './image.ts'
import { loadBeside } from './load.ts'

/** A board with its CPU, and what is in its memory. */
export interface Start extends ProgramFile, BootPlan {
  readonly board: Board
  readonly cpu: CpuModel
  readonly memoryBytes: number
  /** For the kernel. */
  readonly commandLine?: string
}

type BootableBoard = Board & Required<Pick<Board, 'boot'>>

/** Reads the files and finds places for them. */
export async function openStart(host: Host, image: string | undefined, options: RunOptions): Promise<Start> {
  const { bios, kernel } = options
  if (image === undefined) {
    if (bios === undefined && kernel === undefined) throw nothingToRun
    return openBoot(host, options)
  }
  const extra = bios !== undefined ? '--bios' : kernel !== undefined ? '--kernel' : undefined
  if (extra !== undefined)
    throw new CommandError(
      'usage/boot',
      `${image} is a program that the machine starts with, and so is what ${extra} names.`,
      'Leave one of them out: a program for M mode needs no bios.',
    )
  const program = await openProgram(host, image, options, options.board)
  const machine = machineOf(program.loaded, options)
  return finish(host, options, program, program.guest, machine, { first: program.image })
}

const nothingToRun: CommandError = new CommandError(
  'usage/operand-missing',
  "'guestscope run' needs something to run: IMAGE, the guest program.",
  "Name it, or firmware with --bios and a kernel with --kernel; see 'guestscope help run'.",
)

async function openBoot(host: Host, options: RunOptions): Promise<Start> {
  if (options.raw !== undefined)
    throw new CommandError(
      'usage/raw',
      '--raw says where IMAGE belongs, and there is none.',
      'Leave it out: --bios and --kernel take raw binaries as they are.',
    )
  const most = await memoryOf(options)
  const read = (path: string | undefined, what: string): BootableFile | undefined =>
    path === undefined ? undefined : readBootable(host, path, what, most)
  const bios = read(options.bios, 'The bios')
  const kernel = read(options.kernel, 'The kernel')
  const guest = await guestFor(options, bios ?? kernel)
  if (options.board !== undefined || options.cpu !== undefined) await checkNames(guest, options)
  const machine = machineOf(await guest.load(), options)
  requireBoot(machine.board, '--bios and --kernel')
  if (bios === undefined)
    throw new CommandError(
      'usage/bios',
      `${options.kernel} is to be started by a bios, as a kernel in S mode is, and no bios is named.`,
      `Name one with --bios, such as OpenSBI's fw_dynamic.bin; a program for M mode is run with 'guestscope run ${options.kernel}'.`,
    )
  const files = {
    first: contents(bios, guest),
    ...(kernel !== undefined && { kernel: contents(kernel, guest) }),
  }
  return finish(host, options, kernel ?? bios, guest, machine, files)
}

/** Adds the initial file system, the command line and other files, if there are any. */
function finish(
  host: Host,
  options: RunOptions,
  { path, bytes }: BootableFile,
  guest: Guest,
  machine: { board: Board; cpu: CpuModel },
  files: BootFiles,
): Start {
  const { board } = machine
  const { initrd, append } = options
  const memoryBytes = options.memory ?? board.defaultMemory
  const common = {
    ...machine,
    path,
    bytes,
    memoryBytes,
    ...(append !== undefined && { commandLine: append }),
  }
  if (append !== undefined) requireBoot(board, '--append')
  if (initrd !== undefined) requireBoot(board, '--initrd')
  const beside = (image: LoadedImage): LoadedImage => loadBeside(host, image, options.load, guest)
  if (initrd === undefined && options.bios === undefined)
    return { ...common, image: beside(files.first as LoadedImage) }
  requireBoot(board, '--bios')
  const more = initrd === undefined ? {} : { initrd: readWhole(host, initrd, 'The initial file system') }
  const plan = board.boot({ ...files, ...more }, memoryBytes)
  return { ...common, ...plan, image: beside(plan.image) }
}

function requireBoot(board: Board, option: string): asserts board is BootableBoard {
  if (board.boot !== undefined) return
  throw new CommandError(
    'usage/boot',
    `The board ${board.name} starts programs alone: ${option} cannot be used with it.`,
    'Give the program as IMAGE, or choose another board, such as virt of RISC-V.',
  )
}

type BootableFile = Pick<ProgramFile, 'path' | 'bytes'>

/** By name, by what an ELF file is for, or by a board or CPU that only one has; the first, if nothing tells. */
async function guestFor(options: RunOptions, file: BootableFile | undefined): Promise<Guest> {
  if (options.target !== undefined) return guestByName(options.target)
  const told = file && isElf(file.bytes) ? guestOf(file.bytes) : undefined
  const chosen = options.board !== undefined || options.cpu !== undefined
  return told ?? (chosen ? await guestWith(options.board, options.cpu) : undefined) ?? (guests[0] as Guest)
}

const contents = ({ path, bytes }: BootableFile, guest: Guest): LoadedImage | Uint8Array =>
  isElf(bytes) ? naming(path, () => loadElf(bytes, guest)) : bytes

/** Bytes of the machine's memory, as far as the options tell. */
async function memoryOf(options: RunOptions): Promise<number> {
  if (options.memory !== undefined) return options.memory
  return machineOf(await (await guestFor(options, undefined)).load(), options).board.defaultMemory
}

/** A file that is no ELF file is a raw binary; one compressed with gzip is unpacked, at most to `most` bytes. */
function readBootable(host: Host, path: string, what: string, most: number): BootableFile {
  const bytes = readWhole(host, path, what)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { path, bytes }
  const unpacked = unpack(host, bytes, path, what, most)
  if (unpacked !== undefined) return { path, bytes: unpacked }
  throw new CommandError(
    'file/gzip-size',
    `${what} '${path}' unpacks to more than the ${most} bytes of the machine's memory.`,
    'Give the machine more memory (-m); an ELF file with debug information may be larger than what is loaded of it: unpack it with gunzip.',
  )
}

function unpack(
  host: Host,
  bytes: Uint8Array,
  path: string,
  what: string,
  most: number,
): Uint8Array | undefined {
  try {
    return host.files.gunzip(bytes, most)
  } catch (error) {
    throw new CommandError(
      'file/gzip',
      `${what} '${path}' cannot be unpacked: ${messageOf(error)}.`,
      'Copy it again, or unpack it with gunzip.',
      { cause: error },
    )
  }
}

function readWhole(host: Host, path: string, what: string): Uint8Array {
  const bytes = host.files.read(path, what)
  if (bytes.length > 0) return bytes
  throw new CommandError('image/empty', `${what} '${path}' is empty.`, 'Build or copy it again.')
}
