/** What semihosting reads and writes in the guest's memory, as the calling CPU sees it. */
import { type Cpu, type CpuHost, Errno } from '@guestscope/core'
import { Cost, failed } from './operations.ts'

/** Longest piece that is moved at once, and longest name. */
export const chunk = 4096

export class SemihostingMemory {
  /** Bytes of a register, and so of each field of a parameter block. */
  readonly bytes: 4 | 8
  readonly #machine: CpuHost

  constructor(machine: CpuHost, bytes: 4 | 8) {
    this.#machine = machine
    this.bytes = bytes
  }

  /** All bytes of the machine's memory: nothing can be longer, but by pages that are mapped again and again. */
  get size(): bigint {
    return BigInt(this.#machine.memory.regions.reduce((sum, region) => sum + region.size, 0))
  }

  /** Fails for a piece of memory that cannot be: over the end of the address space, or larger than all memory. */
  check(address: bigint, length: bigint): void {
    if (length > this.size || address + length > 1n << BigInt(8 * this.bytes)) throw failed(Errno.fault)
  }

  read(cpu: Cpu, address: bigint, length: number): Uint8Array {
    this.check(address, BigInt(length))
    this.#machine.charge(length / Cost.bytesPerInstruction)
    const bytes = cpu.readVirtual(address, length)
    if (!bytes) throw failed(Errno.fault)
    return bytes
  }
  store(cpu: Cpu, address: bigint, bytes: Uint8Array): void {
    this.check(address, BigInt(bytes.length))
    this.#machine.charge(bytes.length / Cost.bytesPerInstruction)
    if (!cpu.writeVirtual(address, bytes)) throw failed(Errno.fault)
  }

  /** Field of the parameter block, unsigned. */
  field(cpu: Cpu, block: bigint, index: number): bigint {
    return fromBytes(this.read(cpu, block + BigInt(index * this.bytes), this.bytes))
  }
  setField(cpu: Cpu, block: bigint, index: number, value: bigint): void {
    this.store(cpu, block + BigInt(index * this.bytes), toBytes(value, this.bytes))
  }

  /** A name given by the fields of its address and its length. */
  name(cpu: Cpu, block: bigint, index: number, lengthIndex: number = index + 1): string {
    const length = this.field(cpu, block, lengthIndex)
    if (length > chunk) throw failed(Errno.invalid)
    return new TextDecoder().decode(this.read(cpu, this.field(cpu, block, index), Number(length)))
  }
  /** Stores a string with its NUL where field 0 says, if it fits; gives its length without the NUL. */
  setString(cpu: Cpu, block: bigint, text: string, room: bigint): number {
    const bytes = new TextEncoder().encode(`${text}\0`)
    if (room < bytes.length) throw failed(Errno.invalid)
    this.store(cpu, this.field(cpu, block, 0), bytes)
    return bytes.length - 1
  }
}

const fromBytes = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
export const toBytes = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
