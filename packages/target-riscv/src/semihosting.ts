/**
 * Semihosting: services that the guest asks of the machine around it ("RISC-V Semihosting" 0.4, which takes the
 * operations from "Semihosting for AArch32 and AArch64"). Operation in a0, its parameter in a1, the result goes to a0.
 * There are no files: only the console `:tt` and `:semihosting-features` can be opened. Time is the machine's own.
 */
import { type Callee, hostFunction } from '@guestscope/codegen'
import type { Cpu, HostImport, Machine } from '@guestscope/core'
import { S } from './state.ts'

/** The service itself; runs when a trap with `Cause.semihosting` is entered. */
export const semihostCallee: Callee = hostFunction('riscv.semihost', [])

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
  clock: 0x10,
  time: 0x11,
  errno: 0x13,
  getCmdline: 0x15,
  heapInfo: 0x16,
  exit: 0x18,
  exitExtended: 0x20,
  elapsed: 0x30,
  tickFreq: 0x31,
} as const

const Errno = { noEntry: 2, badHandle: 9, fault: 14, invalid: 22, notSupported: 38 } as const

/** ADP_Stopped_ApplicationExit. */
const applicationExit = 0x20026n
/** Magic and feature bits: SYS_EXIT_EXTENDED; separate stdout and stderr. */
const features = Uint8Array.of(0x53, 0x48, 0x46, 0x42, 3)
/** Longest piece that is moved at once, and longest string of SYS_WRITE0. */
const chunk = 4096
const instructionsPerSecond = 1_000_000_000

/** What a handle stands for. */
type Opened =
  | { readonly kind: 'in' }
  | { readonly kind: 'out' }
  | { readonly kind: 'features'; position: number }

/** Thrown inside a service to end it with -1. */
class Failed {
  readonly errno: number
  constructor(errno: number) {
    this.errno = errno
  }
}

/** The services of one machine. */
class Services {
  readonly #machine: Machine
  readonly #bytes: 4 | 8
  readonly #handles = new Map<number, Opened>()
  #errno = 0

  constructor(machine: Machine, bytes: 4 | 8) {
    this.#machine = machine
    this.#bytes = bytes
  }

  /** Serves the call that `cpu` makes, and moves it on. */
  serve(cpu: Cpu): void {
    const [operation, parameter] = [this.#register(cpu, 10), this.#register(cpu, 11)]
    let result: number
    try {
      result = this.#run(cpu, Number(operation & 0xffffffffn), parameter)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      this.#errno = error.errno
      result = -1
    }
    if (this.#bytes === 4) cpu.set32(S.x + 80, result)
    else cpu.set64(S.x + 80, BigInt(result))
    cpu.pc = BigInt.asUintN(8 * this.#bytes, cpu.pc + 4n)
  }

  #register(cpu: Cpu, n: number): bigint {
    return BigInt.asUintN(8 * this.#bytes, cpu.get64(S.x + 8 * n))
  }

  #read(cpu: Cpu, address: bigint, length: number): Uint8Array {
    const bytes = cpu.readVirtual(address, length)
    if (!bytes) throw new Failed(Errno.fault)
    return bytes
  }
  #store(cpu: Cpu, address: bigint, bytes: Uint8Array): void {
    if (!cpu.writeVirtual(address, bytes)) throw new Failed(Errno.fault)
  }
  /** Field of the parameter block. */
  #field(cpu: Cpu, block: bigint, index: number): bigint {
    return fromBytes(this.#read(cpu, block + BigInt(index * this.#bytes), this.#bytes))
  }
  #setField(cpu: Cpu, block: bigint, index: number, value: bigint): void {
    this.#store(cpu, block + BigInt(index * this.#bytes), toBytes(value, this.#bytes))
  }
  #handle(cpu: Cpu, block: bigint): Opened {
    const found = this.#handles.get(Number(this.#field(cpu, block, 0)))
    if (!found) throw new Failed(Errno.badHandle)
    return found
  }

  #run(cpu: Cpu, operation: number, parameter: bigint): number {
    const machine = this.#machine
    switch (operation) {
      case Op.open:
        return this.#open(cpu, parameter)
      case Op.close:
        this.#handle(cpu, parameter)
        this.#handles.delete(Number(this.#field(cpu, parameter, 0)))
        return 0
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
      case Op.isError:
        return BigInt.asIntN(8 * this.#bytes, this.#field(cpu, parameter, 0)) < 0n ? 1 : 0
      case Op.isTty:
        return this.#handle(cpu, parameter).kind === 'features' ? 0 : 1
      case Op.seek: {
        const file = this.#handle(cpu, parameter)
        if (file.kind !== 'features') throw new Failed(Errno.invalid)
        file.position = Number(this.#field(cpu, parameter, 1))
        return 0
      }
      case Op.flen:
        return this.#handle(cpu, parameter).kind === 'features' ? features.length : 0
      case Op.clock:
        return Math.floor(machine.clock() / (instructionsPerSecond / 100))
      case Op.time:
        return Math.floor(machine.clock() / instructionsPerSecond)
      case Op.errno:
        return this.#errno
      case Op.getCmdline:
        return this.#commandLine(cpu, parameter)
      case Op.heapInfo:
        return this.#heapInfo(cpu, parameter)
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
        throw new Failed(Errno.notSupported)
    }
  }

  #exit(reason: bigint, code: bigint): number {
    this.#machine.exit(reason === applicationExit ? Number(BigInt.asIntN(32, code)) : 1)
    return 0
  }

  /** Bytes up to a NUL. */
  #string(cpu: Cpu, address: bigint): Uint8Array {
    const found: number[] = []
    let at = address
    for (;;) {
      // Never past the page: the next one may be absent.
      const piece = this.#read(cpu, at, chunk - Number(at & BigInt(chunk - 1)))
      const end = piece.indexOf(0)
      for (const byte of end < 0 ? piece : piece.subarray(0, end)) found.push(byte)
      if (end >= 0) return Uint8Array.from(found)
      at += BigInt(piece.length)
    }
  }

  #open(cpu: Cpu, block: bigint): number {
    const length = Number(this.#field(cpu, block, 2))
    if (length > chunk) throw new Failed(Errno.invalid)
    const name = String.fromCharCode(...this.#read(cpu, this.#field(cpu, block, 0), length))
    const mode = Number(this.#field(cpu, block, 1))
    let file: Opened
    if (name === ':tt') file = mode < 4 ? { kind: 'in' } : { kind: 'out' }
    else if (name === ':semihosting-features' && mode < 2) file = { kind: 'features', position: 0 }
    else throw new Failed(Errno.noEntry)
    let handle = 1
    while (this.#handles.has(handle)) handle++
    this.#handles.set(handle, file)
    return handle
  }

  /** Returns the number of bytes that were not written; all of them after an error. */
  #write(cpu: Cpu, block: bigint): number {
    let left = Number(this.#field(cpu, block, 2))
    return this.#rest(
      () => left,
      () => {
        if (this.#handle(cpu, block).kind !== 'out') throw new Failed(Errno.badHandle)
        let at = this.#field(cpu, block, 1)
        while (left > 0) {
          const length = Math.min(left, chunk)
          this.#machine.console.write(this.#read(cpu, at, length))
          at += BigInt(length)
          left -= length
        }
      },
    )
  }

  /** Returns the number of bytes that were not read: all of them at the end, where the console always is. */
  #readFile(cpu: Cpu, block: bigint): number {
    let left = Number(this.#field(cpu, block, 2))
    return this.#rest(
      () => left,
      () => {
        const file = this.#handle(cpu, block)
        if (file.kind === 'out') throw new Failed(Errno.badHandle)
        if (file.kind === 'in') return
        const piece = features.slice(file.position, file.position + left)
        this.#store(cpu, this.#field(cpu, block, 1), piece)
        file.position += piece.length
        left -= piece.length
      },
    )
  }

  /** Transfers; an error only sets errno, the result is what is left. */
  #rest(left: () => number, transfer: () => void): number {
    try {
      transfer()
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      this.#errno = error.errno
    }
    return left()
  }

  /** The command line is empty. */
  #commandLine(cpu: Cpu, block: bigint): number {
    if (this.#field(cpu, block, 1) < 1n) throw new Failed(Errno.invalid)
    this.#store(cpu, this.#field(cpu, block, 0), Uint8Array.of(0))
    this.#setField(cpu, block, 1, 0n)
    return 0
  }

  /** The heap lies between the image and the end of the memory that holds it, the stack grows down towards it. */
  #heapInfo(cpu: Cpu, parameter: bigint): number {
    const { memory, image } = this.#machine
    const ram = memory.regions
      .filter(r => !r.readonly)
      .reduce<{ base: bigint; size: number }>((a, r) => (r.size > a.size ? r : a), { base: 0n, size: 0 })
    const end = ram.base + BigInt(ram.size)
    let base = ram.base
    for (const s of image?.segments ?? []) {
      const after = s.physical + BigInt(s.memorySize)
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

/** The import that serves semihosting calls of harts with registers of so many bytes. */
export function semihosting(bytes: 4 | 8): HostImport {
  return {
    callee: semihostCallee,
    implement: machine => {
      const services = new Services(machine, bytes)
      return cpu => services.serve(cpu)
    },
  }
}
