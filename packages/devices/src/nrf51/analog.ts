/** Thermometer and converter of the nRF51 ("nRF51 Series Reference Manual", chapters 23 and 31): they are done at once. */
import type { Line } from '@guestscope/core'
import { NrfPeripheral } from './peripheral.ts'

const start = 0
const done = 0x100
const value = 0x508

/** TEMP: a room of 25 °C, in quarters. */
export class NrfTemperature extends NrfPeripheral {
  constructor(line: Line) {
    super({ name: 'nrf-temperature', events: [done], registers: { [value]: [0, 0] } }, {}, line)
  }
  protected task(offset: number): void {
    if (offset !== start) return
    this.set(value, 4 * 25)
    this.raise(done)
  }
}

/** ADC: every input is at 0 V. */
export class NrfAdc extends NrfPeripheral {
  constructor(line: Line) {
    const registers = { 1280: [3, 0], 1284: [0x3ff7f, 0x18], [value]: [0, 0] } as const
    super({ name: 'nrf-adc', events: [done], registers }, {}, line)
  }
  protected task(offset: number): void {
    if (offset === start && this.get(0x500) === 1) this.raise(done)
  }
}
