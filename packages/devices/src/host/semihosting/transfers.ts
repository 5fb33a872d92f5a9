/** The calls that may take long, or wait: they are served in pieces, between which the run loop gets its turn. */
import { type Cpu, type CpuHost, Errno, GuestFileError } from '@guestscope/core'
import { chunk, type SemihostingMemory } from './guest-memory.ts'
import { Cost, failed, type Opened, type Result, type Served } from './operations.ts'

/** Chunks from one pause to the next: 1 MiB. */
const chunksPerPiece = 256

/** What a transfer is about. */
export interface Transfer {
  readonly machine: CpuHost
  readonly memory: SemihostingMemory
  readonly cpu: Cpu
  /** Address of the parameter block, or the parameter itself. */
  readonly block: bigint
}

/** Where the console's output goes. */
export function print({ semihostingHost, console }: CpuHost, bytes: Uint8Array): void {
  if (semihostingHost?.output) semihostingHost.output(bytes)
  else console.write(bytes)
}

/** SYS_WRITE0: up to a NUL. */
export function* write0({ machine, memory, cpu, block }: Transfer): Served {
  for (let [at, chunks] = [block, 1]; at - block <= memory.size; chunks++) {
    // Never past the page: the next one may be absent.
    const piece = memory.read(cpu, at, chunk - Number(at & BigInt(chunk - 1)))
    const end = piece.indexOf(0)
    print(machine, end < 0 ? piece : piece.subarray(0, end))
    if (end >= 0) return 0
    at += BigInt(piece.length)
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
export const write: Move = ({ machine, memory, cpu }, to, at, length) => {
  if (to.kind === 'in') throw failed(Errno.badHandle)
  const bytes = memory.read(cpu, at, length)
  if (to.kind === 'out') print(machine, bytes)
  else {
    machine.charge(Cost.file)
    if (to.position + length > Number.MAX_SAFE_INTEGER) throw failed(Errno.tooLarge)
    to.file.write(to.position, bytes)
    to.position += length
  }
  return length
}

/** SYS_READ. */
export const read: Move = ({ machine, memory, cpu }, from, at, length) => {
  if (from.kind === 'out') throw failed(Errno.badHandle)
  let bytes: Uint8Array | undefined
  if (from.kind === 'file') {
    machine.charge(Cost.file)
    bytes = from.file.read(from.position, length)
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
  const { memory, cpu, block } = transfer
  const length = memory.field(cpu, block, 2)
  let done = 0n
  try {
    const handle = opened()
    const at = memory.field(cpu, block, 1)
    memory.check(at, length)
    for (let chunks = 1; done < length; ) {
      const wanted = length - done < chunk ? Number(length - done) : chunk
      const count = move(transfer, handle, at + done, wanted)
      if (count === undefined && done === 0n) {
        yield 'input'
        continue
      }
      done += BigInt(count ?? 0)
      if (count !== wanted) break
      if (chunks++ % chunksPerPiece === 0 && done < length) yield 'more'
    }
  } catch (error) {
    if (!(error instanceof GuestFileError)) throw error
    failing(error)
  }
  return length - done
}

/** A call that is served at once. */
// biome-ignore lint/correctness/useYield: it never pauses
export function* atOnce(work: () => Result): Served {
  return work()
}
