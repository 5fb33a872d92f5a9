/**
 * The system timer (Armv7-M ARM, B3.3): 24 bits, counting down with the processor's clock or a reference clock. An
 * instruction takes a nanosecond, so a tick of a 25 MHz clock comes every 40 instructions.
 */
import type { DeviceHost } from '@guestscope/core'

/** Bits of SYST_CSR. */
const Csr = { enable: 1, interrupt: 2, processorClock: 4, countFlag: 1 << 16 } as const

const instructionsPerSecond = 1_000_000_000

export interface SysTickOptions {
  readonly host: DeviceHost
  /** Frequencies now, Hz; the reference clock may be absent. */
  readonly clockHz: () => number
  readonly referenceHz: () => number | undefined
  /** The counter has reached 0 and the interrupt is on. */
  readonly pend: () => void
}

export class SysTick {
  readonly #options: SysTickOptions
  #control = 0
  #reload = 0
  #flag = false
  /** The counter's value at the time `#since` (instructions); what it is now follows from these. */
  #value = 0
  #since = 0

  constructor(options: SysTickOptions) {
    this.#options = options
  }

  reset(): void {
    this.#options.host.cancel(this)
    this.#control = this.#fixedBits()
    this.#reload = 0
    this.#flag = false
    this.#value = 0
    this.#since = this.#options.host.clock()
  }

  /** Without a reference clock only the processor's can be counted. */
  #fixedBits(): number {
    return this.#options.referenceHz() === undefined ? Csr.processorClock : 0
  }
  get #instructionsPerTick(): number {
    const { clockHz, referenceHz } = this.#options
    const hz = this.#control & Csr.processorClock ? clockHz() : (referenceHz() ?? clockHz())
    return instructionsPerSecond / hz
  }

  /** The processor's clock is about to change (`change` does it). */
  clockChanges(change: () => void): void {
    this.#settle()
    change()
    this.#plan()
  }

  /** SYST_CSR; reading clears COUNTFLAG. */
  readControl(): number {
    this.#settle()
    const value = this.#control | (this.#flag ? Csr.countFlag : 0)
    this.#flag = false
    return value
  }
  writeControl(value: number): void {
    this.#settle()
    this.#control = (value & (Csr.enable | Csr.interrupt | Csr.processorClock)) | this.#fixedBits()
    this.#plan()
  }
  get reload(): number {
    return this.#reload
  }
  writeReload(value: number): void {
    this.#settle()
    this.#reload = value & 0xffffff
    this.#plan()
  }
  readCurrent(): number {
    this.#settle()
    return this.#value
  }
  /** Any write clears the counter and COUNTFLAG. */
  writeCurrent(): void {
    this.#settle()
    this.#value = 0
    this.#since = this.#options.host.clock()
    this.#flag = false
    this.#plan()
  }
  /** SYST_CALIB: ticks of the reference clock in 10 ms, minus 1; NOREF in bit 31. */
  get calibration(): number {
    const hz = this.#options.referenceHz()
    return hz === undefined ? 0x80000000 : Math.max(Math.floor(hz / 100) - 1, 0)
  }

  /** Ticks until the counter is 0 the next time; 0: never. */
  get #ticksToZero(): number {
    if (!(this.#control & Csr.enable)) return 0
    return this.#value || (this.#reload ? this.#reload + 1 : 0)
  }

  /** Brings the counter up to date. */
  #settle(): void {
    const now = this.#options.host.clock()
    const perTick = this.#instructionsPerTick
    let ticks = Math.floor((now - this.#since) / perTick + 1e-9)
    if (!(this.#control & Csr.enable)) {
      this.#since = now
      return
    }
    if (ticks <= 0) return
    this.#since += ticks * perTick
    const toZero = this.#ticksToZero
    if (!toZero) return
    if (ticks < toZero) {
      this.#value = this.#value ? this.#value - ticks : this.#reload + 1 - ticks
      return
    }
    this.#flag = true
    ticks -= toZero
    // At 0; then it is loaded again.
    const rest = this.#reload ? ticks % (this.#reload + 1) : 0
    this.#value = rest ? this.#reload + 1 - rest : 0
  }

  /** Sets the deadline for the next interrupt. */
  #plan(): void {
    const { host } = this.#options
    const ticks = this.#control & Csr.interrupt ? this.#ticksToZero : 0
    if (!ticks) return host.cancel(this)
    const at = Math.ceil(this.#since + ticks * this.#instructionsPerTick - 1e-6)
    host.schedule(this, at, () => {
      this.#settle()
      this.#options.pend()
      this.#plan()
    })
  }
}
