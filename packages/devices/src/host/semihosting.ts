/**
 * Semihosting: services that a guest asks of the machine around it ("Semihosting for AArch32 and AArch64", 2.0; RISC-V
 * takes the operations from there). Everything but how the call is made: that is the targets'. Time is the machine's own.
 */
import {
  type Cpu,
  type CpuHost,
  Errno,
  GuestFileError,
  type GuestFileMode,
  type Stateful,
} from '@guestscope/core'
import { SemihostingMemory, toBytes } from './semihosting/guest-memory.ts'
import { HostFiles } from './semihosting/host-files.ts'
import {
  Cost,
  failed,
  Op,
  type Opened,
  type Progress,
  type Result,
  type Served,
} from './semihosting/operations.ts'
import { atOnce, moved, print, read, readc, write, write0 } from './semihosting/transfers.ts'

/** ADP_Stopped_ApplicationExit. */
const applicationExit = 0x20026n
const ticksPerSecond = 1_000_000_000
const mostHandles = 64
/** Modes of SYS_OPEN by halves: the odd ones are binary. */
const modes: readonly GuestFileMode[] = ['r', 'r+', 'w', 'w+', 'a', 'a+']

const initial = {
  errno: 0,
  handles: new Map() as Map<number, Opened>,
  /** Of the calls in several pieces that CPUs make, by the CPU's number. */
  progress: new Map() as Map<number, Progress>,
}

const made = new WeakMap<CpuHost, Semihosting>()

/** The services of one machine; `bytes`: of a register, and so of each field of a parameter block. */
export class Semihosting implements Stateful {
  state: typeof initial = structuredClone(initial)
  readonly #machine: CpuHost
  readonly #memory: SemihostingMemory
  readonly #files: HostFiles
  /** Calls of which there is more to do: the CPU's `unfinished`. */
  readonly #begun = new Map<Cpu, Served>()

  constructor(machine: CpuHost, bytes: 4 | 8) {
    this.#machine = machine
    this.#memory = new SemihostingMemory(machine, bytes)
    this.#files = new HostFiles(machine)
    made.set(machine, this)
  }

  /**
   * Serves a call; gives what goes into the result register. The parameter is unsigned. undefined: there is more to do,
   * and the CPU stays at the call (`Machine.pause`).
   */
  call(cpu: Cpu, operation: number, parameter: bigint): bigint | undefined {
    const machine = this.#machine
    const served = (cpu.unfinished && this.#begun.get(cpu)) ?? this.#begin(cpu, operation, parameter)
    let result: Result = -1
    try {
      const { done, value } = served.next()
      if (!done) {
        this.#begun.set(cpu, served)
        machine.pause(cpu, value === 'input')
        return undefined
      }
      result = value
    } catch (error) {
      if (!(error instanceof GuestFileError)) throw error
      this.#failed(error)
    }
    this.#begun.delete(cpu)
    this.state.progress.delete(cpu.index)
    machine.proceed(cpu)
    return BigInt(result)
  }

  /** The machine is reset: nothing is open any more. For targets to call when they reset a machine's first CPU. */
  static reset(machine: CpuHost): void {
    made.get(machine)?.reset()
  }
  /** For `Target.parts`. */
  static parts(machine: CpuHost): Record<string, Stateful> {
    const services = made.get(machine)
    return services ? { semihosting: services } : {}
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.restored()
  }
  /** What is the host's belongs to the state before. */
  restored(): void {
    this.#files.closeAll()
    this.#begun.clear()
  }

  readonly #failed = (error: GuestFileError): void => {
    this.state.errno = error.errno
    if (error.errno === Errno.noSpace)
      this.#machine.notice('semihosting/no-space', `A file of the guest cannot grow: ${error.message}`)
  }

  #begin(cpu: Cpu, operation: number, parameter: bigint): Served {
    // After a snapshot a call goes on from where it was.
    const progress = (cpu.unfinished && this.state.progress.get(cpu.index)) ?? { done: 0n }
    this.state.progress.set(cpu.index, progress)
    const [machine, memory, files] = [this.#machine, this.#memory, this.#files]
    const transfer = { machine, memory, cpu, block: parameter, progress, files }
    const opened = (): Opened => this.#handle(cpu, parameter)
    if (!cpu.unfinished) machine.charge(Cost.call)
    switch (operation) {
      case Op.write0:
        return write0(transfer)
      case Op.write:
        return moved(write, transfer, opened, this.#failed)
      case Op.read:
        return moved(read, transfer, opened, this.#failed)
      case Op.readc:
        return readc(transfer)
      default:
        return atOnce(() => this.#run(cpu, operation, parameter))
    }
  }

  #handle(cpu: Cpu, block: bigint): Opened {
    const found = this.state.handles.get(Number(this.#memory.field(cpu, block, 0)))
    if (!found) throw failed(Errno.badHandle)
    return found
  }

  #run(cpu: Cpu, operation: number, parameter: bigint): Result {
    const [machine, memory] = [this.#machine, this.#memory]
    switch (operation) {
      case Op.writec:
        print(machine, memory.read(cpu, parameter, 1))
        return 0
      case Op.isError:
        return BigInt.asIntN(8 * memory.bytes, memory.field(cpu, parameter, 0)) < 0n ? 1 : 0
      case Op.clock:
        return Math.floor(machine.virtualTime() / (ticksPerSecond / 100))
      case Op.time:
        return machine.startTime + Math.floor(machine.virtualTime() / ticksPerSecond)
      case Op.errno:
        return this.state.errno
      case Op.exit:
        // With 32 bits the parameter is the reason itself.
        if (memory.bytes === 4) return this.#exit(parameter, 0n)
        return this.#exit(memory.field(cpu, parameter, 0), memory.field(cpu, parameter, 1))
      case Op.exitExtended:
        return this.#exit(memory.field(cpu, parameter, 0), memory.field(cpu, parameter, 1))
      case Op.elapsed:
        memory.store(cpu, parameter, toBytes(BigInt(Math.floor(machine.virtualTime())), 8))
        return 0
      case Op.tickFreq:
        return ticksPerSecond
      case Op.getCmdline: {
        const text = machine.semihostingHost?.commandLine ?? ''
        const length = memory.setString(cpu, parameter, text, memory.field(cpu, parameter, 1))
        memory.setField(cpu, parameter, 1, BigInt(length))
        return 0
      }
      case Op.heapInfo:
        return this.#heapInfo(cpu, parameter)
      default:
        return this.#file(cpu, operation, parameter)
    }
  }

  #exit(reason: bigint, code: bigint): number {
    this.#machine.exit(reason === applicationExit ? Number(BigInt.asIntN(32, code)) : 1)
    return 0
  }

  // Files.

  #file(cpu: Cpu, operation: number, block: bigint): Result {
    const memory = this.#memory
    switch (operation) {
      case Op.open:
        return this.#open(cpu, block)
      case Op.close:
        return this.#close(cpu, block)
      case Op.isTty:
        return this.#handle(cpu, block).kind === 'file' ? 0 : 1
      case Op.seek:
        return this.#seek(cpu, block)
      case Op.flen:
        return this.#length(this.#handle(cpu, block))
      case Op.tmpName: {
        const id = Number(memory.field(cpu, block, 1) & 0xffn)
        memory.setString(cpu, block, `tmp${id}`, memory.field(cpu, block, 2))
        return 0
      }
      case Op.remove:
        this.#files.folder.remove(memory.name(cpu, block, 0))
        return 0
      case Op.rename:
        this.#files.folder.rename(memory.name(cpu, block, 0), memory.name(cpu, block, 2))
        return 0
      // SYS_SYSTEM too: guests start no programs on the host.
      default:
        throw failed(Errno.notSupported)
    }
  }

  #open(cpu: Cpu, block: bigint): number {
    const name = this.#memory.name(cpu, block, 0, 2)
    const mode = modes[Number(this.#memory.field(cpu, block, 1) >> 1n)]
    if (!mode) throw failed(Errno.invalid)
    if (this.state.handles.size >= mostHandles) throw failed(Errno.tooManyFiles)
    let handle = 1
    while (this.state.handles.has(handle)) handle++
    this.state.handles.set(handle, this.#opened(name, mode))
    return handle
  }
  #opened(name: string, mode: GuestFileMode): Opened {
    if (name === ':tt') return { kind: mode[0] === 'r' ? 'in' : 'out' }
    return this.#files.open(name, mode)
  }

  #close(cpu: Cpu, block: bigint): number {
    const opened = this.#handle(cpu, block)
    this.state.handles.delete(Number(this.#memory.field(cpu, block, 0)))
    if (opened.kind === 'file') this.#files.close(opened)
    return 0
  }

  /** Where nothing can be kept, the old place remains. */
  #seek(cpu: Cpu, block: bigint): number {
    const opened = this.#handle(cpu, block)
    const position = this.#memory.field(cpu, block, 1)
    if (opened.kind !== 'file' || position > Number.MAX_SAFE_INTEGER) throw failed(Errno.invalid)
    opened.position = Number(position)
    return 0
  }

  /** A length that would look like an error is one. */
  #length(opened: Opened): number {
    if (opened.kind !== 'file') return 0
    this.#machine.charge(Cost.file)
    const size = this.#files.of(opened).size()
    if (size >= 2 ** (8 * this.#memory.bytes - 1)) throw failed(Errno.tooLarge)
    return size
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
    const block = this.#memory.field(cpu, parameter, 0)
    ;[base, end, end, base].forEach((value, i) => this.#memory.setField(cpu, block, i, value))
    return 0
  }
}
