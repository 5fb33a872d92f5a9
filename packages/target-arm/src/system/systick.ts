/**
 * The system timer (Armv7-M ARM, B3.3): 24 bits, counting down with the processor's clock or a reference clock. An
 * instruction takes a nanosecond, so a tick of a 25 MHz clock comes every 40 instructions.
 */
import type { DeviceHost } from '@guestscope/core'
import { DownCounter, type DownCounterState, newCounter } from '@guestscope/devices'

/** Bits of SYST_CSR. */
const Csr = { enable: 1, interrupt: 2, processorClock: 4, countFlag: 0x10000 } as const

export interface SysTickOptions {
  readonly host: DeviceHost
  /** Frequencies now, Hz; the reference clock may be absent. */
  readonly clockHz: () => number
  readonly referenceHz: () => number | undefined
  /** The counter has reached 0 and the interrupt is on. */
  readonly pend: () => void
}

const initial = { control: 0, flag: false, counter: newCounter() as DownCounterState }

export class SysTick {
  state: typeof initial = structuredClone(initial)
  readonly #options: SysTickOptions
  readonly #counter: DownCounter

  constructor(options: SysTickOptions) {
    this.#options = options
    const { host, clockHz, referenceHz } = options
    this.#counter = new DownCounter({
      host,
      state: () => this.state.counter,
      hz: () => (this.state.control & Csr.processorClock ? clockHz() : (referenceHz() ?? clockHz())),
      reached: () => {
        this.state.flag = true
        if (this.state.control & Csr.interrupt) options.pend()
      },
    })
  }

  reset(): void {
    this.state = structuredClone(initial)
    this.state.control = this.#fixedBits()
    this.#counter.reset()
  }

  /** Without a reference clock only the processor's can be counted. */
  #fixedBits(): number {
    return this.#options.referenceHz() === undefined ? Csr.processorClock : 0
  }

  /** The processor's clock changes: `change` does it. */
  clockChanges(change: () => void): void {
    this.#counter.change(change)
  }

  /** SYST_CSR; reading clears COUNTFLAG. */
  readControl(): number {
    void this.#counter.state // it may have reached 0
    const value = this.state.control | (this.state.flag ? Csr.countFlag : 0)
    this.state.flag = false
    return value
  }
  writeControl(value: number): void {
    this.#counter.change(state => {
      this.state.control = (value & (Csr.enable | Csr.interrupt | Csr.processorClock)) | this.#fixedBits()
      state.running = (value & Csr.enable) !== 0
      state.watched = (value & Csr.interrupt) !== 0
    })
  }
  get reload(): number {
    return this.#counter.state.reload
  }
  writeReload(value: number): void {
    this.#counter.change(state => {
      state.reload = value & 0xffffff
    })
  }
  readCurrent(): number {
    return this.#counter.state.value
  }
  /** Any write clears the counter and COUNTFLAG. */
  writeCurrent(): void {
    this.#counter.change(state => {
      state.value = 0
    })
    this.state.flag = false
  }
  /** SYST_CALIB: ticks of the reference clock in 10 ms, minus 1; NOREF in bit 31. */
  get calibration(): number {
    const hz = this.#options.referenceHz()
    return hz === undefined ? 0x80000000 : Math.max(Math.floor(hz / 100) - 1, 0)
  }
}
