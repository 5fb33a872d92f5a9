import { Head } from '@guestscope/codegen'
import type { BoardHost, BoardOptions, CpuWiring } from './board/board.ts'
import type { SemihostingHost } from './board/guest-files.ts'
import type { LoadedImage } from './board/image.ts'
import type { StopReason } from './machine/stop.ts'
import { Layout } from './memory/layout.ts'
import type { GuestMemory } from './memory/memory.ts'

/** Virtual addresses, both ends included. */
export interface AddressRange {
  readonly base: number
  readonly last: number
}

/** The instruction of a return from a trap handler that generated code leaves to `Target.handleExit`. */
export interface TrapReturn {
  readonly pc: bigint
  readonly physical: bigint
  readonly size: number
}

/** A host call of which there is more to do, as the trap that it is. */
export interface UnfinishedCall {
  readonly cause: number
  readonly value: bigint
  /** Nothing can be done before something comes from outside: input. */
  readonly waits: boolean
}

/** The machine as its vCPUs and their target see it; what each does stands beside `Machine`, which implements it. */
export interface CpuHost {
  readonly cpus: readonly Cpu[]
  readonly memory: GuestMemory
  readonly image: LoadedImage | undefined
  /** What devices inside the CPUs may use. */
  readonly host: BoardHost
  readonly wiring: CpuWiring
  readonly console: BoardOptions['console']
  readonly semihosting: boolean
  readonly semihostingHost: SemihostingHost | undefined
  readonly startTime: number
  // Time.
  clock(): number
  executedBy(cpu: Cpu): number
  virtualTime(): number
  time(): bigint
  charge(instructions: number): void
  // Traps, and the ends of runs.
  deliverTrap(cpu: Cpu, cause: number, value: bigint): void
  trapReturned(cpu: Cpu, from: TrapReturn): void
  pause(cpu: Cpu, waits: boolean): void
  proceed(cpu: Cpu): void
  stop(reason: StopReason): void
  exit(status: number): void
  notice(key: string, text: string): void
  // What the CPU knows of its addresses, and of code.
  flushTranslations(cpu: Cpu): void
  enterSpace(cpu: Cpu, asid: number, key: bigint): void
  forbidCode(ranges: readonly AddressRange[], mask: number, flags: number): void
  invalidate(linear: number, length: number): void
  // For those who look from outside.
  translateDebug(cpu: Cpu, address: bigint, access?: number): bigint | undefined
  readPhysical(address: bigint, length: number): Uint8Array | undefined
  readVirtual(cpu: Cpu, address: bigint, length: number, access?: number): Uint8Array | undefined
  writeVirtual(cpu: Cpu, address: bigint, data: Uint8Array): boolean
}

/** One virtual CPU: a window on its state in linear memory. */
export class Cpu {
  readonly machine: CpuHost
  readonly index: number
  /** Linear address of the state. */
  readonly base: number
  /** Instructions executed up to the end of the CPU's last slice. */
  executed = 0
  /** Waits for an interrupt (wfi and the like). */
  waiting = false
  /** The host call that is served piece by piece and has not come to its end: see `Machine.pause`. */
  unfinished: UnfinishedCall | undefined
  readonly #view: DataView
  /** The area by words: quicker than a `DataView`. */
  readonly #words: Int32Array

  constructor(machine: CpuHost, index: number, { view, wasm }: GuestMemory) {
    this.machine = machine
    this.index = index
    this.base = Layout.firstCpu + index * Layout.cpuSize
    this.#view = view
    this.#words = new Int32Array(wasm.buffer, this.base, Layout.cpuSize / 4)
  }

  /** A slot of 32 bits; offsets are multiples of 4. */
  get32(offset: number): number {
    return this.#words[offset >> 2] as number
  }
  set32(offset: number, value: number): void {
    this.#words[offset >> 2] = value
  }
  /** Unsigned. */
  get64(offset: number): bigint {
    return this.#view.getBigUint64(this.base + offset, true)
  }
  set64(offset: number, value: bigint): void {
    this.#view.setBigUint64(this.base + offset, BigInt.asUintN(64, value), true)
  }

  get pc(): bigint {
    return this.get64(Head.pc)
  }
  set pc(value: bigint) {
    this.set64(Head.pc, value)
  }

  /** Makes the CPU come back to the run loop before its next block. */
  request(): void {
    this.set32(Head.request, 1)
  }

  /**
   * Reads memory as this CPU sees it (as a load if not told otherwise), without side effects; undefined where it is
   * not mapped or not RAM.
   */
  readVirtual(address: bigint, bytes: number, access?: number): Uint8Array | undefined {
    return this.machine.readVirtual(this, address, bytes, access)
  }
  /** Writes RAM as this CPU sees it; false if any byte is not mapped writable RAM (then nothing is written). */
  writeVirtual(address: bigint, data: Uint8Array): boolean {
    return this.machine.writeVirtual(this, address, data)
  }
}
