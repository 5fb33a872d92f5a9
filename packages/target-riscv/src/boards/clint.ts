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
const two32 = 2 ** 32

/** How a board wires the CLINT. */
export interface ClintOptions {
  readonly host: DeviceHost
  readonly harts: number
  /** Drives a hart's MSIP, MTIP or STIP. */
  readonly setLine: (hart: number, line: 'msip' | 'mtip' | 'stip', level: boolean) => void
}

/** A comparator with mtime. */
interface Comparator {
  readonly line: 'mtip' | 'stip'
  /** Does it compare? */
  on: boolean
  /** mtimecmp or stimecmp, in unsigned halves. */
  low: number
  high: number
  /** Of the line; undefined: to be driven in any case. */
  level: boolean | undefined
  /** The deadline has come. */
  readonly due: () => void
}

interface HartTimer {
  software: boolean
  readonly machine: Comparator
  /** The hart's own (Sstc), off after reset. */
  readonly supervisor: Comparator
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
  /** mtime is the clock: plain numbers serve. */
  #plain = true

  constructor(options: ClintOptions) {
    this.#options = options
    this.#harts = Array.from({ length: options.harts }, (_, hart) => ({
      software: false,
      machine: this.#comparator(hart, 'mtip', true),
      supervisor: this.#comparator(hart, 'stip', false),
    }))
  }

  #comparator(hart: number, line: Comparator['line'], on: boolean): Comparator {
    const made: Comparator = {
      line,
      on,
      low: 0,
      high: 0,
      level: on ? undefined : false,
      due: () => this.#drive(hart, made, true),
    }
    return made
  }

  /** mtime, unsigned 64 bits. */
  get time(): bigint {
    return (BigInt(this.#ticks()) + this.#offset) & all64
  }

  reset(): void {
    this.#setTime(0n)
    for (const [hart, timer] of this.#harts.entries()) {
      timer.software = false
      timer.machine.low = 0
      timer.machine.high = 0
      timer.machine.level = undefined
      timer.supervisor.on = false
      this.#options.setLine(hart, 'msip', false)
    }
    this.#updateAll()
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0
    if (offset < timeCompareBase) return this.#harts[offset >> 2]?.software ? 1 : 0
    const upper = (offset & 4) !== 0
    if ((offset & ~7) === timeBase) return this.#timeHalf(upper)
    const timer = this.#harts[(offset - timeCompareBase) >> 3]?.machine
    return (upper ? timer?.high : timer?.low) ?? 0
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
    const [low, high] = [this.read(offset & ~7, 4), this.read(offset | 4, 4)]
    if (offset & 4) this.write64(offset & ~7, low, value)
    else this.write64(offset, value, high)
  }

  write64(offset: number, low: number, high: number): void {
    if (offset < timeCompareBase) {
      this.write(offset, 4, low)
      this.write(offset + 4, 4, high)
    } else if (offset === timeBase) {
      this.#setTime(BigInt(low) + (BigInt(high) << 32n))
      this.#updateAll()
    } else {
      const hart = (offset - timeCompareBase) >> 3
      const timer = this.#harts[hart]?.machine
      if (timer === undefined) return
      timer.low = low
      timer.high = high
      this.#update(hart, timer)
    }
  }

  /** `BuiltBoard.compareTime`. */
  compareTime(hart: number, value: bigint | undefined): void {
    const timer = this.#harts[hart]?.supervisor
    if (timer === undefined) return
    timer.on = value !== undefined
    timer.low = Number(BigInt.asUintN(32, value ?? 0n))
    timer.high = Number((value ?? 0n) >> 32n)
    this.#update(hart, timer)
  }

  #setTime(time: bigint): void {
    this.#offset = (time - BigInt(this.#ticks())) & all64
    this.#plain = this.#offset === 0n
  }

  #ticks(): number {
    return Math.floor(this.#options.host.clock() / instructionsPerTick)
  }

  /** Half of mtime; while that is the clock, without bigints. */
  #timeHalf(upper: boolean): number {
    if (!this.#plain) return Number(BigInt.asUintN(32, upper ? this.time >> 32n : this.time))
    const ticks = this.#ticks()
    return upper ? Math.floor(ticks / two32) : ticks >>> 0 // modulo 2^32; `%` on doubles would be slow
  }

  #updateAll(): void {
    for (const [hart, { machine, supervisor }] of this.#harts.entries()) {
      this.#update(hart, machine)
      this.#update(hart, supervisor)
    }
  }

  /** The line is mtime >= mtimecmp, unsigned; if not yet, the deadline is the first instruction at which it becomes so. */
  #update(hart: number, timer: Comparator): void {
    const { host } = this.#options
    if (!timer.on) {
      this.#drive(hart, timer, false)
      return host.cancel(timer)
    }
    const ticks = this.#ticks()
    // Numbers serve while mtime is the clock; they are exact where it matters, below 2^53.
    const wait = this.#plain
      ? timer.high * two32 + timer.low - ticks
      : Number(BigInt(timer.low) + (BigInt(timer.high) << 32n) - this.time)
    this.#drive(hart, timer, wait <= 0)
    const at = (ticks + wait) * instructionsPerTick
    if (wait > 0 && at <= Number.MAX_SAFE_INTEGER) host.schedule(timer, at, timer.due)
    else host.cancel(timer)
  }

  #drive(hart: number, timer: Comparator, level: boolean): void {
    if (timer.level === level) return
    timer.level = level
    this.#options.setLine(hart, timer.line, level)
  }
}
