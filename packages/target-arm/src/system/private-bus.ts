/**
 * The private peripheral bus, 0xE0000000 … 0xE00FFFFF, as one device: the system control space, the cycle counter, and
 * nothing elsewhere. Who may reach it is decided when addresses are translated.
 */
import type { AccessSize, MmioDevice } from '@guestscope/core'
import { isNvic, readNvic, writeNvic } from './nvic-registers.ts'
import { readScb, writeScb } from './scb.ts'
import type { System } from './system.ts'

export const privateBusBase = 0xe0000000
const controlSpace = 0xe000
const [dwt, blockSize] = [0x1000, 0x1000]
const [mpuFirst, mpuEnd] = [0xd90, 0xdc0]

export class PrivateBus implements MmioDevice {
  readonly name = 'private peripheral bus'
  readonly size = 0x100000
  readonly #systems: (cpu: number) => System

  /** `systems`: the system half of the CPU that asks. */
  constructor(systems: (cpu: number) => System) {
    this.#systems = systems
  }

  read(offset: number, size: AccessSize, cpu?: number): number {
    const word = this.#read(this.#systems(cpu ?? 0), offset & ~3, cpu)
    return ((word >>> (8 * (offset & 3))) % 2 ** (8 * size)) >>> 0
  }

  #read(system: System, offset: number, cpu: number | undefined): number {
    const at = offset & (blockSize - 1)
    if (offset - at === dwt && !system.core.baseline) return system.dwt.read(at)
    if (offset - at !== controlSpace) {
      if (cpu !== undefined) system.cpu.machine.host.absentRead(privateBusBase + offset)
      return 0
    }
    if (isNvic(at)) return readNvic(system, at)
    if (at >= mpuFirst && at < mpuEnd) return system.mpu.read(at - mpuFirst)
    return readScb(system, at)
  }

  write(offset: number, size: AccessSize, value: number, cpu = 0): void {
    const system = this.#systems(cpu)
    const at = offset & (blockSize - 1) & ~3
    const block = offset & ~(blockSize - 1)
    const shift = 8 * (offset & 3)
    const mask = size === 4 ? -1 : (2 ** (8 * size) - 1) << shift
    const word = (value << shift) | 0
    if (block === dwt && size === 4 && !system.core.baseline) return system.dwt.write(at, value)
    if (block !== controlSpace) return
    if (isNvic(at)) return writeNvic(system, at, word, mask)
    if (at >= mpuFirst && at < mpuEnd) return size === 4 ? system.mpu.write(at - mpuFirst, word) : undefined
    writeScb(system, at, word, mask)
  }
}
