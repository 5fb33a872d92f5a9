/**
 * Semihosting: services that a guest asks of the machine around it ("Semihosting for AArch32 and AArch64", 2.0; RISC-V
 * takes the operations from there). Everything but how the call is made: that is the targets'. Time is the machine's own.
 */
import {
  type Cpu,
  Errno,
  type GuestFile,
  GuestFileError,
  type GuestFileMode,
  type Machine,
} from '@guestscope/core'

const Op = {
  open: 0x01,
  close: 0x02,
  writec: 0x03,
  write0: 0x04,
  write: 0x05,
  read: 0x06,
  readc: 0x07,
  isError: 0x08,
  isTty: 0x09,
  seek: 0x0a,
  flen: 0x0c,
  tmpName: 0x0d,
  remove: 0x0e,
  rename: 0x0f,
  clock: 0x10,
  time: 0x11,
  system: 0x12,
  errno: 0x13,
  getCmdline: 0x15,
  heapInfo: 0x16,
  exit: 0x18,
  exitExtended: 0x20,
  elapsed: 0x30,
  tickFreq: 0x31,
} as const

/** ADP_Stopped_ApplicationExit. */
const applicationExit = 0x20026n
/** Magic and feature bits: SYS_EXIT_EXTENDED; separate stdout and stderr. */
const features = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 3)
/** Longest piece that is moved at once, longest name, and longest string of SYS_WRITE0. */
const [chunk, longestString] = [4096, 1 << 20]
const instructionsPerSecond = 1_000_000_000
const mostHandles = 64
/** Modes of SYS_OPEN by halves: the odd ones are binary. */
const modes: readonly GuestFileMode[] = ['r', 'r+', 'w', 'w+', 'a', 'a+']

/** What a handle stands for. */
type Opened =
  | { readonly kind: 'in' }
  | { readonly kind: 'out' }
  | { readonly kind: 'file'; readonly file: GuestFile; position: number }

const failed = (errno: number): GuestFileError => new GuestFileError(errno, `errno ${errno}`)

const featureFile: GuestFile = {
  read: (position, length) => features.slice(position, position + length),
  write: () => {
    throw failed(Errno.badHandle)
  },
  size: () => features.length,
  close: () => {},
}

const made = new WeakMap<Machine, Semihosting>()

/** The services of one machine; `bytes`: of a register, and so of each field of a parameter block. */
export class Semihosting {
  readonly #machine: Machine
  readonly #bytes: 4 | 8
  readonly #handles = new Map<number, Opened>()
  #errno = 0

  constructor(machine: Machine, bytes: 4 | 8) {
    this.#machine = machine
    this.#bytes = bytes
    made.set(machine, this)
  }

  /** Serves a call; gives what goes into the result register. The parameter is unsigned. */
  call(cpu: Cpu, operation: number, parameter: bigint): number {
    try {
      return this.#run(cpu, operation, parameter)
    } catch (error) {
      if (!(error instanceof GuestFileError)) throw error
      this.#errno = error.errno
      return -1
    }
  }

  /** The machine is reset: nothing is open any more. For targets to call when they reset a machine's first CPU. */
  static reset(machine: Machine): void {
    const services = made.get(machine)
    if (!services) return
    for (const opened of services.#handles.values()) if (opened.kind === 'file') opened.file.close()
    services.#handles.clear()
    services.#errno = 0
  }

  // The guest's memory.

  #read(cpu: Cpu, address: bigint, length: number): Uint8Array {
    const bytes = cpu.readVirtual(address, length)
    if (!bytes) throw failed(Errno.fault)
    return bytes
  }
  #store(cpu: Cpu, address: bigint, bytes: Uint8Array): void {
    if (!cpu.writeVirtual(address, bytes)) throw failed(Errno.fault)
  }
  /** Field of the parameter block. */
  #field(cpu: Cpu, block: bigint, index: number): bigint {
    return fromBytes(this.#read(cpu, block + BigInt(index * this.#bytes), this.#bytes))
  }
  #setField(cpu: Cpu, block: bigint, index: number, value: bigint): void {
    this.#store(cpu, block + BigInt(index * this.#bytes), toBytes(value, this.#bytes))
  }
  /** Bytes up to a NUL. */
  #string(cpu: Cpu, address: bigint): Uint8Array {
    const found: number[] = []
    let at = address
    while (found.length < longestString) {
      // Never past the page: the next one may be absent.
      const piece = this.#read(cpu, at, chunk - Number(at & BigInt(chunk - 1)))
      const end = piece.indexOf(0)
      for (const byte of end < 0 ? piece : piece.subarray(0, end)) found.push(byte)
      if (end >= 0) return Uint8Array.from(found)
      at += BigInt(piece.length)
    }
    throw failed(Errno.invalid)
  }
  /** A name given by the fields of its address and its length. */
  #name(cpu: Cpu, block: bigint, index: number, lengthIndex: number = index + 1): string {
    const length = Number(this.#field(cpu, block, lengthIndex))
    if (length > chunk) throw failed(Errno.invalid)
    const bytes = this.#read(cpu, this.#field(cpu, block, index), length)
    return new TextDecoder().decode(bytes)
  }
  /** Stores a string with its NUL, if it fits. */
  #setString(cpu: Cpu, block: bigint, text: string, room: bigint): number {
    const bytes = new TextEncoder().encode(`${text}\0`)
    if (room < bytes.length) throw failed(Errno.invalid)
    this.#store(cpu, this.#field(cpu, block, 0), bytes)
    return bytes.length - 1
  }

  #handle(cpu: Cpu, block: bigint): Opened {
    const found = this.#handles.get(Number(this.#field(cpu, block, 0)))
    if (!found) throw failed(Errno.badHandle)
    return found
  }

  #run(cpu: Cpu, operation: number, parameter: bigint): number {
    const machine = this.#machine
    switch (operation) {
      case Op.open:
        return this.#open(cpu, parameter)
      case Op.close:
        return this.#close(cpu, parameter)
      case Op.writec:
        machine.console.write(this.#read(cpu, parameter, 1))
        return 0
      case Op.write0:
        machine.console.write(this.#string(cpu, parameter))
        return 0
      case Op.write:
        return this.#write(cpu, parameter)
      case Op.read:
        return this.#readFile(cpu, parameter)
      case Op.readc:
        return machine.semihostingHost?.input?.(1)[0] ?? -1
      case Op.isError:
        return BigInt.asIntN(8 * this.#bytes, this.#field(cpu, parameter, 0)) < 0n ? 1 : 0
      case Op.isTty:
        return this.#handle(cpu, parameter).kind === 'file' ? 0 : 1
      case Op.seek:
        return this.#seek(cpu, parameter)
      case Op.flen: {
        const opened = this.#handle(cpu, parameter)
        return opened.kind === 'file' ? opened.file.size() : 0
      }
      case Op.clock:
        return Math.floor(machine.clock() / (instructionsPerSecond / 100))
      case Op.time:
        return Math.floor(machine.clock() / instructionsPerSecond)
      case Op.errno:
        return this.#errno
      case Op.exit:
        // With 32 bits the parameter is the reason itself.
        if (this.#bytes === 4) return this.#exit(parameter, 0n)
        return this.#exit(this.#field(cpu, parameter, 0), this.#field(cpu, parameter, 1))
      case Op.exitExtended:
        return this.#exit(this.#field(cpu, parameter, 0), this.#field(cpu, parameter, 1))
      case Op.elapsed:
        this.#store(cpu, parameter, toBytes(BigInt(machine.clock()), 8))
        return 0
      case Op.tickFreq:
        return instructionsPerSecond
      default:
        return this.#rare(cpu, operation, parameter)
    }
  }

  #rare(cpu: Cpu, operation: number, parameter: bigint): number {
    switch (operation) {
      case Op.tmpName: {
        const id = Number(this.#field(cpu, parameter, 1) & 0xffn)
        this.#setString(cpu, parameter, `tmp${id}`, this.#field(cpu, parameter, 2))
        return 0
      }
      case Op.remove:
        this.#files().remove(this.#name(cpu, parameter, 0))
        return 0
      case Op.rename:
        this.#files().rename(this.#name(cpu, parameter, 0), this.#name(cpu, parameter, 2))
        return 0
      case Op.getCmdline: {
        const text = this.#machine.semihostingHost?.commandLine ?? ''
        const length = this.#setString(cpu, parameter, text, this.#field(cpu, parameter, 1))
        this.#setField(cpu, parameter, 1, BigInt(length))
        return 0
      }
      case Op.heapInfo:
        return this.#heapInfo(cpu, parameter)
      // SYS_SYSTEM too: guests start no programs on the host.
      default:
        throw failed(Errno.notSupported)
    }
  }

  #exit(reason: bigint, code: bigint): number {
    this.#machine.exit(reason === applicationExit ? Number(BigInt.asIntN(32, code)) : 1)
    return 0
  }

  // Files.

  #files(): NonNullable<NonNullable<Machine['semihostingHost']>['files']> {
    const files = this.#machine.semihostingHost?.files
    if (!files) throw failed(Errno.noEntry)
    return files
  }

  #open(cpu: Cpu, block: bigint): number {
    const name = this.#name(cpu, block, 0, 2)
    const mode = modes[Number(this.#field(cpu, block, 1)) >> 1]
    if (!mode) throw failed(Errno.invalid)
    if (this.#handles.size >= mostHandles) throw failed(Errno.tooManyFiles)
    let handle = 1
    while (this.#handles.has(handle)) handle++
    this.#handles.set(handle, this.#opened(name, mode))
    return handle
  }
  #opened(name: string, mode: GuestFileMode): Opened {
    if (name === ':tt') return { kind: mode[0] === 'r' ? 'in' : 'out' }
    if (name !== ':semihosting-features') {
      return { kind: 'file', file: this.#files().open(name, mode), position: 0 }
    }
    if (mode !== 'r') throw failed(Errno.access)
    return { kind: 'file', file: featureFile, position: 0 }
  }

  #close(cpu: Cpu, block: bigint): number {
    const opened = this.#handle(cpu, block)
    this.#handles.delete(Number(this.#field(cpu, block, 0)))
    if (opened.kind === 'file') opened.file.close()
    return 0
  }

  #seek(cpu: Cpu, block: bigint): number {
    const opened = this.#handle(cpu, block)
    if (opened.kind !== 'file') throw failed(Errno.invalid)
    opened.position = Number(this.#field(cpu, block, 1))
    return 0
  }

  /** Returns the number of bytes that were not written; all of them after an error. */
  #write(cpu: Cpu, block: bigint): number {
    let left = Number(this.#field(cpu, block, 2))
    return this.#rest(
      () => left,
      () => {
        const opened = this.#handle(cpu, block)
        if (opened.kind === 'in') throw failed(Errno.badHandle)
        let at = this.#field(cpu, block, 1)
        while (left > 0) {
          const piece = this.#read(cpu, at, Math.min(left, chunk))
          if (opened.kind === 'out') this.#machine.console.write(piece)
          else {
            opened.file.write(opened.position, piece)
            opened.position += piece.length
          }
          at += BigInt(piece.length)
          left -= piece.length
        }
      },
    )
  }

  /** Returns the number of bytes that were not read: all of them at the end. */
  #readFile(cpu: Cpu, block: bigint): number {
    let left = Number(this.#field(cpu, block, 2))
    return this.#rest(
      () => left,
      () => {
        const opened = this.#handle(cpu, block)
        if (opened.kind === 'out') throw failed(Errno.badHandle)
        let at = this.#field(cpu, block, 1)
        while (left > 0) {
          const wanted = Math.min(left, chunk)
          const piece =
            opened.kind === 'in'
              ? (this.#machine.semihostingHost?.input?.(wanted) ?? new Uint8Array())
              : opened.file.read(opened.position, wanted)
          if (piece.length > 0) this.#store(cpu, at, piece)
          if (opened.kind === 'file') opened.position += piece.length
          at += BigInt(piece.length)
          left -= piece.length
          if (piece.length < wanted) return
        }
      },
    )
  }

  /** Transfers; an error only sets errno, the result is what is left. */
  #rest(left: () => number, transfer: () => void): number {
    try {
      transfer()
    } catch (error) {
      if (!(error instanceof GuestFileError)) throw error
      this.#errno = error.errno
    }
    return left()
  }

  /** The heap lies between the image and the end of the memory that holds it, the stack grows down towards it. */
  #heapInfo(cpu: Cpu, parameter: bigint): number {
    const { memory, image } = this.#machine
    const ram = memory.regions
      .filter(r => !r.readonly)
      .reduce<{ base: bigint; size: number }>((a, r) => (r.size > a.size ? r : a), { base: 0n, size: 0 })
    const end = ram.base + BigInt(ram.size)
    let base = ram.base
    // Firmware moves its variables from flash to `virtual`; a kernel has them at `physical`.
    for (const { physical, virtual, memorySize } of image?.segments ?? [])
      for (const start of [physical, virtual]) {
        const after = start + BigInt(memorySize)
        if (after > base && after <= end) base = after
      }
    base = (base + 15n) & ~15n
    const block = this.#field(cpu, parameter, 0)
    ;[base, end, end, base].forEach((value, i) => this.#setField(cpu, block, i, value))
    return 0
  }
}

const fromBytes = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
const toBytes = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
