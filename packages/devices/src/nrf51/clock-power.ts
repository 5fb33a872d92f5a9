/**
 * Clock and power management of the nRF51 ("nRF51 Series Reference Manual", chapters 12 and 13), which share a page:
 * oscillators start at once, calibration is done at once.
 */
import { type KeptRegisters, NrfPeripheral } from './peripheral.ts'

const Task = { startHigh: 0x00, stopHigh: 0x04, startLow: 0x08, stopLow: 0x0c, calibrate: 0x10 } as const
const Event = { highStarted: 0x100, lowStarted: 0x104, powerFails: 0x108, calibrated: 0x10c, timeout: 0x110 }
const Reg = {
  resetReasons: 0x400,
  highRuns: 0x408,
  highState: 0x40c,
  lowRuns: 0x414,
  lowState: 0x418,
  lowSourceCopy: 0x41c,
  ram: 0x428,
  retained: 0x51c,
  lowSource: 0x518,
} as const
/** State of a clock: it runs. For the fast one: from the crystal. */
const [runs, crystal] = [1 << 16, 1]
const ram: readonly [number, number] = [0x30003, 3]
const registers: KeptRegisters = {
  1296: [7, 0],
  [Reg.lowSource]: [3, 0],
  [Reg.retained]: [0xff, 0],
  1316: ram,
  1336: [0x7f, 0],
  1348: [1, 0],
  1360: [0xff, 0xff],
  1364: ram,
  1400: [1, 0],
}

/** Do the clocks run? */
const initial = { high: false, low: false }

export class NrfClockPower extends NrfPeripheral<typeof initial> {
  constructor(line: (level: boolean) => void) {
    super({ name: 'nrf-clock-power', events: Object.values(Event), registers }, initial, line)
  }

  override reset(): void {
    const retained = this.get(Reg.retained)
    super.reset()
    this.set(Reg.retained, retained)
  }

  protected task(offset: number): void {
    if (offset === Task.startHigh) {
      this.own.high = true
      this.raise(Event.highStarted)
    } else if (offset === Task.stopHigh) this.own.high = false
    else if (offset === Task.startLow) {
      this.own.low = true
      this.set(Reg.lowSourceCopy, this.get(Reg.lowSource))
      this.raise(Event.lowStarted)
    } else if (offset === Task.stopLow) this.own.low = false
    else if (offset === Task.calibrate) this.raise(Event.calibrated)
  }

  protected override readSpecial(offset: number): number | undefined {
    switch (offset) {
      case Reg.highRuns:
        return this.own.high ? 1 : 0
      case Reg.highState:
        return this.own.high ? runs | crystal : runs // else from the RC oscillator
      case Reg.lowRuns:
        return this.own.low ? 1 : 0
      case Reg.lowState:
        return this.own.low ? runs | this.get(Reg.lowSourceCopy) : 0
      case Reg.ram:
        return 3
      default:
        return undefined
    }
  }
}
