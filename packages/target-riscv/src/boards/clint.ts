/**
 * SiFive's core-local interruptor (`sifive,clint0`; SiFive FU540-C000 manual, chapter 9): software interrupts and the
 * machine timer of each hart. Its time is the machine's clock, so the timer rises at an exact instruction.
 */
import type { AccessSize, DeviceHost, MmioDevice, Timer } from '@guestscope/core'

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

/** The lines that comparators with mtime drive: the CLINT's own, and that of a hart (Sstc). */
const lines = ['mtip', 'stip'] as const
type Line = (typeof lines)[number]

interface Comparator {
  /** Does it compare? That of the hart is off after reset. */
  on: boolean
  /** mtimecmp or stimecmp, in unsigned halves. */
  low: number
  high: number
  /** Of the line; undefined: to be driven in any case. */
  level: boolean | undefined
}

interface HartState extends Readonly<Record<Line, Comparator>> {
  software: boolean
}

interface ClintState {
  readonly harts: readonly HartState[]
  /** mtime minus the ticks of the clock, modulo 2^64. */
  offset: bigint
  /** mtime is the clock: plain numbers serve. */
  plain: boolean
}

const newState = (harts: number): ClintState => ({
  harts: Array.from({ length: harts }, () => ({
    software: false,
    mtip: { on: true, low: 0, high: 0, level: undefined },
    stip: { on: false, low: 0, high: 0, level: false },
  })),
  offset: 0n,
  plain: true,
})

/**
 * Registers: msip of hart n at 4n, mtimecmp at 0x4000 + 8n, mtime at 0xbff8. Takes 32 bits (and 64 for the times);
 * what belongs to no hart reads 0. After reset mtime and mtimecmp are 0, so MTIP is high, as on QEMU's `virt`.
 */
export class Clint implements MmioDevice {
  readonly name = 'clint'
  readonly size = 0x10000
  readonly smallest = 4
  state: ClintState
  readonly #options: ClintOptions
  readonly #timers: readonly Readonly<Record<Line, Timer>>[]

  constructor(options: ClintOptions) {
    const { host, harts } = options
    this.#options = options
    this.state = newState(harts)
    const timer = (hart: number, line: Line): Timer => host.timer(() => this.#drive(hart, line, true))
    this.#timers = this.state.harts.map((_, hart) => ({
      mtip: timer(hart, 'mtip'),
      stip: timer(hart, 'stip'),
    }))
  }

  /** mtime, unsigned 64 bits. */
  get time(): bigint {
    return (BigInt(this.#ticks()) + this.state.offset) & all64
  }

  reset(): void {
    this.state = newState(this.#options.harts)
    this.#setTime(0n)
    for (const hart of this.state.harts.keys()) this.#options.setLine(hart, 'msip', false)
    this.#updateAll()
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0
    if (offset < timeCompareBase) return this.state.harts[offset >> 2]?.software ? 1 : 0
    const upper = (offset & 4) !== 0
    if ((offset & ~7) === timeBase) return this.#timeHalf(upper)
    const timer = this.state.harts[(offset - timeCompareBase) >> 3]?.mtip
    return (upper ? timer?.high : timer?.low) ?? 0
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4) return
    if (offset < timeCompareBase) {
      const hart = offset >> 2
      const timer = this.state.harts[hart]
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
      this.#compare((offset - timeCompareBase) >> 3, 'mtip', true, low, high)
    }
  }

  /** `CpuWiring.compareTime`. */
  compareTime(hart: number, value: bigint | undefined): void {
    const [low, high] = [0n, 32n].map(shift => Number(BigInt.asUintN(32, (value ?? 0n) >> shift)))
    this.#compare(hart, 'stip', value !== undefined, low ?? 0, high ?? 0)
  }

  /** Guests write their comparators at every interrupt: nothing is allocated here. */
  #compare(hart: number, line: Line, on: boolean, low: number, high: number): void {
    const comparator = this.state.harts[hart]?.[line]
    if (comparator === undefined) return
    comparator.on = on
    comparator.low = low
    comparator.high = high
    this.#update(hart, line)
  }

  #setTime(time: bigint): void {
    this.state.offset = (time - BigInt(this.#ticks())) & all64
    this.state.plain = this.state.offset === 0n
  }

  #ticks(): number {
    return Math.floor(this.#options.host.clock() / instructionsPerTick)
  }

  /** Half of mtime; while that is the clock, without bigints. */
  #timeHalf(upper: boolean): number {
    if (!this.state.plain) return Number(BigInt.asUintN(32, upper ? this.time >> 32n : this.time))
    const ticks = this.#ticks()
    return upper ? Math.floor(ticks / two32) : ticks >>> 0 // modulo 2^32; `%` on doubles would be slow
  }

  #updateAll(): void {
    for (const hart of this.state.harts.keys()) for (const line of lines) this.#update(hart, line)
  }

  /** The line is mtime >= the comparator, unsigned; if not yet, the deadline is the first instruction at which it becomes so. */
  #update(hart: number, line: Line): void {
    const { on, low, high } = (this.state.harts[hart] as HartState)[line]
    const timer = (this.#timers[hart] as Record<Line, Timer>)[line]
    const ticks = this.#ticks()
    // Numbers serve while mtime is the clock; they are exact where it matters, below 2^53.
    const wait = this.state.plain
      ? high * two32 + low - ticks
      : Number(BigInt(low) + (BigInt(high) << 32n) - this.time)
    this.#drive(hart, line, on && wait <= 0)
    const at = (ticks + wait) * instructionsPerTick
    if (on && wait > 0 && at <= Number.MAX_SAFE_INTEGER) timer.set(at)
    else timer.cancel()
  }

  #drive(hart: number, line: Line, level: boolean): void {
    const comparator = (this.state.harts[hart] as HartState)[line]
    if (comparator.level === level) return
    comparator.level = level
    this.#options.setLine(hart, line, level)
  }
}
