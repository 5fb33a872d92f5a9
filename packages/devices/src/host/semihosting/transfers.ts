/** The calls that may take long, or wait: they are served in pieces, between which the run loop gets its turn. */
import { type Cpu, type CpuHost, Errno, GuestFileError } from '@guestscope/core'
import { chunk, type SemihostingMemory } from './guest-memory.ts'
import type { HostFiles } from './host-files.ts'
import { Cost, failed, type Opened, type Progress, type Result, type Served } from './operations.ts'

/** Chunks from one pause to the next: 1 MiB. */
const chunksPerPiece = 256

/** What a transfer is about. */
export interface Transfer {
  readonly machine: CpuHost
  readonly memory: SemihostingMemory
  readonly cpu: Cpu
  readonly progress: Progress
  readonly files: HostFiles
  /** Address of the parameter block, or the parameter itself. */
  readonly block: bigint
}

/** Where the console's output goes. */
export function print({ semihostingHost, console }: CpuHost, bytes: Uint8Array): void {
  if (semihostingHost?.output) semihostingHost.output(bytes)
  else console.write(bytes)
}

/** SYS_WRITE0: up to a NUL. */
export function* write0({ machine, memory, cpu, block, progress }: Transfer): Served {
  for (let chunks = 1; progress.done <= memory.size; chunks++) {
    const at = block + progress.done
    // Never past the page: the next one may be absent.
    const piece = memory.read(cpu, at, chunk - Number(at & BigInt(chunk - 1)))
    const end = piece.indexOf(0)
    print(machine, end < 0 ? piece : piece.subarray(0, end))
    if (end >= 0) return 0
    progress.done += BigInt(piece.length)
    if (chunks % chunksPerPiece === 0) yield 'more'
  }
  throw failed(Errno.fault)
}

/** SYS_READC: the next byte; -1: there is no more. */
export function* readc({ machine: { semihostingHost } }: Transfer): Served {
  for (;;) {
    const bytes = semihostingHost?.input ? semihostingHost.input(1) : new Uint8Array()
    if (bytes) return bytes[0] ?? -1
    yield 'input'
  }
}

/** Moves one chunk; gives how many bytes of it, undefined: none yet. */
type Move = (transfer: Transfer, opened: Opened, at: bigint, length: number) => number | undefined

/** SYS_WRITE. */
export const write: Move = ({ machine, memory, cpu, files }, to, at, length) => {
  if (to.kind === 'in') throw failed(Errno.badHandle)
  const bytes = memory.read(cpu, at, length)
  if (to.kind === 'out') print(machine, bytes)
  else {
    machine.charge(Cost.file)
    if (to.position + length > Number.MAX_SAFE_INTEGER) throw failed(Errno.tooLarge)
    files.of(to).write(to.position, bytes)
    to.position += length
  }
  return length
}

/** SYS_READ. */
export const read: Move = ({ machine, memory, cpu, files }, from, at, length) => {
  if (from.kind === 'out') throw failed(Errno.badHandle)
  let bytes: Uint8Array | undefined
  if (from.kind === 'file') {
    machine.charge(Cost.file)
    bytes = files.of(from).read(from.position, length)
    from.position += bytes.length
  } else {
    const { input } = machine.semihostingHost ?? {}
    bytes = input ? input(length) : new Uint8Array()
  }
  if (bytes?.length) memory.store(cpu, at, bytes)
  return bytes?.length
}

/**
 * Moves as many bytes as the block says, in chunks, until one is cut short; for the first byte of input it waits. The
 * result, after an error too, is what is left: all of them at the end of a file.
 */
export function* moved(
  move: Move,
  transfer: Transfer,
  opened: () => Opened,
  failing: (error: GuestFileError) => void,
): Served {
  const { memory, cpu, block, progress } = transfer
  const length = memory.field(cpu, block, 2)
  try {
    const handle = opened()
    const at = memory.field(cpu, block, 1)
    memory.check(at, length)
    for (let chunks = 1; progress.done < length; ) {
      const left = length - progress.done
      const wanted = left < chunk ? Number(left) : chunk
      const count = move(transfer, handle, at + progress.done, wanted)
      if (count === undefined && progress.done === 0n) {
        yield 'input'
        continue
      }
      progress.done += BigInt(count ?? 0)
      if (count !== wanted) break
      if (chunks++ % chunksPerPiece === 0 && progress.done < length) yield 'more'
    }
  } catch (error) {
    if (!(error instanceof GuestFileError)) throw error
    failing(error)
  }
  return length - progress.done
}

/** A call that is served at once. */
// biome-ignore lint/correctness/useYield: it never pauses
export function* atOnce(work: () => Result): Served {
  return work()
}
