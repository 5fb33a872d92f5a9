/**
 * SiFive's core-local interruptor (`sifive,clint0`; SiFive FU540-C000 manual, chapter 9): software interrupts and the
 * machine timer of each hart. Its time is the machine's clock, so the timer rises at an exact instruction.
 */
import type { AccessSize, DeviceHost, MmioDevice } from '@guestscope/core'

/** Instructions per tick of mtime: an instruction counts as 1 ns, the time base is 10 MHz. */
export const instructionsPerTick = 100
/** Ticks of mtime per second. */
export const timebaseFrequency = 10_000_000

const timeCompareBase = 0x4000
const timeBase = 0xbff8
const all64 = (1n << 64n) - 1n

/** How a board wires the CLINT. */
export interface ClintOptions {
  readonly host: DeviceHost
  readonly harts: number
  /** Drives a hart's MSIP or MTIP. */
  readonly setLine: (hart: number, line: 'msip' | 'mtip', level: boolean) => void
}

interface HartTimer {
  software: boolean
  /** mtimecmp, unsigned. */
  compare: bigint
  /** The deadline has come. */
  readonly due: () => void
}

/**
 * Registers: msip of hart n at 4n, mtimecmp at 0x4000 + 8n, mtime at 0xbff8. Takes 32 bits (and 64 for the times);
 * what belongs to no hart reads 0. After reset mtime and mtimecmp are 0, so MTIP is high, as on QEMU's `virt`.
 */
export class Clint implements MmioDevice {
  readonly name = 'clint'
  readonly size = 0x10000
  readonly smallest = 4
  readonly #options: ClintOptions
  readonly #harts: HartTimer[]
  /** mtime minus the ticks of the clock, modulo 2^64. */
  #offset = 0n

  constructor(options: ClintOptions) {
    this.#options = options
    this.#harts = Array.from({ length: options.harts }, (_, hart) => {
      const timer: HartTimer = { software: false, compare: 0n, due: () => this.#update(hart, timer) }
      return timer
    })
  }

  /** mtime, unsigned 64 bits. */
  get time(): bigint {
    return (this.#ticks() + this.#offset) & all64
  }

  reset(): void {
    this.#offset = -this.#ticks() & all64
    for (const [hart, timer] of this.#harts.entries()) {
      timer.software = false
      timer.compare = 0n
      this.#options.setLine(hart, 'msip', false)
    }
    this.#updateAll()
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0
    if (offset < timeCompareBase) return this.#harts[offset >> 2]?.software ? 1 : 0
    const value = this.read64(offset & ~7)
    return Number(offset & 4 ? value >> 32n : value & 0xffffffffn)
  }

  read64(offset: number): bigint {
    if (offset < timeCompareBase)
      return BigInt(this.read(offset, 4)) | (BigInt(this.read(offset + 4, 4)) << 32n)
    if (offset === timeBase) return this.time
    return this.#harts[(offset - timeCompareBase) >> 3]?.compare ?? 0n
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4) return
    if (offset < timeCompareBase) {
      const hart = offset >> 2
      const timer = this.#harts[hart]
      if (timer === undefined) return
      timer.software = (value & 1) !== 0
      this.#options.setLine(hart, 'msip', timer.software)
      return
    }
    const old = this.read64(offset & ~7)
    const half = BigInt(value)
    this.write64(offset & ~7, offset & 4 ? (old & 0xffffffffn) | (half << 32n) : (old & ~0xffffffffn) | half)
  }

  write64(offset: number, value: bigint): void {
    if (offset < timeCompareBase) {
      this.write(offset, 4, Number(value & 0xffffffffn))
      this.write(offset + 4, 4, Number(value >> 32n))
    } else if (offset === timeBase) {
      this.#offset = (value - this.#ticks()) & all64
      this.#updateAll()
    } else {
      const hart = (offset - timeCompareBase) >> 3
      const timer = this.#harts[hart]
      if (timer === undefined) return
      timer.compare = value
      this.#update(hart, timer)
    }
  }

  #ticks(): bigint {
    return BigInt(Math.floor(this.#options.host.clock() / instructionsPerTick))
  }

  #updateAll(): void {
    for (const [hart, timer] of this.#harts.entries()) this.#update(hart, timer)
  }

  /** MTIP is mtime >= mtimecmp, unsigned; if not yet, the deadline is the first instruction at which it becomes so. */
  #update(hart: number, timer: HartTimer): void {
    const { host, setLine } = this.#options
    const ticks = Math.floor(host.clock() / instructionsPerTick)
    // Numbers serve while mtime is the clock; they are exact where it matters, below 2^53.
    const wait =
      this.#offset === 0n
        ? Number(timer.compare) - ticks
        : Number(timer.compare - ((BigInt(ticks) + this.#offset) & all64))
    setLine(hart, 'mtip', wait <= 0)
    const at = (ticks + wait) * instructionsPerTick
    if (wait > 0 && at <= Number.MAX_SAFE_INTEGER) host.schedule(timer, at, timer.due)
    else host.cancel(timer)
  }
}
